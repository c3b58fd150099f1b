import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openEmbeddedProsumerInfo } from '../../shared/adapters/embedded/openEmbedded.ts';
import { entryOf } from './auditSamples.ts';
import { aheadId, aheadOf, changeOf, noLimits, onlyFor, orderOf } from './orderSamples.ts';
import { at1015, at1045, instant, riverside } from './samples.ts';

let directory: string;
let db: DatabaseSync;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'mini-smart-grid-'));
  const clock = { now: () => instant('2026-11-22T12:00:00Z') };
  const { orders, close } = openEmbeddedProsumerInfo(directory, { clock, durability: 'process' });
  await orders.acceptAhead(aheadOf('sealed', { timeframe: at1015 }), noLimits, entryOf());
  for (const id of ['a', 'b', 'c']) await orders.acceptAhead(aheadOf(id), noLimits, entryOf());
  await orders.cancelAhead(aheadId('b'), entryOf());
  await orders.place(orderOf('s', { validFrom: at1015 }), 9, entryOf());
  await orders.place(orderOf('o', onlyFor(at1045)), 9, entryOf());
  await orders.seal(riverside, at1015);
  await orders.changeOrder(changeOf('s', { validFrom: at1045 }), entryOf());
  close();
  db = new DatabaseSync(join(directory, 'prosumerInfo.db'));
});
afterEach(() => {
  db.close();
  rmSync(directory, { recursive: true });
});

const aheadColumns = `gridId, prosumerId, timeframe, side, energyWh, priceMsatPerKwh,
  gridFeeMsatPerKwh, limitPriceMsatPerKwh, status, sequence + 10, acceptedAt`;
const versionColumns = `gridId, prosumerId, timeframe, side, energyWh, limitPriceMsatPerKwh,
  validFrom, validUntil, placedAt, changedAt, status`;

test.each([
  ["UPDATE orderBooks SET sealedThrough = '2026-11-22T10:00:00Z'", 'stays sealed'],
  ['UPDATE orderBooks SET sequence = sequence - 1', 'stays sealed'],
  ['DELETE FROM orderBooks', 'never deleted'],
  [
    `INSERT INTO tradesAhead SELECT 'late', ${aheadColumns} FROM tradesAhead
     WHERE timeframe = '${at1015}'`,
    'is sealed',
  ],
  [`UPDATE tradesAhead SET status = 'cancelled' WHERE timeframe = '${at1015}'`, 'before'],
  ["UPDATE tradesAhead SET status = 'pending'", 'only ever cancelled'],
  [
    "UPDATE tradesAhead SET status = 'cancelled', energyWh = 1 WHERE sequence = 2",
    'ever cancelled',
  ],
  [
    "UPDATE tradesAhead SET status = 'cancelled', limitPriceMsatPerKwh = 1 WHERE sequence = 2",
    'only ever cancelled',
  ],
  [`UPDATE tradesAhead SET status = 'cancelled' WHERE aheadId = '${aheadId('b')}'`, 'ever'],
  ['DELETE FROM tradesAhead', 'only ever cancelled'],
  ['DELETE FROM orders', 'only ever cancelled'],
  [
    `INSERT INTO orderVersions SELECT 'late', 1, ${versionColumns} FROM orderVersions
    WHERE version = 1 AND orderId = 's'`,
    'is sealed',
  ],
  ["UPDATE orderVersions SET side = 'buy'", 'only ever ends'],
  ["UPDATE orderVersions SET validUntil = '2026-11-22T11:30:00Z' WHERE orderId = 'o'", 'only ever'],
  [
    `UPDATE orderVersions SET validUntil = '${at1015}' WHERE orderId = 's' AND version = 1`,
    'after what is sealed',
  ],
  [
    "UPDATE orderVersions SET validUntil = '2026-11-22T10:30:00Z' WHERE orderId = 's' AND version = 1",
    'once',
  ],
  ['DELETE FROM orderVersions', 'only ever added'],
])('what was agreed on or ordered is kept from %s', (statement, reason) => {
  const all = () =>
    ['orderBooks', 'tradesAhead', 'orders', 'orderVersions'].map((table) =>
      db.prepare(`SELECT * FROM ${table}`).all(),
    );
  const before = all();
  expect(() => db.exec(statement)).toThrow(reason);
  expect(all()).toEqual(before);
});

test.each([
  "UPDATE tradesAhead SET status = 'cancelled' WHERE sequence = 2",
  `UPDATE orderVersions SET validUntil = '${at1045}' WHERE orderId = 'o'`,
  "UPDATE orderBooks SET sealedThrough = '2026-11-22T10:30:00Z'",
])('and not from %s', (statement) => {
  expect(db.prepare(statement).run().changes).toBe(1);
});

test.each([
  ["side = 'loan'", 'side'],
  ['energyWh = 0', 'energyWh'],
  ["timeframe = '2026-11-22T10:30:00Z'", 'timeframe'],
  ["validUntil = '2026-11-22T10:30:00Z'", 'validFrom'],
  ["status = 'cancelled'", 'status'],
])('a version in which %s is refused', (change, column) => {
  db.exec('DROP TRIGGER orderVersionsNoMoreUPDATE');
  const update = `UPDATE orderVersions SET ${change} WHERE orderId = 'o'`;
  expect(() => db.exec(update)).toThrow(new RegExp(`CHECK.*${column}`));
});
