import type { GridId, ProsumerId } from '../../../domain/ids.ts';
import { mapConcurrently } from './boundedConcurrency.ts';
import type { Documents } from './documents.ts';
import type { KnownShards } from './knownShards.ts';
import { type MemberRow, rowOf } from './rosterShard.ts';
import { rowsOf, shardHolding, shardsFrom } from './rosterShards.ts';

/** Shards read at once for a list: of the last it is only used where it begins. */
const shardsPerPart = 2;

/** The rows of `wanted` members or more behind `after`, or all that there are. */
export async function rowsAfter(
  documents: Documents,
  gridId: GridId,
  after: ProsumerId | undefined,
  wanted: number,
): Promise<MemberRow[]> {
  const holding = after && (await shardHolding(documents, gridId, after));
  const found: MemberRow[] = [];
  let from = holding?.id;
  while (found.length < wanted) {
    const shards = await shardsFrom(documents, gridId, from, shardsPerPart);
    const rows = rowsOf(shards).filter(([id]) => after === undefined || id > after);
    const last = shards.at(-1);
    if (last === undefined || shards.length < shardsPerPart) {
      found.push(...rows);
      break;
    }
    found.push(...rows.filter(([id]) => id < last.from));
    from = last.id;
  }
  return found;
}

/**
 * The rows of those prosumers that are members. A member stays in its shard until that is split, so
 * one that is known to be in a shard is looked up there: 1 RU for a shard that has not changed. A
 * meter that posts its reading alone costs hardly more than the reading. For one member that is in
 * no known shard, the one that would hold it is read; for several, all are: they are spread.
 */
export async function rowsById(
  documents: Documents,
  known: KnownShards,
  gridId: GridId,
  ids: readonly ProsumerId[],
): Promise<MemberRow[]> {
  const missing = new Set(ids);
  const found: MemberRow[] = [];
  const take = (id: ProsumerId, row: MemberRow | undefined) => {
    if (row !== undefined && missing.delete(id)) found.push(row);
  };
  const shards = known.holding(gridId, missing);
  const refreshed = await mapConcurrently(shards, (shard) => documents.refresh(gridId, shard));
  for (const shard of refreshed) {
    if (shard === undefined) continue;
    known.remember(shard);
    for (const id of missing) {
      // What is being split off may be newer where it has gone already.
      if (shard.splitAt === undefined || id < shard.splitAt) take(id, rowOf(shard, id));
    }
  }
  const [first] = missing;
  if (first === undefined) return found;
  const holding = missing.size === 1 ? await shardHolding(documents, gridId, first) : undefined;
  const read =
    missing.size === 1 ? (holding ? [holding] : []) : await shardsFrom(documents, gridId);
  for (const shard of read) known.remember(shard);
  for (const row of rowsOf(read)) take(row[0], row);
  return found;
}
