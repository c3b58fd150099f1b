import type { Closing } from '../../../domain/closing.ts';
import type { GridTotals } from '../../../domain/grid.ts';
import type { GridId } from '../../../domain/ids.ts';
import type { Timeframe } from '../../../domain/timeframe.ts';
import { pauseBefore } from './contention.ts';
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
  readonly active: Readonly<Record<string, ActiveReport>>;
};

/** What a shard has said last: after so many changes and splits of it, so many are active. */
type ActiveReport = readonly [changes: number, splits: number, active: number];

const totalsId = 'totals';
const attemptsMax = 32;
/** Of the first shard, before anybody is in it. */
const unheard: ActiveReport = [0, 0, 0];

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
  for (const [, , count] of Object.values(active)) prosumerCount += count;
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
 * member, also one that changes nothing, so that a report lost in a crash is made up for. After a
 * split (a shard that the totals have not heard of, or one with more splits than they know) all
 * shards are asked: until then the totals count both halves by what they were as one.
 */
export async function reportActive(
  documents: Documents,
  gridId: GridId,
  shard: RosterShard,
): Promise<void> {
  const { from, changes, splits } = shard;
  await changeTotals(documents, gridId, async (totals) => {
    const known = totals.active[from] ?? (from === '' ? unheard : undefined);
    if (known !== undefined && known[0] >= changes) return undefined;
    const shards = known?.[1] === splits ? [shard] : await settledShards(documents, gridId);
    return { ...totals, active: withReports(totals.active, shards) };
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
    await pauseBefore(attempt);
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
    await pauseBefore(attempt);
    const shards = await shardsFrom(documents, gridId);
    const splitting = shards.filter(({ splitAt }) => splitAt !== undefined);
    if (splitting.length === 0) return shards;
    for (const shard of splitting) await completeSplit(documents, shard);
  }
  throw new ContentionError(`The roster of ${gridId} is split again and again.`);
}

function withReports(
  known: TotalsDocument['active'],
  shards: readonly RosterShard[],
): TotalsDocument['active'] {
  const reports = { ...known };
  for (const { from, changes, splits, active } of shards) {
    if ((reports[from] ?? unheard)[0] < changes) reports[from] = [changes, splits, active];
  }
  return reports;
}
