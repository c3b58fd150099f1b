import { access, constants, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { readCheckpointFile } from '../checkpointFile.ts';
import { isJsonObject } from '../jsonFields.ts';
import type { ImportProgress } from './importReadings.ts';

/** How far an import of a file got, and what it was an import of. */
export type Checkpoint = ImportProgress & {
  /** What the same import has in common with itself: file, grid, address and options. */
  readonly identity: string;
  /** Bytes of the file of rejects that belong to these records. */
  readonly rejectsBytes: number;
};

/** Where a file's checkpoint is kept: beside it or, where nothing may be written, in this folder. */
export async function checkpointPath(file: string, gridId: string): Promise<string> {
  const name = `.${basename(file)}.${gridId}.import.json`;
  const folder = dirname(resolve(file));
  try {
    await access(folder, constants.W_OK);
    return join(folder, name);
  } catch {
    return resolve(name);
  }
}

/** Names an import, so that a changed file or other options do not go on where this one stopped. */
export async function identityOf(file: string, options: object): Promise<string> {
  const { size, mtimeMs } = await stat(file);
  return JSON.stringify({ file: resolve(file), size, mtimeMs, ...options });
}

/** The checkpoint of an import, `other` for one of another import, undefined where there is none. */
export async function readCheckpoint(
  path: string,
  identity: string,
): Promise<Checkpoint | 'other' | undefined> {
  const value = await readCheckpointFile(path);
  if (value === undefined) return undefined;
  return isCheckpoint(value) && value.identity === identity ? value : 'other';
}

export async function deleteCheckpoint(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** Written whole by writeCheckpointFile alone: that it has its fields says that it is one. */
function isCheckpoint(value: unknown): value is Checkpoint {
  return (
    isJsonObject(value) &&
    typeof value['identity'] === 'string' &&
    typeof value['records'] === 'number' &&
    typeof value['rejectsBytes'] === 'number' &&
    isJsonObject(value['tally'])
  );
}
