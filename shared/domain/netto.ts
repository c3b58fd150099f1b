import { assert } from './assert.ts';
import type { ReadingCounts } from './closing.ts';
import type { AccountId, ProsumerId } from './ids.ts';
import type { Member } from './prosumer.ts';
import type { Reading } from './reading.ts';
import { subtractWh, type WattHours, wattHours, zeroWh } from './units.ts';

/** What one prosumer is settled on in one timeframe. `version` is that of the reading used, 0 for none. */
export type NettoLine = {
  readonly prosumerId: ProsumerId;
  readonly producedWh: WattHours;
  readonly consumedWh: WattHours;
  readonly status: 'received' | 'missing' | 'estimated';
  readonly version: number;
};

/**
 * netto − sold ahead + bought ahead: positive is a surplus, negative a deficit. `mini-grid` has one
 * too, of what it bought and sold ahead.
 */
export type Position = { readonly accountId: AccountId; readonly positionWh: WattHours };

/** Sums over the lines of a timeframe. nettoWh = producedWh − consumedWh. */
export type NettoTotals = {
  readonly producedWh: WattHours;
  readonly consumedWh: WattHours;
  readonly nettoWh: WattHours;
  readonly readings: ReadingCounts;
};

/**
 * One line per member, by id ascending. Members and readings come by id ascending, at most one
 * reading each. A member without a reading has the line that stands in for it, `instead`, or else is
 * `missing` with 0 Wh; readings and lines of others are ignored.
 */
export function nettoLines(
  members: readonly Member[],
  readings: readonly Reading[],
  instead?: ReadonlyMap<ProsumerId, NettoLine>,
): NettoLine[] {
  const lines: NettoLine[] = [];
  let at = 0;
  let reading = readings[at];
  let lastId = '';
  for (const { prosumerId } of members) {
    assert(
      lastId < prosumerId,
      () => `members must ascend by id: ${prosumerId} comes after ${lastId}`,
    );
    lastId = prosumerId;
    while (reading !== undefined && reading.prosumerId < prosumerId) {
      reading = after(reading, readings[++at]);
    }
    if (reading?.prosumerId === prosumerId) {
      lines.push(lineOf(reading));
      reading = after(reading, readings[++at]);
    } else {
      lines.push(instead?.get(prosumerId) ?? missingLine(prosumerId));
    }
  }
  return lines;
}

/** Adds the lines up. Throws when a sum is no longer a safe integer. */
export function nettoTotals(lines: readonly NettoLine[]): NettoTotals {
  let produced = 0;
  let consumed = 0;
  let missing = 0;
  let estimated = 0;
  for (const line of lines) {
    produced += line.producedWh;
    consumed += line.consumedWh;
    if (line.status === 'missing') missing += 1;
    else if (line.status === 'estimated') estimated += 1;
  }
  const producedWh = wattHours(produced);
  const consumedWh = wattHours(consumed);
  const expected = lines.length;
  return {
    producedWh,
    consumedWh,
    nettoWh: subtractWh(producedWh, consumedWh),
    readings: { expected, received: expected - missing - estimated, missing, estimated },
  };
}

/** The reading that follows, once it is sure that it stands where it must. */
function after(reading: Reading, next: Reading | undefined): Reading | undefined {
  assert(
    next === undefined || reading.prosumerId < next.prosumerId,
    () =>
      `readings must ascend by prosumer id, one each: ${next?.prosumerId} after ${reading.prosumerId}`,
  );
  return next;
}

function lineOf({ prosumerId, producedWh, consumedWh, quality, version }: Reading): NettoLine {
  const status = quality === 'estimated' ? 'estimated' : 'received';
  return { prosumerId, producedWh, consumedWh, status, version };
}

function missingLine(prosumerId: ProsumerId): NettoLine {
  return { prosumerId, producedWh: zeroWh, consumedWh: zeroWh, status: 'missing', version: 0 };
}
