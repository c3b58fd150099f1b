import type { GridId } from '../../../domain/ids.ts';
import { isActiveIn, type Member } from '../../../domain/prosumer.ts';
import type { RosterStore } from '../../../ports/rosterStore.ts';
import { pageOf, rowsFor } from '../../pageOf.ts';
import { pauseBefore } from './contention.ts';
import { ContentionError } from './cosmosErrors.ts';
import type { Documents } from './documents.ts';
import { KnownShards } from './knownShards.ts';
import type { CosmosDatabase } from './openCosmos.ts';
import { applyClosing } from './rosterClosing.ts';
import { rowsAfter, rowsById } from './rosterRows.ts';
import { emptyShard, memberOf, memberTotalsOf, withMember } from './rosterShard.ts';
import { completeSplit, markForSplit, rowsOf, shardHolding, shardsFrom } from './rosterShards.ts';
import { gridTotalsOf, readTotals, reportActive } from './rosterTotals.ts';

const attemptsMax = 64;
/** A shard that holds more than this is split in two halves. */
const membersPerShardDefault = 1_000;

/** A grid's roster in shards by ranges of prosumer ids, and its totals, all in the grid's partition. */
export function cosmosRosterStore(
  { operate }: CosmosDatabase,
  membersPerShardMax: number = membersPerShardDefault,
): RosterStore {
  const known = new KnownShards();
  return {
    upsert: (gridId, member, version) =>
      operate('rosters.upsert', (documents) =>
        upsert(documents('grids'), gridId, member, version, membersPerShardMax),
      ),
    activeIn: (gridId, timeframe) =>
      operate('rosters.activeIn', async (documents) => {
        const rows = rowsOf(await shardsFrom(documents('grids'), gridId));
        return rows.map(memberOf).filter((member) => isActiveIn(member, timeframe));
      }),
    membersById: (gridId, ids) =>
      operate('rosters.membersById', async (documents) => {
        const rows = await rowsById(documents('grids'), known, gridId, ids);
        return new Map(rows.map((row) => [row[0], memberOf(row)]));
      }),
    list: (gridId, page) =>
      operate('rosters.list', async (documents) => {
        const rows = await rowsAfter(documents('grids'), gridId, page.after, rowsFor(page));
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
async function upsert(
  documents: Documents,
  gridId: GridId,
  member: Member,
  version: number,
  membersPerShardMax: number,
): Promise<void> {
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    await pauseBefore(attempt);
    const found = await shardHolding(documents, gridId, member.prosumerId);
    if (found?.splitAt !== undefined) {
      await completeSplit(documents, found);
      continue;
    }
    if (found !== undefined && found.members.length > membersPerShardMax) {
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
