import type { ProsumerId } from '../../../domain/ids.ts';
import type { NettoLine } from '../../../domain/netto.ts';
import type { Stored } from './documents.ts';
import { bare, type MemberRow, type RosterShard } from './rosterShard.ts';

/** What a member's energy grows by. */
export type WhDelta = Pick<NettoLine, 'prosumerId' | 'producedWh' | 'consumedWh'>;

/** The shards that a closing changes, and who has a line in it without being a member. */
export type EnergyChanges = {
  readonly changes: readonly { readonly shard: RosterShard; readonly etag: string }[];
  readonly strangers: readonly ProsumerId[];
};

/**
 * Adds the lines of a closing to the shards that do not have it yet. Shards and lines come in the
 * order of ids; no shard is being split.
 */
export function addToMembers(
  shards: readonly Stored<RosterShard>[],
  closingNumber: number,
  lines: readonly WhDelta[],
): EnergyChanges {
  const changes: EnergyChanges['changes'][number][] = [];
  const strangers: ProsumerId[] = [];
  let at = 0;
  for (const [index, shard] of shards.entries()) {
    const next = shards[index + 1]?.from;
    const first = at;
    while (at < lines.length && (next === undefined || (lines[at]?.prosumerId ?? '') < next)) {
      at += 1;
    }
    if (at === first) continue;
    const members = grown(shard.members, lines.slice(first, at), strangers);
    if (shard.closingNumber >= closingNumber) continue;
    changes.push({ shard: { ...bare(shard), closingNumber, members }, etag: shard._etag });
  }
  for (const { prosumerId } of lines.slice(at)) strangers.push(prosumerId);
  return { changes, strangers };
}

/** Σ over the lines. */
export function sumsOf(lines: readonly WhDelta[]): { producedWh: number; consumedWh: number } {
  let producedWh = 0;
  let consumedWh = 0;
  for (const line of lines) {
    producedWh += line.producedWh;
    consumedWh += line.consumedWh;
  }
  return { producedWh, consumedWh };
}

function grown(
  members: readonly MemberRow[],
  lines: readonly WhDelta[],
  strangers: ProsumerId[],
): MemberRow[] {
  const byId = new Map(lines.map((line) => [line.prosumerId, line]));
  const rows = members.map((row): MemberRow => {
    const line = byId.get(row[0]);
    if (line === undefined) return row;
    byId.delete(row[0]);
    const [prosumerId, version, activeFrom, activeUntil, isActive, producedWh, consumedWh] = row;
    const [, , , , , , , ...limit] = row;
    return [
      prosumerId,
      version,
      activeFrom,
      activeUntil,
      isActive,
      producedWh + line.producedWh,
      consumedWh + line.consumedWh,
      ...limit,
    ];
  });
  strangers.push(...byId.keys());
  return rows;
}
