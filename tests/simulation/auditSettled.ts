import { addMinutes, type Instant } from '../../shared/domain/timeframe.ts';
import type { SeenClosing } from './auditClosing.ts';
import { hasLeft } from './auditLate.ts';
import {
  type Books,
  type BooksReader,
  check,
  checkSame,
  type GridDocument,
  numberOf,
  type Row,
  textOf,
} from './books.ts';
import type { ClosingHistory } from './closingHistory.ts';
import { settledAnew } from './settledAnew.ts';

const minutesPerDay = 1_440;

/**
 * When all has come to rest, nothing is left to settle or to correct, and each timeframe is settled
 * as if its last readings had been known from the start: what was agreed on ahead once and in order,
 * the net energy of each prosumer, and every balance.
 */
export function auditSettled(
  books: Books,
  reader: BooksReader,
  closings: ClosingHistory,
  now: Instant,
): void {
  for (const { gridId, closingNumber } of books.table('totals')) {
    const last = closings.of(String(gridId)).length;
    checkSame(Number(closingNumber), last, `the last closing in the totals of ${gridId}`);
  }
  const lateAt = new Set<string>();
  for (const row of books.table('closings')) {
    const name = `closing ${row['closingNumber']} of ${row['gridId']}`;
    checkSame(row['status'], 'settled', `the status of ${name}`);
    const seen = closings.of(textOf(row, 'gridId'))[Number(row['closingNumber']) - 1];
    const timeframe = seen?.closing.timeframe ?? '';
    if (row['hasLateReadings'] === 0n) continue;
    check(timeframe < correctedFrom(books, row['gridId'], now), `${name} is late`);
    lateAt.add(`${row['gridId']} ${timeframe}`);
  }
  const trades = Map.groupBy(reader.trades(), placeOf);
  const readings = Map.groupBy(reader.readings(), placeOf);
  const most = mostOf(reader.readings());
  const moved = Map.groupBy(reader.moved(), placeOf);
  for (const grid of books.grids) {
    for (const { closing, trades: recorded = [] } of closings.of(grid.id)) {
      const { timeframe, revision } = closing;
      const now = reader.tradesOf(grid.id, timeframe, revision);
      checkSame(textOfRows(now), textOfRows(recorded), `what was traded at ${timeframe}`);
      if (revision > 0) continue;
      const place = `${grid.id} ${closing.timeframe}`;
      const latest = closings.latest(grid.id, closing.timeframe);
      if (latest === undefined) continue;
      const left = auditReadings(latest, readings.get(place) ?? [], lateAt.has(place)).filter(
        (id) => !hasLeft(books, id, timeframe),
      );
      check(lateAt.has(place) || left.length === 0, `${left} of ${place} are left out`);
      auditEstimates(latest, most);
      auditAhead(books, closing.timeframe, grid, trades.get(place) ?? []);
      auditMoved(books, grid, latest, moved.get(place) ?? []);
      trades.delete(place);
    }
  }
  checkSame([...trades.keys()].join(), '', 'what was traded in timeframes that are not closed');
}

function textOfRows(rows: readonly Row[]): string {
  return rows.map((row) => Object.values(row).join()).join('|');
}

/** The most that each ever produced, and consumed, in a timeframe. */
function mostOf(readings: readonly Row[]): ReadonlyMap<string, readonly [number, number]> {
  const most = new Map<string, readonly [number, number]>();
  for (const row of readings) {
    const [produced, consumed] = most.get(textOf(row, 'prosumerId')) ?? [0, 0];
    const both = [Number(row['producedWh']), Number(row['consumedWh'])] as const;
    const id = textOf(row, 'prosumerId');
    most.set(id, [Math.max(produced, both[0]), Math.max(consumed, both[1])]);
  }
  return most;
}

/** An estimate is a mean: never more than the most that was read. */
function auditEstimates(
  { closing: { timeframe }, lines }: SeenClosing,
  most: ReadonlyMap<string, readonly [number, number]>,
): void {
  for (const [id, { producedWh, consumedWh, version }] of lines) {
    const [producedMax, consumedMax] = most.get(id) ?? [0, 0];
    const isMean = producedWh <= producedMax && consumedWh <= consumedMax;
    check(version > 0 || isMean, `the estimate of ${id} at ${timeframe} is too much`);
  }
}

function placeOf(row: Row): string {
  return `${row['gridId']} ${row['timeframe']}`;
}

