import { assert } from '../../../domain/assert.ts';
import type { GridId, ProsumerId } from '../../../domain/ids.ts';
import type { Documents, Stored } from './documents.ts';
import {
  afterShardIds,
  bare,
  firstShardId,
  halvesOf,
  type MemberRow,
  type RosterShard,
  shardIdOf,
} from './rosterShard.ts';

/**
 * Splitting a shard takes three writes, of which each leaves the roster whole:
 *
 * 1. The shard is marked with `splitAt`. From here on nobody changes it but by the next two, and
 *    whoever wants to does those two first. (Every change is bound to the etag it has read.)
 * 2. The upper half is created as a shard of its own; when it is there already, it stays.
 * 3. The shard is replaced by its lower half, without the mark.
 *
 * Readers go through shards in the order of their ids and take from each the members below the
 * next one's `from`. A lower shard is thus read before the one that is split off from it: read
 * before step 3 it still has the upper half, which counts only where the new shard was not found;
 * read after step 3, the new shard was there before and is found.
 */
export async function completeSplit(documents: Documents, shard: Stored<RosterShard>) {
  const { splitAt } = shard;
  if (splitAt === undefined) return;
  const { lower, upper } = halvesOf(shard, splitAt);
  await documents.create(upper);
  await documents.replace(shard.pk, lower, shard._etag);
}

/** Marks a shard to be split in the middle, unless it has changed since it was read. */
export async function markForSplit(
  documents: Documents,
  shard: Stored<RosterShard>,
): Promise<void> {
  const middle = shard.members[shard.members.length >>> 1];
  assert(
    middle !== undefined && shard.members.length > 1 && shard.splitAt === undefined,
    () => `${shard.id} of ${shard.pk} cannot be split`,
  );
  const marked = { ...bare(shard), splitAt: middle[0] };
  await documents.replace(shard.pk, marked, shard._etag);
}

/** The shard in which a prosumer is or would be. Undefined for a grid without any. */
export async function shardHolding(
  documents: Documents,
  gridId: GridId,
  prosumerId: ProsumerId,
): Promise<Stored<RosterShard> | undefined> {
  const [shard] = await documents.query<Stored<RosterShard>>(gridId, {
    where: 'c.id >= @first AND c.id <= @holding',
    orderBy: 'c.id DESC',
    top: 1,
    parameters: { '@first': firstShardId, '@holding': shardIdOf(prosumerId) },
  });
  return shard;
}

/** The shards from the one with this id on, in order; all of them, or so many. */
export function shardsFrom(
  documents: Documents,
  gridId: GridId,
  id: string = firstShardId,
  top?: number,
): Promise<readonly Stored<RosterShard>[]> {
  return documents.query<Stored<RosterShard>>(gridId, {
    where: 'c.id >= @from AND c.id < @to',
    orderBy: 'c.id',
    ...(top !== undefined && { top }),
    parameters: { '@from': id, '@to': afterShardIds },
  });
}

/** The rows of shards in order, each member once. */
export function rowsOf(shards: readonly RosterShard[]): MemberRow[] {
  return shards.flatMap(({ members }, at) => {
    const next = shards[at + 1]?.from;
    const last = members.at(-1)?.[0];
    if (next === undefined || last === undefined || last < next) return members;
    return members.filter(([prosumerId]) => prosumerId < next);
  });
}
