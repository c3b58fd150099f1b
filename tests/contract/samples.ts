import { linesOf } from '../../shared/domain/accountLine.ts';
import { type BillingPeriod, parseBillingPeriod } from '../../shared/domain/billingPeriod.ts';
import type { Closing } from '../../shared/domain/closing.ts';
import type { Grid } from '../../shared/domain/grid.ts';
import {
  type GridId,
  type Hash,
  type ProsumerId,
  parseGridId,
  parseProsumerId,
} from '../../shared/domain/ids.ts';
import type { BatchKey } from '../../shared/domain/ledger.ts';
import type { NettoLine } from '../../shared/domain/netto.ts';
import type { Prosumer } from '../../shared/domain/prosumer.ts';
import type { Reading } from '../../shared/domain/reading.ts';
import type { RegisterReading } from '../../shared/domain/register.ts';
import { type Instant, parseInstant, type Timeframe } from '../../shared/domain/timeframe.ts';
import { batchOf, type Trade } from '../../shared/domain/trade.ts';
import { tradeIdOf } from '../../shared/domain/tradeId.ts';
import { amountOf, msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import type { BilledIn } from '../../shared/ports/ledgerStore.ts';
import type { Page } from '../../shared/ports/page.ts';

/** Sample things for the contracts: whole and plausible, with what a test is about put over them. */
export function gridId(text: string): GridId {
  return required(parseGridId(text), text);
}

export function prosumerId(text: string): ProsumerId {
  return required(parseProsumerId(text), text);
}

export function instant(text: string): Instant {
  return required(parseInstant(text), text);
}

export function timeframe(text: string): Timeframe {
  return instant(text) as Timeframe;
}

export function period(text: string): BillingPeriod {
  return required(parseBillingPeriod(text), text);
}

export function hash(digit: string): Hash {
  return digit.repeat(64) as Hash;
}

export const riverside = gridId('riverside');
export const hillside = gridId('hillside');
export const at1000 = timeframe('2026-11-22T10:00:00Z');
export const at1015 = timeframe('2026-11-22T10:15:00Z');
export const at1030 = timeframe('2026-11-22T10:30:00Z');
export const at1045 = timeframe('2026-11-22T10:45:00Z');
export const november = period('2026-11');
export const december = period('2026-12');
export const january = period('2027-01');

export function gridOf(id: GridId, change: Partial<Grid> = {}): Grid {
  return {
    id,
    name: 'Riverside',
    timeZone: 'Europe/Vienna',
    timeframeMinutes: 15,
    graceMinutes: 5,
    activeFrom: instant('2026-11-22T00:00:00Z'),
    paused: false,
    terms: [
      {
        validFrom: instant('2026-11-22T00:00:00Z'),
        market: { mechanism: 'pool', price: { rule: 'mid_market' } },
        tariff: {
          importPriceMsatPerKwh: msatPerKwh(500_000),
          exportPriceMsatPerKwh: msatPerKwh(100_000),
          gridFeeMsatPerKwh: msatPerKwh(0),
        },
      },
    ],
    createdAt: instant('2026-11-21T09:00:00Z'),
    ...change,
  };
}

export function prosumerOf(id: string, change: Partial<Prosumer> = {}): Prosumer {
  return {
    id: prosumerId(id),
    gridId: riverside,
    name: 'Family Gruber',
    address: 'Uferweg 3, 5020 Salzburg',
    type: 'household',
    activeFrom: instant('2026-11-22T00:00:00Z'),
    status: 'active',
    createdAt: instant('2026-11-21T09:30:00Z'),
    ...change,
  };
}

export function readingOf(id: string, change: Partial<Reading> = {}): Reading {
  return {
    prosumerId: prosumerId(id),
    timeframe: at1000,
    producedWh: wattHours(2000),
    consumedWh: wattHours(500),
    quality: 'measured',
    version: 1,
    source: 'gateway-1',
    receivedAt: instant('2026-11-22T10:16:00Z'),
    ...change,
  };
}

export function registerOf(id: string, change: Partial<RegisterReading> = {}): RegisterReading {
  return {
    prosumerId: prosumerId(id),
    meterId: 'meter-1',
    at: at1000,
    producedRegisterWh: wattHours(120_000),
    consumedRegisterWh: wattHours(340_000),
    source: 'gateway-1',
    receivedAt: instant('2026-11-22T10:16:00Z'),
    ...change,
  };
}

export function lineOf(id: string, producedWh: number, consumedWh = 0): NettoLine {
  return {
    prosumerId: prosumerId(id),
    producedWh: wattHours(producedWh),
    consumedWh: wattHours(consumedWh),
    status: 'received',
    version: 1,
  };
}

/** Prosumer ids in their own order: `p00000`, `p00001` … */
export function nthId(n: number): string {
  return `p${String(n).padStart(5, '0')}`;
}

export function closingOf(
  closingNumber: number,
  frame: Timeframe,
  change: Partial<Closing> = {},
): Closing {
  return {
    gridId: riverside,
    closingNumber,
    timeframe: frame,
    revision: 0,
    closedThrough: frame,
    status: 'closed',
    closedAt: instant('2026-11-22T11:00:00Z'),
    terms: gridOf(riverside).terms[0],
    priceMsatPerKwh: msatPerKwh(300_000),
    producedWh: wattHours(2000),
    consumedWh: wattHours(3000),
    nettoWh: wattHours(-1000),
    tradedWh: wattHours(2000),
    importedWh: wattHours(1000),
    exportedWh: wattHours(0),
    tradeCount: 4,
    batchCount: 1,
    readings: { expected: 3, received: 3, missing: 0, estimated: 0 },
    nettosId: `nettos-${closingNumber}`,
    readingsMark: '1',
    previousHash: hash('0'),
    hash: hash('a'),
    ...change,
  };
}

export function tradeOf(sequence: number, change: Partial<Trade> = {}): Trade {
  const terms = {
    gridId: riverside,
    timeframe: at1000,
    revision: 0,
    kind: 'peer' as const,
    sellerId: prosumerId('anna'),
    buyerId: prosumerId('ben'),
    energyWh: wattHours(1000),
    priceMsatPerKwh: msatPerKwh(300_000),
    gridFeeMsatPerKwh: msatPerKwh(0),
    previousHash: hash('0'),
    hash: hash('b'),
    ...change,
  };
  return {
    id: tradeIdOf(terms.gridId, terms.timeframe, terms.revision, sequence),
    sequence,
    amountUsat: amountOf(terms.energyWh, terms.priceMsatPerKwh),
    feeUsat: amountOf(terms.energyWh, terms.gridFeeMsatPerKwh),
    ...terms,
  };
}

/** The batch that a trade is in. */
export function batchKeyOf({ gridId, timeframe, revision, sequence }: Trade): BatchKey {
  return { gridId, timeframe, revision, batch: batchOf(sequence) };
}

/** The lines of trades, in the month of the samples where no other is named. */
export function billedIn(trades: readonly Trade[], month = november): BilledIn {
  return { period: month, lines: linesOf(trades), averaged: [] };
}

/** Reads a list to its end, page by page; `between` runs before each page but the first. */
export async function allPages<Item, Key>(
  limit: number,
  list: (page: { after?: Key; limit: number }) => Promise<Page<Item, Key>>,
  between: (pageNumber: number) => Promise<unknown> = async () => undefined,
): Promise<Item[]> {
  const pagesMax = 1_000;
  const items: Item[] = [];
  let after: Key | undefined;
  for (let pageNumber = 1; pageNumber <= pagesMax; pageNumber += 1) {
    if (pageNumber > 1) await between(pageNumber);
    const page = await list(after === undefined ? { limit } : { after, limit });
    if (page.items.length > limit) throw new Error(`${page.items.length} items for ${limit}`);
    items.push(...page.items);
    if (page.next === undefined) return items;
    after = page.next;
  }
  throw new Error(`a list has more than ${pagesMax} pages`);
}

function required<Value>(value: Value | undefined, text: string): Value {
  if (value === undefined) throw new Error(`${text} is not what the sample takes it for`);
  return value;
}
