import type { Closing } from '../../../domain/closing.ts';
import type { GridTotals } from '../../../domain/grid.ts';
import type { GridId } from '../../../domain/ids.ts';
import type { Timeframe } from '../../../domain/timeframe.ts';
import { ContentionError } from './cosmosErrors.ts';
import type { Documents, Stored } from './documents.ts';
import type { RosterShard } from './rosterShard.ts';
import { completeSplit, shardsFrom } from './rosterShards.ts';

/**
 * The counters and totals of a grid, in its partition. How many members are active is kept per
 * shard, with the number of changes that the shard had: an older report never overwrites a later.
 */
export type TotalsDocument = {
  readonly id: typeof totalsId;
  readonly pk: GridId;
  readonly closingNumber: number;
  readonly lastClosedTimeframe?: Timeframe;
  readonly producedWh: number;
  readonly consumedWh: number;
  /** By the `from` of a shard. */
  readonly active: Readonly<Record<string, readonly [changes: number, active: number]>>;
};

const totalsId = 'totals';
const attemptsMax = 32;

export async function readTotals(
  documents: Documents,
  gridId: GridId,
): Promise<Stored<TotalsDocument> | undefined> {
  return documents.read<TotalsDocument>(gridId, totalsId);
}

/** The totals as the port shows them; zeros where there is no document yet. */
export function gridTotalsOf(totals: TotalsDocument | undefined): GridTotals {
  if (totals === undefined) {
    return { closingNumber: 0, prosumerCount: 0, producedWh: 0, consumedWh: 0 };
  }
  const { closingNumber, lastClosedTimeframe, producedWh, consumedWh, active } = totals;
  let prosumerCount = 0;
  for (const [, count] of Object.values(active)) prosumerCount += count;
  return {
    closingNumber,
    ...(lastClosedTimeframe !== undefined && { lastClosedTimeframe }),
    prosumerCount,
    producedWh,
    consumedWh,
  };
}

/**
 * Sees to it that the totals know how many are active in this shard. Repeated with each write of a
 * member, also one that changes nothing, so that a report lost in a crash is made up for. A shard
 * that the totals have never heard of comes from a split: then all are reported at once, so that
 * nobody is counted in two.
 */
export async function reportActive(
  documents: Documents,
  gridId: GridId,
  { from, changes, active }: RosterShard,
): Promise<void> {
  await changeTotals(documents, gridId, async (totals) => {
    const known = totals.active[from];
    if (known !== undefined && known[0] >= changes) return undefined;
    const isFirst = Object.keys(totals.active).length === 0 && from === '';
    if (known !== undefined || isFirst) {
      return { ...totals, active: { ...totals.active, [from]: [changes, active] } };
    }
    const shards = await settledShards(documents, gridId);
    return { ...totals, active: mergeActive(totals.active, shards) };
  });
}

/** Takes a closing into the totals. Its place in the order decides, so that it is done once. */
export async function addToTotals(
  documents: Documents,
  { gridId, closingNumber, closedThrough }: Closing,
  sums: { readonly producedWh: number; readonly consumedWh: number },
): Promise<'applied' | 'already'> {
  const isApplied = await changeTotals(documents, gridId, async (totals) => {
    if (totals.closingNumber >= closingNumber) return undefined;
    return {
      ...totals,
      closingNumber,
      lastClosedTimeframe: closedThrough,
      producedWh: totals.producedWh + sums.producedWh,
      consumedWh: totals.consumedWh + sums.consumedWh,
    };
  });
  return isApplied ? 'applied' : 'already';
}

/** Changes the totals, made if need be; false when `change` answers undefined: nothing to change. */
async function changeTotals(
  documents: Documents,
  gridId: GridId,
  change: (totals: TotalsDocument) => Promise<TotalsDocument | undefined>,
): Promise<boolean> {
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const found = await readTotals(documents, gridId);
    const changed = await change(found === undefined ? noTotals(gridId) : withoutTags(found));
    if (changed === undefined) return false;
    const isWritten =
      found === undefined
        ? await documents.create(changed)
        : (await documents.replace(gridId, changed, found._etag)) !== undefined;
    if (isWritten) return true;
  }
  throw new ContentionError(`Others keep changing the totals of ${gridId}.`);
}

function noTotals(gridId: GridId): TotalsDocument {
  return {
    id: totalsId,
    pk: gridId,
    closingNumber: 0,
    producedWh: 0,
    consumedWh: 0,
    active: {},
  };
}

/** Without what the service adds to a document. */
function withoutTags(found: Stored<TotalsDocument>): TotalsDocument {
  const { id, pk, closingNumber, lastClosedTimeframe, producedWh, consumedWh, active } = found;
  const last = lastClosedTimeframe === undefined ? {} : { lastClosedTimeframe };
  return { id, pk, closingNumber, ...last, producedWh, consumedWh, active };
}

/** All shards of a grid, of which none is being split. */
async function settledShards(documents: Documents, gridId: GridId) {
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const shards = await shardsFrom(documents, gridId);
    const splitting = shards.filter(({ splitAt }) => splitAt !== undefined);
    if (splitting.length === 0) return shards;
    for (const shard of splitting) await completeSplit(documents, shard);
  }
  throw new ContentionError(`The roster of ${gridId} is split again and again.`);
}

function mergeActive(
  known: TotalsDocument['active'],
  shards: readonly RosterShard[],
): TotalsDocument['active'] {
  const merged = { ...known };
  for (const { from, changes, active } of shards) {
    if ((merged[from]?.[0] ?? -1) < changes) merged[from] = [changes, active];
  }
  return merged;
}
