import { assert } from '../../../domain/assert.ts';
import type { Closing } from '../../../domain/closing.ts';
import type { GridId, ProsumerId } from '../../../domain/ids.ts';
import { isActiveIn, type Member } from '../../../domain/prosumer.ts';
import type { RosterStore } from '../../../ports/rosterStore.ts';
import { mapConcurrently } from './boundedConcurrency.ts';
import { ContentionError } from './cosmosErrors.ts';
import type { Documents } from './documents.ts';
import type { CosmosDatabase } from './openCosmos.ts';
import { itemsFor, pageOf } from './page.ts';
import { addToMembers, sumsOf, type WhDelta } from './rosterEnergy.ts';
import {
  emptyShard,
  type MemberRow,
  memberOf,
  membersPerShardMax,
  memberTotalsOf,
  rowOf,
  withMember,
} from './rosterShard.ts';
import {
  completeSplit,
  isFull,
  markForSplit,
  rowsOf,
  shardHolding,
  shardsFrom,
} from './rosterShards.ts';
import { addToTotals, gridTotalsOf, readTotals, reportActive } from './rosterTotals.ts';

const attemptsMax = 64;

/** A grid's roster in shards by ranges of prosumer ids, and its totals, all in the grid's partition. */
export function cosmosRosterStore({ operate }: CosmosDatabase): RosterStore {
  return {
    upsert: (gridId, member, version) =>
      operate('rosters.upsert', (documents) => upsert(documents('grids'), gridId, member, version)),
    activeIn: (gridId, timeframe) =>
      operate('rosters.activeIn', async (documents) => {
        const rows = rowsOf(await shardsFrom(documents('grids'), gridId));
        return rows.map(memberOf).filter((member) => isActiveIn(member, timeframe));
      }),
    membersById: (gridId, ids) =>
      operate('rosters.membersById', async (documents) => {
        const rows = await rowsById(documents('grids'), gridId, ids);
        return new Map(rows.map((row) => [row[0], memberOf(row)]));
      }),
    list: (gridId, page) =>
      operate('rosters.list', async (documents) => {
        const rows = await rowsAfter(documents('grids'), gridId, page.after, itemsFor(page));
        return pageOf(rows.map(memberTotalsOf), page, ({ prosumerId }) => prosumerId);
      }),
    totals: (gridId) =>
      operate('rosters.totals', async (documents) =>
        gridTotalsOf(await readTotals(documents('grids'), gridId)),
      ),
    applyClosing: (closing, delta) =>
      operate('rosters.applyClosing', (documents) =>
        applyClosing(documents('grids'), closing, delta),
      ),
  };
}

/** Every change of a shard is bound to the etag it was read at; whoever comes second reads again. */
async function upsert(documents: Documents, gridId: GridId, member: Member, version: number) {
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const found = await shardHolding(documents, gridId, member.prosumerId);
    if (found?.splitAt !== undefined) {
      await completeSplit(documents, found);
      continue;
    }
    if (found !== undefined && isFull(found)) {
      await markForSplit(documents, found);
      continue;
    }
    const shard = found ?? emptyShard(gridId);
    const changed = withMember(shard, member, version);
    if (changed !== undefined) {
      const isWritten =
        found === undefined
          ? await documents.create(changed)
          : (await documents.replace(gridId, changed, found._etag)) !== undefined;
      if (!isWritten) continue;
    }
    await reportActive(documents, gridId, changed ?? shard);
    return;
  }
  throw new ContentionError(`Others keep changing the roster of ${gridId}.`);
}

/** The rows of `wanted` members or more behind `after`, or all that there are. */
async function rowsAfter(
  documents: Documents,
  gridId: GridId,
  after: ProsumerId | undefined,
  wanted: number,
): Promise<MemberRow[]> {
  const holding = after && (await shardHolding(documents, gridId, after));
  const found: MemberRow[] = [];
  let from = holding?.id;
  // Shards are half full at least, or soon followed by one that is.
  const top = Math.ceil((wanted * 2) / membersPerShardMax) + 1;
  while (found.length < wanted) {
    const shards = await shardsFrom(documents, gridId, from, top);
    const rows = rowsOf(shards);
    if (shards.length < top) {
      found.push(...rows.filter(([id]) => after === undefined || id > after));
      break;
    }
    // The last of a part is only where the one before it ends; the next part begins with it.
    const last = shards.at(-1);
    const end = last?.from ?? '';
    found.push(...rows.filter(([id]) => id < end && (after === undefined || id > after)));
    from = last?.id;
  }
  return found;
}

/** One member costs the read of one shard; several, of all: they are spread over them. */
async function rowsById(
  documents: Documents,
  gridId: GridId,
  ids: readonly ProsumerId[],
): Promise<MemberRow[]> {
  const asked = new Set(ids);
  const [first] = asked;
  if (first === undefined) return [];
  if (asked.size > 1) {
    return rowsOf(await shardsFrom(documents, gridId)).filter(([id]) => asked.has(id));
  }
  const shard = await shardHolding(documents, gridId, first);
  const row = shard && rowOf(shard, first);
  return row === undefined ? [] : [row];
}

/**
 * A closing is taken into the shards first, each of which remembers the last one that had a line
 * for it, and into the totals last. The totals go on to the next closing only from the one before,
 * and so each closing is in all of its shards before the next begins: a repeat after a crash does
 * what is left, and one that comes late finds every shard past it.
 */
async function applyClosing(documents: Documents, closing: Closing, delta: readonly WhDelta[]) {
  const { gridId, closingNumber } = closing;
  const totals = gridTotalsOf(await readTotals(documents, gridId));
  if (closingNumber <= totals.closingNumber) return 'already';
  if (closingNumber > totals.closingNumber + 1) return 'behind';
  const lines = delta.filter((line) => line.producedWh !== 0 || line.consumedWh !== 0);
  await addToShards(documents, closing, lines);
  return addToTotals(documents, closing, sumsOf(lines));
}

async function addToShards(
  documents: Documents,
  { gridId, closingNumber }: Closing,
  lines: readonly WhDelta[],
): Promise<void> {
  if (lines.length === 0) return;
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const shards = await shardsFrom(documents, gridId);
    const splitting = shards.filter(({ splitAt }) => splitAt !== undefined);
    for (const shard of splitting) await completeSplit(documents, shard);
    if (splitting.length > 0) continue;
    const { changes, strangers } = addToMembers(shards, closingNumber, lines);
    const stranger = strangers[0];
    assert(
      stranger === undefined,
      () => `${stranger} is settled in ${gridId} but not on its roster`,
    );
    const etags = await mapConcurrently(changes, ({ shard, etag }) =>
      documents.replace(gridId, shard, etag),
    );
    if (etags.every((etag) => etag !== undefined)) return;
  }
  throw new ContentionError(`Others keep changing the roster of ${gridId}.`);
}
