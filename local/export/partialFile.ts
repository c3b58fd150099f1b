import type { Stats } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { readCheckpointFile, writeCheckpointFile } from '../checkpointFile.ts';
import { errorCodeOf } from '../errorCode.ts';
import { isJsonObject } from '../jsonFields.ts';
import { ExportUsageError } from './exportArguments.ts';
import type { ExportProgress, ExportSink } from './exportSink.ts';

/** How far a file got, and what it is an export of. `bytes` of it belong to these rows. */
type Checkpoint = ExportProgress & { readonly identity: string; readonly bytes: number };

/**
 * A file that has another name until it is whole: `FILE.partial`, beside which `FILE.partial.json`
 * says how far it is. Goes on where an earlier run of the same `identity` stopped, even in the middle
 * of a page.
 */
export async function openPartialFile(
  path: string,
  identity: string,
  isRestart: boolean,
): Promise<ExportSink> {
  if ((await statOf(path))?.isFile() === false) {
    throw new ExportUsageError(`--out ${path} is there, and no file that could be replaced.`);
  }
  const partial = `${path}.partial`;
  const checkpointPath = `${partial}.json`;
  const found = isRestart ? undefined : await readCheckpoint(checkpointPath, identity);
  const isThere = found !== undefined && found.bytes <= ((await statOf(partial))?.size ?? -1);
  const { bytes: startBytes, ...start } = isThere ? found : { rows: 0, bytes: 0 };
  const file = await open(partial, isThere ? 'r+' : 'w');
  await file.truncate(startBytes);
  let bytes = startBytes;
  return {
    start,
    async append(text, progress) {
      bytes += await writeAt(file, text, bytes);
      await writeCheckpointFile(checkpointPath, { ...progress, identity, bytes });
    },
    async complete() {
      // Without it a whole file that is not renamed yet is written anew, never taken for another.
      await rm(checkpointPath, { force: true });
      await rename(partial, path);
    },
    close: () => file.close(),
  };
}

/** Writes a text, so that it is on disk, and answers its length in bytes. */
async function writeAt(file: FileHandle, text: string, position: number): Promise<number> {
  const data = Buffer.from(text);
  for (let at = 0; at < data.length; ) {
    const { bytesWritten } = await file.write(data, at, data.length - at, position + at);
    at += bytesWritten;
  }
  await file.datasync();
  return data.length;
}

/** Undefined where nothing is there. A link counts as what it leads to. */
async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function readCheckpoint(path: string, identity: string): Promise<Checkpoint | undefined> {
  const value = await readCheckpointFile(path);
  return isCheckpoint(value) && value.identity === identity ? value : undefined;
}

/** Written whole by writeCheckpointFile alone: that it has its fields says that it is one. */
function isCheckpoint(value: unknown): value is Checkpoint {
  return (
    isJsonObject(value) &&
    typeof value['identity'] === 'string' &&
    typeof value['rows'] === 'number' &&
    typeof value['bytes'] === 'number' &&
    typeof value['cursor'] === 'string'
  );
}
