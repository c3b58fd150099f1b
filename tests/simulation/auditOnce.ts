import { type Books, check, type Row, textOf } from './books.ts';
import type { Clients } from './clients.ts';
import type { Community } from './community.ts';

/**
 * What clients were answered that they made is there once: nothing else is there but what a client
 * asked for and never heard of. Readings that the app said it has are there.
 */
export function auditOnce(
  books: Books,
  clients: Clients,
  communities: readonly Community[],
  readings: readonly Row[],
): void {
  auditMade('trades ahead', books.table('ahead').length, [clients.made('/trades')]);
  auditMade('orders', orderCount(books), [clients.made('/orders')]);
  const ofGrids = communities.map(({ gridId }) => `/grids/${gridId}`);
  const payouts = ofGrids.map((grid) => clients.made(`${grid}/payouts`));
  auditMade('payouts', books.payouts.length, payouts);
  const deposits = ofGrids.map((grid) => clients.made(`${grid}/deposit-addresses`));
  const given = books
    .table('indexes')
    .filter((row) => textOf(row, 'purpose').startsWith('deposit'));
  auditMade('deposit addresses', given.length, deposits);
  auditReadings(communities, readings);
}

function orderCount(books: Books): number {
  return new Set(books.table('versions').map((row) => row['orderId'])).size;
}

function auditMade(
  what: string,
  count: number,
  made: readonly ReturnType<Clients['made']>[],
): void {
  const accepted = made.reduce((sum, each) => sum + each.accepted.size, 0);
  const unknown = made.reduce((sum, each) => sum + each.unknown, 0);
  const isOnce = count >= accepted && count <= accepted + unknown;
  check(isOnce, `there are ${count} ${what}, ${accepted} were answered, ${unknown} may be`);
}

function auditReadings(communities: readonly Community[], readings: readonly Row[]): void {
  const there = new Set(
    readings.map((row) => `${row['prosumerId']} ${row['timeframe']} ${row['version']}`),
  );
  for (const { answered } of communities) {
    for (const [key, version] of answered) {
      check(there.has(`${key} ${version}`), `version ${version} of the reading ${key} is lost`);
    }
  }
}
