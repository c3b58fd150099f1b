import { assert } from '../../../domain/assert.ts';
import type { Closing } from '../../../domain/closing.ts';
import { mapConcurrently } from './boundedConcurrency.ts';
import { pauseBefore } from './contention.ts';
import { ContentionError } from './cosmosErrors.ts';
import type { Documents } from './documents.ts';
import { addToMembers, sumsOf, type WhDelta } from './rosterEnergy.ts';
import { completeSplit, shardsFrom } from './rosterShards.ts';
import { addToTotals, gridTotalsOf, readTotals } from './rosterTotals.ts';

/**
 * A closing is taken into the shards first, each of which remembers the last one that had a line
 * for it, and into the totals last. The totals go on to the next closing only from the one before,
 * and so each closing is in all of its shards before the next begins: a repeat after a crash does
 * what is left, and one that comes late finds every shard past it.
 */
export async function applyClosing(
  documents: Documents,
  closing: Closing,
  delta: readonly WhDelta[],
): Promise<'applied' | 'already' | 'behind'> {
  const { gridId, closingNumber } = closing;
  const totals = gridTotalsOf(await readTotals(documents, gridId));
  if (closingNumber <= totals.closingNumber) return 'already';
  if (closingNumber > totals.closingNumber + 1) return 'behind';
  const lines = delta.filter((line) => line.producedWh !== 0 || line.consumedWh !== 0);
  if (lines.length > 0) await addToShards(documents, closing, lines);
  return addToTotals(documents, closing, sumsOf(lines));
}

const attemptsMax = 64;

async function addToShards(
  documents: Documents,
  { gridId, closingNumber }: Closing,
  lines: readonly WhDelta[],
): Promise<void> {
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    await pauseBefore(attempt);
    const shards = await shardsFrom(documents, gridId);
    const splitting = shards.filter(({ splitAt }) => splitAt !== undefined);
    for (const shard of splitting) await completeSplit(documents, shard);
    if (splitting.length > 0) continue;
    const { changes, strangers } = addToMembers(shards, closingNumber, lines);
    const [stranger] = strangers;
    assert(
      stranger === undefined,
      () => `${stranger} is settled in ${gridId} but not on its roster`,
    );
    // Every line has its member: nothing is refused from here on.
    const etags = await mapConcurrently(changes, ({ shard, etag }) =>
      documents.replace(gridId, shard, etag),
    );
    if (etags.every((etag) => etag !== undefined)) return;
  }
  throw new ContentionError(`Others keep changing the roster of ${gridId}.`);
}
