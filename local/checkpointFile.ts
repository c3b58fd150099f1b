import { readFile, rename, writeFile } from 'node:fs/promises';
import { errorCodeOf } from './errorCode.ts';

/** Writes a checkpoint so that after a crash either the old or the new one is there, whole. */
export async function writeCheckpointFile(path: string, checkpoint: object): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(checkpoint)}\n`, { flush: true });
  await rename(`${path}.new`, path);
}

/** What is in a checkpoint's file; undefined where there is none. */
export async function readCheckpointFile(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  return JSON.parse(text);
}
