import type { AuditValues } from '../../shared/domain/audit.ts';
import { type Books, check, checkSame, type Row, textOf } from './books.ts';
import { sortedJson } from './sortedJson.ts';

/** An entry of an audit log, as it is written. */
type Entry = {
  readonly gridId: string;
  readonly action: string;
  readonly kind: string;
  readonly id: string;
  readonly before: AuditValues;
  readonly after: AuditValues;
};

/**
 * Each change has its entry and each entry its change: there are as many of both, what an entry found
 * is what another left, and what the last one left is what is stored. Clocks of two processes differ,
 * so that no order of entries is relied on.
 */
export function auditLogged(books: Books, rows: readonly Row[]): void {
  const entries = rows.map(entryOf);
  auditCounts(books, entries);
  const stored = storedOf(books);
  const ofThing = Map.groupBy(entries, ({ gridId, kind, id }) => `${kind} ${gridId} ${id}`);
  for (const [thing, changes] of ofThing) auditThing(thing, changes, stored.get(thing));
}

function entryOf(row: Row): Entry {
  const { before = {}, after = {} } = JSON.parse(textOf(row, 'content'));
  const [gridId, action] = [textOf(row, 'gridId'), textOf(row, 'action')];
  const thing = { kind: textOf(row, 'thingKind'), id: textOf(row, 'thingId') };
  return { gridId, action, ...thing, before: flat(before), after: flat(after) };
}

/** Settings of billing each by itself. Versions of terms are lists of what differs: they are no field. */
function flat({ billing = {}, terms: _terms, ...fields }: AuditValues): AuditValues {
  const settings = Object.entries(billing ?? {}) as [string, AuditValues][];
  const named = settings.map(([name, value]) => [`billing.${name}`, value]);
  return { ...fields, ...Object.fromEntries(named) };
}

/** How many changes there were of each kind, by what is written of the things themselves. */
function auditCounts(books: Books, entries: readonly Entry[]): void {
  const counts = Map.groupBy(entries, ({ kind, action }) => `${kind} ${action}`);
  const countOf = (name: string) => counts.get(name)?.length ?? 0;
  const rowsOf = (table: Parameters<Books['table']>[0], is: (row: Row) => boolean = () => true) =>
    books.table(table).filter(is).length;
  const orders = countOf('order placed') + countOf('order changed') + countOf('order cancelled');
  const expected: readonly (readonly [string, number, number])[] = [
    ['trades ahead', countOf('trade_ahead accepted'), rowsOf('ahead')],
    [
      'cancelled trades',
      countOf('trade_ahead cancelled'),
      rowsOf('ahead', (row) => row['status'] === 'cancelled'),
    ],
    ['versions of orders', orders, rowsOf('versions')],
    ['runs', countOf('billing_run finalized'), rowsOf('runs')],
    ['void invoices', countOf('invoice voided'), rowsOf('invoices', has('voidedAt'))],
    ['addressed invoices', countOf('invoice addressed'), rowsOf('invoices', has('address'))],
    [
      'deposit addresses',
      countOf('deposit_address created'),
      rowsOf('indexes', (row) => textOf(row, 'purpose').startsWith('deposit.')),
    ],
  ];
  for (const [what, found, there] of expected) checkSame(found, there, `the entries of ${what}`);
}

function has(column: string): (row: Row) => boolean {
  return (row) => textOf(row, column) !== '';
}

type Values = Readonly<Record<string, unknown>>;

/** What is stored of things, in the words of entries. */
function storedOf(books: Books): ReadonlyMap<string, Values> {
  const stored = new Map<string, Values>();
  for (const grid of books.grids) stored.set(`grid ${grid.id} ${grid.id}`, settingsOf(grid));
  for (const row of books.table('versions')) {
    const { side, energyWh, limitPriceMsatPerKwh, status } = row;
    const terms = { side, energyWh: numberIn(energyWh), status };
    const limit = { limitPriceMsatPerKwh: numberIn(limitPriceMsatPerKwh) };
    stored.set(`order ${row['gridId']} ${row['orderId']}`, { ...terms, ...limit });
  }
  return stored;
}

function settingsOf({ billing, ...grid }: Books['grids'][number]): Values {
  const { name, paused, graceMinutes, missingReadings, correctionDays } = grid;
  const { dueDays, payoutFeePaidBy, addressCooldownHours } = billing;
  const settings = { name, paused, graceMinutes, missingReadings, correctionDays };
  const ofBilling = { dueDays, payoutFeePaidBy, addressCooldownHours };
  const named = Object.entries(ofBilling).map(([field, value]) => [`billing.${field}`, value]);
  return { ...settings, ...Object.fromEntries(named) };
}

function numberIn(value: string | bigint | null | undefined): number | undefined {
  return typeof value === 'bigint' ? Number(value) : undefined;
}

/** What entries found and what they left cancel out, but for the first and the last of a field. */
function auditThing(thing: string, changes: readonly Entry[], stored: Values | undefined): void {
  const fields = new Set(
    changes.flatMap(({ before, after }) => [...Object.keys(before), ...Object.keys(after)]),
  );
  for (const field of fields) {
    const left = new Map<string, number>();
    for (const { before, after } of changes) {
      add(left, before[field], -1);
      add(left, after[field], 1);
    }
    const last = [...left].filter(([, count]) => count > 0);
    const first = [...left].filter(([, count]) => count < 0);
    const isPath = [...left.values()].every((count) => Math.abs(count) <= 1);
    const name = `${field} of ${thing}`;
    check(isPath && last.length <= 1 && first.length <= 1, `${name} is no chain of changes`);
    if (stored === undefined || !(field in stored)) continue;
    const [text] = last.map(([value]) => value);
    const value = stored[field];
    if (text === undefined && first.length === 0) continue;
    checkSame(text, value === undefined ? undefined : sortedJson(value), `${name} at last`);
  }
}

function add(left: Map<string, number>, value: unknown, count: number): void {
  if (value === undefined) return;
  const text = sortedJson(value);
  left.set(text, (left.get(text) ?? 0) + count);
}
