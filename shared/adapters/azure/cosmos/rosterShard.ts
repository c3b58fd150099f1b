import { compareIds, type GridId, type ProsumerId } from '../../../domain/ids.ts';
import type { Member } from '../../../domain/prosumer.ts';
import type { Instant } from '../../../domain/timeframe.ts';
import type { MemberTotals } from '../../../ports/rosterStore.ts';

/**
 * The members of a grid whose ids are from `from` on, up to where the next shard begins; 500 to
 * 1 000 of them, of some 85 bytes each, once there are so many. Its id names `from`.
 */
export type RosterShard = {
  readonly id: string;
  readonly pk: GridId;
  /** Empty for the first. */
  readonly from: string;
  /** Counts the changes of who is in it. */
  readonly changes: number;
  /** How often its upper half was split off. */
  readonly splits: number;
  /** The last closing of which its members' energy has a line. */
  readonly closingNumber: number;
  /** Members of status `active`. */
  readonly active: number;
  /** From here on it is being split off: until that is done, nothing in it may change. */
  readonly splitAt?: ProsumerId;
  readonly members: readonly MemberRow[];
};

/** A member without the names of its fields. The last is left out where there is none. */
export type MemberRow = readonly [
  prosumerId: ProsumerId,
  version: number,
  activeFrom: Instant,
  activeUntil: Instant | null,
  isActive: 0 | 1,
  producedWh: number,
  consumedWh: number,
  connectionLimitW?: number,
];

/** Every shard's id is `members.` and its `from`; `/` comes right after `.`. */
export const firstShardId = 'members.';
export const afterShardIds = 'members/';

export function shardIdOf(from: string): string {
  return `${firstShardId}${from}`;
}

/** A shard with nobody in it yet: the first of its grid. */
export function emptyShard(gridId: GridId): RosterShard {
  return {
    id: firstShardId,
    pk: gridId,
    from: '',
    changes: 0,
    splits: 0,
    closingNumber: 0,
    active: 0,
    members: [],
  };
}

/** The shard with the member in it. Undefined when it is there at this version or a later one. */
export function withMember(
  shard: RosterShard,
  { prosumerId, activeFrom, activeUntil, status, connectionLimitW }: Member,
  version: number,
): RosterShard | undefined {
  const at = placeOf(shard, prosumerId);
  const found = shard.members[at];
  const there = found?.[0] === prosumerId ? found : undefined;
  if (there !== undefined && there[1] >= version) return undefined;
  const isActive = status === 'active' ? 1 : 0;
  const [producedWh, consumedWh] = there === undefined ? [0, 0] : [there[5], there[6]];
  const until = activeUntil ?? null;
  const plain = [prosumerId, version, activeFrom, until, isActive, producedWh, consumedWh] as const;
  const row: MemberRow = connectionLimitW === undefined ? plain : [...plain, connectionLimitW];
  const members = shard.members.toSpliced(at, there === undefined ? 0 : 1, row);
  return { ...bare(shard), changes: shard.changes + 1, active: activeOf(members), members };
}

/** The row of a member, if it is in the shard. */
export function rowOf(shard: RosterShard, prosumerId: ProsumerId): MemberRow | undefined {
  const row = shard.members[placeOf(shard, prosumerId)];
  return row?.[0] === prosumerId ? row : undefined;
}

/** The halves of a shard that is being split at `splitAt`: what stays and what becomes a new shard. */
export function halvesOf(
  shard: RosterShard,
  splitAt: ProsumerId,
): { lower: RosterShard; upper: RosterShard } {
  const at = placeOf(shard, splitAt);
  const [kept, split] = [shard.members.slice(0, at), shard.members.slice(at)];
  const { pk, changes, splits, closingNumber } = shard;
  return {
    lower: {
      ...bare(shard),
      changes: changes + 1,
      splits: splits + 1,
      active: activeOf(kept),
      members: kept,
    },
    upper: {
      id: shardIdOf(splitAt),
      pk,
      from: splitAt,
      changes: 1,
      splits: 0,
      closingNumber,
      active: activeOf(split),
      members: split,
    },
  };
}

/** A shard without the mark of a split and without what the service adds to a document. */
export function bare(shard: RosterShard): RosterShard {
  const { id, pk, from, changes, splits, closingNumber, active, members } = shard;
  return { id, pk, from, changes, splits, closingNumber, active, members };
}

export function memberOf(row: MemberRow): Member {
  const [prosumerId, , activeFrom, activeUntil, isActive, , , connectionLimitW] = row;
  return {
    prosumerId,
    activeFrom,
    ...(activeUntil !== null && { activeUntil }),
    ...(connectionLimitW !== undefined && { connectionLimitW }),
    status: isActive === 1 ? 'active' : 'inactive',
  };
}

export function memberTotalsOf(row: MemberRow): MemberTotals {
  return { ...memberOf(row), producedWh: row[5], consumedWh: row[6] };
}

/** Where a member is among the rows, or would be. */
function placeOf({ members }: RosterShard, prosumerId: ProsumerId): number {
  let low = 0;
  let high = members.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const row = members[middle];
    if (row !== undefined && compareIds(row[0], prosumerId) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function activeOf(members: readonly MemberRow[]): number {
  return members.reduce((count, row) => count + row[4], 0);
}
