import type { GridId } from '../../../domain/ids.ts';
import type { Timeframe } from '../../../domain/timeframe.ts';
import type { Purge, ReadingStore } from '../../../ports/readingStore.ts';
import { pauseBefore } from './contention.ts';
import { ContentionError } from './cosmosErrors.ts';
import type { Documents } from './documents.ts';
import type { CosmosDatabase } from './openCosmos.ts';

/** How far the readings of a grid are purged: a document beside them. */
type PurgeDocument = Purge & { readonly id: typeof purgeId; readonly pk: string };
/** Deletes the readings and registers of a timeframe. */
type DeleteTimeframe = (
  readings: Documents,
  gridId: GridId,
  timeframe: Timeframe,
) => Promise<unknown>;

const purgeId = 'purge';
/** How often others may change the document in between. */
const attemptsMax = 16;

/**
 * The part of the reading store that deletes what is kept no longer, one timeframe after the other:
 * it takes its time, and leaves the throughput to readings that come.
 */
export function readingPurge(
  operate: CosmosDatabase['operate'],
  deleteTimeframe: DeleteTimeframe,
): Pick<ReadingStore, 'purgeOf' | 'putPurge' | 'purge'> {
  return {
    purgeOf: (gridId) =>
      operate('readings.purgeOf', async (documents) => {
        const there = await documents('readings').read<PurgeDocument>(pkOf(gridId), purgeId);
        return there && { before: there.before, deletedBefore: there.deletedBefore };
      }),
    putPurge: (gridId, purge) =>
      operate('readings.putPurge', (documents) => putPurge(documents('readings'), gridId, purge)),
    purge: (gridId, timeframes) =>
      operate('readings.purge', async (documents) => {
        const readings = documents('readings');
        for (const timeframe of timeframes) await deleteTimeframe(readings, gridId, timeframe);
      }),
  };
}

async function putPurge(readings: Documents, gridId: GridId, purge: Purge): Promise<void> {
  const about = { id: purgeId, pk: pkOf(gridId) } as const;
  if (await readings.create({ ...about, ...purge })) return;
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    await pauseBefore(attempt);
    const there = await readings.read<PurgeDocument>(about.pk, purgeId);
    if (there === undefined) throw new Error(`how far ${gridId} is purged was noted and is gone`);
    const document = {
      ...about,
      before: later(there.before, purge.before),
      deletedBefore: later(there.deletedBefore, purge.deletedBefore),
    };
    if ((await readings.replace(about.pk, document, there._etag)) !== undefined) return;
  }
  throw new ContentionError(`Others keep changing how far ${gridId} is purged.`);
}

function later(a: Timeframe, b: Timeframe): Timeframe {
  return a > b ? a : b;
}

/** No timeframe is named so. */
function pkOf(gridId: GridId): string {
  return `${gridId}.purge`;
}
