import { addMinutes, type Instant } from '../../shared/domain/timeframe.ts';
import { type Books, check, checkSame, numberOf, type Row, textOf } from './books.ts';
import { aheadEnergyWhMax } from './community.ts';
import type { Promised } from './trader.ts';

/** Remembers what was agreed on and ordered, and that nothing of it goes or moves that must not. */
export type OrderHistory = {
  /** `since`: when it was last audited; whatever came, it came after that. */
  audit(books: Books, promised: Promised, since: Instant): void;
};

export function openOrderHistory(): OrderHistory {
  const trades = new Map<string, Row>();
  const versions = new Map<string, Row>();
  return {
    audit(books, promised, since) {
      const minutesOf = new Map(
        books.grids.map(({ id, timeframeMinutes }) => [id, timeframeMinutes]),
      );
      const endOf = (row: Row, column: string) =>
        addMinutes(textOf(row, column) as Instant, minutesOf.get(textOf(row, 'gridId')) ?? 0);
      const found = { ahead: trades.size, versions: versions.size };
      checkKept(books.table('ahead'), trades, ['aheadId'], 'status', (row, before) => {
        const name = `the trade ${row['aheadId']}`;
        if (before === undefined) check(endOf(row, 'timeframe') > since, `${name} came too late`);
        else {
          checkSame(row['status'], 'cancelled', `the state of ${name}`);
          check(textOf(row, 'timeframe') > since, `${name} was cancelled too late`);
        }
      });
      checkKept(
        books.table('versions'),
        versions,
        ['orderId', 'version'],
        'validUntil',
        (row, before) => {
          const name = `version ${row['version']} of ${row['orderId']}`;
          if (before === undefined) check(endOf(row, 'validFrom') > since, `${name} came too late`);
          else {
            check(textOf(row, 'validUntil') < textOf(before, 'validUntil'), `${name} goes on`);
            check(endOf(row, 'validUntil') > since, `${name} ended too late`);
          }
        },
      );
      check(books.table('ahead').length >= found.ahead, 'some trades ahead are gone');
      check(books.table('versions').length >= found.versions, 'some orders are gone');
      auditPromised(promised, trades, versions);
      auditSequences(books);
      auditLimits(books);
    },
  };
}

/** Rows are as they were, but for one column: what that may do, `changed` says. */
function checkKept(
  rows: readonly Row[],
  known: Map<string, Row>,
  key: readonly string[],
  column: string,
  changed: (row: Row, before: Row | undefined) => void,
): void {
  for (const row of rows) {
    const id = key.map((each) => row[each]).join(' ');
    const before = known.get(id);
    if (before !== undefined) {
      for (const name of Object.keys(row)) {
        if (name !== column) checkSame(row[name], before[name], `${name} of ${id}`);
      }
    }
    if (before === undefined || before[column] !== row[column]) changed(row, before);
    known.set(id, row);
  }
}

/** What the app said that it has is there, as it said it. */
function auditPromised(
  { ahead, cancelAsked, orders }: Promised,
  trades: ReadonlyMap<string, Row>,
  versions: ReadonlyMap<string, Row>,
): void {
  for (const [id, view] of ahead) {
    const row = trades.get(id);
    check(row !== undefined, `the trade ${id} is lost`);
    for (const name of ['timeframe', 'side', 'prosumerId', 'acceptedAt'] as const) {
      checkSame(row?.[name], view[name], `${name} of the trade ${id}`);
    }
    for (const name of ['energyWh', 'priceMsatPerKwh', 'gridFeeMsatPerKwh'] as const) {
      checkSame(Number(row?.[name]), view[name], `${name} of the trade ${id}`);
    }
    const isCancelled = row?.['status'] === 'cancelled';
    check(!isCancelled || cancelAsked.has(id), `the trade ${id} was cancelled, and nobody asked`);
    check(isCancelled || view.status !== 'cancelled', `the trade ${id} is to be cancelled`);
  }
  for (const [id, order] of orders) {
    const row = versions.get(id);
    check(row !== undefined, `version ${id} of an order is lost`);
    for (const name of ['side', 'prosumerId', 'validFrom', 'status'] as const) {
      checkSame(row?.[name], order[name], `${name} of the order ${id}`);
    }
    checkSame(Number(row?.['limitPriceMsatPerKwh']), order.limitPriceMsatPerKwh, `limit of ${id}`);
    checkSame(Number(row?.['energyWh'] ?? 0), order.energyWh ?? 0, `energy of the order ${id}`);
  }
}

/** Trades ahead count from 1 in each grid; so do versions in each order, one ending where the next begins. */
function auditSequences(books: Books): void {
  for (const [gridId, rows] of Map.groupBy(books.table('ahead'), (row) => row['gridId'])) {
    for (const [at, row] of rows.entries()) {
      checkSame(row['sequence'], BigInt(at + 1), `the sequence of trades ahead of ${gridId}`);
    }
  }
  for (const [id, rows] of Map.groupBy(books.table('versions'), (row) => row['orderId'])) {
    for (const [at, row] of rows.entries()) {
      checkSame(row['version'], BigInt(at + 1), `the versions of ${id}`);
      const next = rows[at + 1];
      const isFollowed =
        next !== undefined && textOf(next, 'validFrom') < textOf(row, 'validUntil');
      check(!isFollowed, `version ${row['version']} of ${id} counts beside the next`);
    }
  }
}

/** Nobody agreed on more for a timeframe and side than it may. */
function auditLimits(books: Books): void {
  const sums = new Map<string, bigint>();
  for (const row of books.table('ahead')) {
    if (row['status'] !== 'pending') continue;
    const key = `${row['prosumerId']} ${row['timeframe']} ${row['side']}`;
    const sum = (sums.get(key) ?? 0n) + numberOf(row, 'energyWh');
    check(sum <= BigInt(aheadEnergyWhMax), `${key} is ${sum} Wh`);
    sums.set(key, sum);
  }
}
