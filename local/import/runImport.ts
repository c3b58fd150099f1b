import { createApiClient } from '../apiClient.ts';
import { writeCheckpointFile } from '../checkpointFile.ts';
import {
  type Checkpoint,
  checkpointPath,
  deleteCheckpoint,
  identityOf,
  readCheckpoint,
} from './checkpoint.ts';
import { openCsvSource } from './csvSource.ts';
import type { ImportArguments } from './importArguments.ts';
import { type ImportProgress, importReadings } from './importReadings.ts';
import { createProgress, type Progress, type ProgressOutput } from './progress.ts';
import { openRejectsFile } from './rejectsFile.ts';

export type ImportSurroundings = {
  readonly output: ProgressOutput;
  readonly nowMs: () => number;
  /** What callers of the API are known by, where it asks for that. */
  readonly token?: () => Promise<string>;
  readonly fetch?: typeof fetch;
  readonly sleep?: (milliseconds: number) => Promise<void>;
};

/**
 * Imports a file, going on where an earlier run of the same import stopped. The checkpoint is
 * written after each acknowledged batch and taken away at the end.
 */
export async function runImport(
  given: ImportArguments,
  surroundings: ImportSurroundings,
): Promise<ImportProgress> {
  const progress = createProgress(surroundings.output, surroundings.nowMs);
  const path = await checkpointPath(given.file, given.options.gridId);
  const { rejectsFile } = given;
  const identity = await identityOf(given.file, { url: given.url, rejectsFile, ...given.options });
  const checkpoint = given.restart ? undefined : await resume(path, identity, progress);
  const source = await openCsvSource(given.file);
  const rejects =
    rejectsFile === undefined
      ? undefined
      : await openRejectsFile(rejectsFile, checkpoint?.rejectsBytes ?? 0);
  const client = createApiClient({
    ...surroundings,
    url: given.url,
    onRetry: (reason, waitMs) =>
      progress.say(`${reason}; trying again in ${(waitMs / 1000).toFixed(1)} s`),
  });
  try {
    const end = await importReadings(client, source.text, given.options, {
      ...(checkpoint === undefined ? {} : { resumeFrom: checkpoint }),
      started: async (header) => rejects?.begin(header),
      async acknowledged({ records, tally }, rejectedLines) {
        await rejects?.append(rejectedLines);
        const rejectsBytes = rejects?.bytes() ?? 0;
        const checkpoint: Checkpoint = { identity, records, tally, rejectsBytes };
        await writeCheckpointFile(path, checkpoint);
        progress.show(source.fractionRead(), `${records} lines, ${tally.rejected} rejected`);
      },
    });
    await deleteCheckpoint(path);
    return end;
  } finally {
    progress.end();
    await rejects?.close();
  }
}

async function resume(
  path: string,
  identity: string,
  progress: Progress,
): Promise<Checkpoint | undefined> {
  const checkpoint = await readCheckpoint(path, identity);
  if (checkpoint === undefined) return undefined;
  if (checkpoint === 'other') {
    progress.say('An earlier import of this file had other options or content: beginning again.');
    return undefined;
  }
  progress.say(`Going on after ${checkpoint.records} lines that an earlier run has posted.`);
  return checkpoint;
}