function correctedFrom({ grids }: Books, gridId: unknown, now: Instant): string {
  const days = grids.find(({ id }) => id === gridId)?.correctionDays ?? 0;
  return addMinutes(now, -days * minutesPerDay);
}

/**
 * The lines are the last readings, but where these came too late to be settled: then it is marked.
 * Answers of whom there are readings and no line.
 */
function auditReadings(
  { closing: { timeframe }, lines }: SeenClosing,
  readings: readonly Row[],
  isLate: boolean,
): readonly string[] {
  const last = new Map(readings.map((row) => [textOf(row, 'prosumerId'), row]));
  for (const [id, line] of lines) {
    const reading = last.get(id);
    last.delete(id);
    const name = `${id} at ${timeframe}`;
    if (isLate && line.version < Number(reading?.['version'] ?? 0)) continue;
    checkSame(line.version, Number(reading?.['version'] ?? 0), `the version of ${name}`);
    if (reading === undefined) continue;
    checkSame(line.producedWh, Number(reading['producedWh']), `the production of ${name}`);
    checkSame(line.consumedWh, Number(reading['consumedWh']), `the consumption of ${name}`);
  }
  return [...last.keys()];
}

/** The first trades are what is pending, in order of acceptance; no other trade is of that kind. */
function auditAhead(
  books: Books,
  timeframe: string,
  { id }: GridDocument,
  trades: readonly Row[],
): void {
  const pending = books
    .table('ahead')
    .filter((row) => row['gridId'] === id && row['timeframe'] === timeframe)
    .filter(({ status }) => status === 'pending');
  const expected = pending.map((row) => {
    const isSold = row['side'] === 'sell';
    const [seller, buyer] = isSold
      ? [row['prosumerId'], 'mini-grid']
      : ['mini-grid', row['prosumerId']];
    return `${seller} ${buyer} ${row['energyWh']} ${row['priceMsatPerKwh']} ${row['gridFeeMsatPerKwh']}`;
  });
  const found = trades
    .filter(({ kind }) => kind === 'grid')
    .sort((a, b) => Number(numberOf(a, 'sequence') - numberOf(b, 'sequence')));
  checkSame(
    found
      .map(
        (row) =>
          `${row['sellerId']} ${row['buyerId']} ${row['energyWh']} ${row['priceMsatPerKwh']} ${row['gridFeeMsatPerKwh']}`,
      )
      .join(),
    expected.join(),
    `what was traded ahead in ${id} at ${timeframe}`,
  );
  const places = found.map(({ revision, sequence }) => `${revision} ${sequence}`);
  checkSame(
    places.join(),
    expected.map((_, at) => `0 ${at + 1}`).join(),
    `where trades ahead stand in ${id} at ${timeframe}`,
  );
}

/** Net energy is the netto, and energy and money of all accounts those of one settlement. */
function auditMoved(
  books: Books,
  { id }: GridDocument,
  latest: SeenClosing,
  moved: readonly Row[],
): void {
  const { closing, lines } = latest;
  const { timeframe } = closing;
  const sums = new Map(moved.map((row) => [textOf(row, 'accountId'), row]));
  for (const [prosumerId, { producedWh, consumedWh }] of lines) {
    const nettoWh = sums.get(prosumerId)?.['nettoWh'] ?? 0n;
    checkSame(Number(nettoWh), producedWh - consumedWh, `netto of ${prosumerId} at ${timeframe}`);
  }
  const isOwn = (row: Row) => row['gridId'] === id;
  const anew = settledAnew(closing, lines, {
    ahead: books.table('ahead').filter(isOwn),
    versions: books.table('versions').filter(isOwn),
  });
  let balanceUsat = 0n;
  for (const accountId of new Set([...anew.keys(), ...sums.keys()])) {
    const found = sums.get(accountId);
    const expected = anew.get(accountId);
    const name = `${accountId} in ${id} at ${timeframe}`;
    checkSame(found?.['nettoWh'] ?? 0n, expected?.nettoWh ?? 0n, `net energy of ${name}`);
    checkSame(found?.['balanceUsat'] ?? 0n, expected?.balanceUsat ?? 0n, `balance of ${name}`);
    balanceUsat += BigInt(found?.['balanceUsat'] ?? 0n);
  }
  checkSame(balanceUsat, 0n, `Σ balances of ${id} at ${timeframe}`);
}
