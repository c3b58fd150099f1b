import { hash } from 'node:crypto';
import fc from 'fast-check';
import {
  type ClosingInputs,
  type SettledTimeframe,
  settleTimeframe,
} from '../../shared/domain/closeFrame.ts';
import type { Grid, PriceRule, Terms } from '../../shared/domain/grid.ts';
import { zeroHash } from '../../shared/domain/hashChain.ts';
import {
  type AccountId,
  compareIds,
  type GridId,
  type Hash,
  isReserved,
  type ProsumerId,
  parseGridId,
  parseProsumerId,
} from '../../shared/domain/ids.ts';
import { type NettoLine, nettoLines, type Position } from '../../shared/domain/netto.ts';
import { emptyBook } from '../../shared/domain/order.ts';
import type { Member } from '../../shared/domain/prosumer.ts';
import type { Reading } from '../../shared/domain/reading.ts';
import {
  type Instant,
  isAligned,
  parseInstant,
  type Timeframe,
} from '../../shared/domain/timeframe.ts';
import { msatPerKwh, wattHours } from '../../shared/domain/units.ts';

/** What the tests of the domain start from: ids, instants, grids and readings in few words. */
export function sha256(text: string): string {
  return hash('sha256', text);
}

export function at(text: string): Instant {
  const instant = parseInstant(text);
  if (instant === undefined) throw new Error(`the test names no instant: ${text}`);
  return instant;
}

export function frameAt(text: string): Timeframe {
  const instant = at(text);
  if (!isAligned(instant, 1)) throw new Error(`the test names no timeframe: ${text}`);
  return instant;
}

export function gridId(text: string): GridId {
  const id = parseGridId(text);
  if (id === undefined) throw new Error(`the test names no grid: ${text}`);
  return id;
}

export function prosumerId(text: string): ProsumerId {
  const id = parseProsumerId(text);
  if (id === undefined) throw new Error(`the test names no prosumer: ${text}`);
  return id;
}

export function accountId(text: string): AccountId {
  return isReserved(text) ? text : prosumerId(text);
}

export const quarter = frameAt('2026-11-22T10:15:00Z');

/** Import 500 000, export 100 000 msat/kWh, no fee, mid-market: the worked example's. */
export function termsOf(
  given: {
    readonly validFrom?: string;
    readonly imports?: number;
    readonly exports?: number;
    readonly fee?: number;
    readonly importFee?: number;
    readonly price?: PriceRule;
  } = {},
): Terms {
  return {
    validFrom: at(given.validFrom ?? '2026-01-01T00:00:00Z'),
    market: { mechanism: 'pool', price: given.price ?? { rule: 'mid_market' } },
    tariff: {
      importPriceMsatPerKwh: msatPerKwh(given.imports ?? 500_000),
      exportPriceMsatPerKwh: msatPerKwh(given.exports ?? 100_000),
      gridFeeMsatPerKwh: msatPerKwh(given.fee ?? 0),
      ...(given.importFee !== undefined && {
        importGridFeeMsatPerKwh: msatPerKwh(given.importFee),
      }),
    },
  };
}

export function gridOf(...terms: readonly Terms[]): Grid {
  const [first = termsOf(), ...rest] = terms;
  return {
    id: gridId('village'),
    name: 'Village',
    timeZone: 'Europe/Berlin',
    timeframeMinutes: 15,
    graceMinutes: 10,
    activeFrom: at('2026-01-01T00:00:00Z'),
    paused: false,
    terms: [first, ...rest],
    createdAt: at('2026-01-01T00:00:00Z'),
  };
}

export function member(id: string): Member {
  return {
    prosumerId: prosumerId(id),
    activeFrom: at('2026-01-01T00:00:00Z'),
    status: 'active',
  };
}

export function reading(
  id: string,
  producedWh: number,
  consumedWh: number,
  more: Partial<Reading> = {},
): Reading {
  return {
    prosumerId: prosumerId(id),
    timeframe: quarter,
    producedWh: wattHours(producedWh),
    consumedWh: wattHours(consumedWh),
    quality: 'measured',
    version: 1,
    source: 'meter',
    receivedAt: at('2026-11-22T10:31:00Z'),
    ...more,
  };
}

export function position(id: string, positionWh: number): Position {
  return { accountId: accountId(id), positionWh: wattHours(positionWh) };
}

/** The lines of these readings, each of a member of its own. */
export function linesOf(readings: readonly Reading[]): readonly NettoLine[] {
  const sorted = readings.toSorted((a, b) => compareIds(a.prosumerId, b.prosumerId));
  const members = sorted.map((one) => member(one.prosumerId));
  return nettoLines(members, sorted);
}

/** Settles a quarter-hour, its first or the next revision, as the only one of its grid. */
export function settleLines(
  lines: readonly NettoLine[],
  given: Partial<Pick<ClosingInputs, 'book' | 'corrects'>> & {
    readonly terms?: Terms;
    readonly previousHash?: Hash;
  } = {},
): SettledTimeframe {
  const { book = emptyBook, corrects, terms = termsOf() } = given;
  return settleTimeframe({
    grid: gridOf(terms),
    timeframe: quarter,
    closingNumber: (corrects?.closing.closingNumber ?? 0) + 1,
    closedThrough: quarter,
    previousHash: given.previousHash ?? corrects?.closing.hash ?? zeroHash,
    lines,
    book,
    ...(corrects !== undefined && { corrects }),
    closedAt: at('2026-11-22T10:40:00Z'),
    sha256,
  });
}

/** Settles a quarter-hour for these readings, each of a member of its own. */
export function settle(
  readings: readonly Reading[],
  given: { readonly terms?: Terms; readonly previousHash?: Hash } = {},
): SettledTimeframe & { readonly lines: readonly NettoLine[] } {
  const lines = linesOf(readings);
  return { ...settleLines(lines, given), lines };
}

/** Energies with many small and equal ones among them, and some at the limit. */
export const anyEnergyWh = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 6 }) },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 20_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 999_999_990, max: 1_000_000_000 }) },
);

/** Readings of different prosumers, in any order of arrival. */
export const anyReadings = fc
  .uniqueArray(fc.integer({ min: 0, max: 99_999 }), { maxLength: 40 })
  .chain((ids) =>
    fc.tuple(
      ...ids.map((id) =>
        fc
          .tuple(anyEnergyWh, anyEnergyWh)
          .map(([produced, consumed]) => reading(`p${id}`, produced, consumed)),
      ),
    ),
  )
  .map((readings): readonly Reading[] => readings);

/** Tariffs as a grid may have them: export ≤ import, any fee, either price rule. */
export const anyTerms = fc
  .tuple(
    fc.integer({ min: 0, max: 1_000_000_000 }),
    fc.integer({ min: 0, max: 1_000_000_000 }),
    fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1_000_000 })),
    fc.boolean(),
  )
  .map(([a, b, fee, isFixed]) => {
    const [exports, imports] = [Math.min(a, b), Math.max(a, b)];
    const price: PriceRule = isFixed
      ? { rule: 'fixed', priceMsatPerKwh: msatPerKwh(exports) }
      : { rule: 'mid_market' };
    return termsOf({ imports, exports, fee, price });
  });
