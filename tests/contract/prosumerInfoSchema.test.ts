import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openDatabase } from '../../shared/adapters/embedded/database.ts';
import { openEmbeddedProsumerInfo } from '../../shared/adapters/embedded/openEmbedded.ts';
import { prosumerInfoSchema } from '../../shared/adapters/embedded/prosumerInfoSchema.ts';
import { type AccountLine, linesOf } from '../../shared/domain/accountLine.ts';
import { type AccountId, compareIds, miniGrid, powerPlant } from '../../shared/domain/ids.ts';
import { postingsOf } from '../../shared/domain/ledger.ts';
import type { Trade } from '../../shared/domain/trade.ts';
import { microSatoshi, msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import { entryOf } from './auditSamples.ts';
import { bill, invoiceId, paidAt, paymentOf, payTo } from './billingSamples.ts';
import {
  december,
  hillside,
  instant,
  january,
  november,
  prosumerId,
  prosumerOf,
  riverside,
  timeframe,
  tradeOf,
} from './samples.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mini-smart-grid-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const clock = { now: () => instant('2026-11-22T12:00:00Z') };
const open = () => openEmbeddedProsumerInfo(directory, { clock, durability: 'process' });

/** A data directory as it was before anything could be billed, with the postings of these trades. */
function makeOld(trades: readonly Trade[]): void {
  const db = openDatabase(join(directory, 'prosumerInfo.db'), prosumerInfoSchema.slice(0, 1));
  const insert = db.prepare('INSERT INTO postings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  for (const trade of trades) {
    for (const posting of postingsOf(trade)) {
      const { accountId, sequence, side, soldWh, boughtWh, creditUsat, debitUsat } = posting;
      const place = [trade.gridId, trade.timeframe, accountId, trade.revision, sequence, side];
      insert.run(...place, soldWh, boughtWh, creditUsat, debitUsat);
    }
  }
  db.close();
}

const accounts: readonly AccountId[] = [
  ...['anna', 'ben', 'zoe'].map(prosumerId),
  miniGrid,
  powerPlant,
];
const anyTrade = fc
  .record({
    gridId: fc.constantFrom(riverside, hillside),
    timeframe: fc.constantFrom(
      timeframe('2026-11-30T23:45:00Z'),
      timeframe('2026-12-01T00:00:00Z'),
      timeframe('2026-12-31T22:00:00Z'),
    ),
    sellerId: fc.constantFrom(...accounts),
    buyerId: fc.constantFrom(...accounts),
    energyWh: fc.integer({ min: 1, max: 1_000_000_000 }).map(wattHours),
    priceMsatPerKwh: fc.constantFrom(0, 1, 7, 300_001, 1_000_000_000).map(msatPerKwh),
    gridFeeMsatPerKwh: fc.constantFrom(0, 1, 20_000, 1_000_000_000).map(msatPerKwh),
  })
  .filter(({ sellerId, buyerId }) => sellerId !== buyerId);

test('a directory without billing gets the lines of what was traded in it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyTrade, { maxLength: 40 }), async (terms) => {
      const trades = terms.map((change, n) =>
        tradeOf((n >> 1) + 1, { ...change, revision: n % 2 }),
      );
      makeOld(trades);
      const { billing, close } = open();
      try {
        for (const gridId of [riverside, hillside]) {
          for (const [period, end] of [
            [november, '2026-12'],
            [december, '2027-01'],
          ] as const) {
            const through = trades.filter(
              (trade) => trade.gridId === gridId && trade.timeframe < end,
            );
            const { lines, periods } = await billing.unbilled(gridId, period);
            expect(lines.map(textOf)).toEqual(linesOf(through).map(textOf).toSorted(compareIds));
            const months = through.map((trade) => trade.timeframe.slice(0, 7));
            expect(periods).toEqual([...new Set(months)].toSorted());
          }
        }
      } finally {
        close();
        rmSync(directory, { recursive: true });
        directory = mkdtempSync(join(tmpdir(), 'mini-smart-grid-'));
      }
    }),
    { numRuns: 50 },
  );
});

function textOf({ accountId, kind, counterparty, priceMsatPerKwh, energyWh }: AccountLine): string {
  // The null character comes before all others, as the end of a text does.
  const price = String(priceMsatPerKwh).padStart(10, '0');
  return [accountId, kind, counterparty, price, energyWh].join('\0');
}

test('what came before billing is billed once, and goes on from there', async () => {
  makeOld([tradeOf(1)]);
  const first = open();
  await bill(first.billing, { anna: 300n, ben: -300n });
  first.close();
  const { billing, close } = open();
  expect((await billing.unbilled(riverside, january)).lines).toEqual([]);
  close();
});

test('what was noted with its price before lines were averaged adds up with what comes', async () => {
  const db = openDatabase(join(directory, 'prosumerInfo.db'), prosumerInfoSchema.slice(0, 4));
  db.exec(`INSERT INTO accountLines VALUES
    ('riverside', '2026-11', 'anna', 'sold', 'prosumers', 4, 100, 90);
    INSERT INTO ledgerPeriods VALUES ('riverside', '2026-11', 2, 1)`);
  db.close();
  const { billing, ledger, close } = open();
  const of = { accountId: prosumerId('anna'), kind: 'sold', counterparty: 'prosumers' } as const;
  const more = { ...of, energyWh: wattHours(3), amountUsat: microSatoshi(10n) };
  const key = { gridId: riverside, timeframe: tradeOf(1).timeframe, revision: 0, batch: 1 };
  await ledger.record(key, [], { period: november, lines: [], averaged: [more] });
  const { lines } = await billing.unbilled(riverside, november);
  expect(lines.map((line) => [line.priceMsatPerKwh, line.energyWh])).toEqual([
    [3, 2],
    [4, 11],
  ]);
  close();
});

test('what is only ever added to can be neither changed nor deleted', async () => {
  const { billing, invoices, wallets, ledger, close } = open();
  const line = linesOf([tradeOf(1)]).filter(({ accountId }) => accountId === 'anna');
  const key = { gridId: riverside, timeframe: tradeOf(1).timeframe, revision: 0, batch: 1 };
  await ledger.record(key, [], { period: november, lines: line, averaged: [] });
  await bill(billing, { anna: 300n, ben: -300n });
  await invoices.address(
    [{ invoiceId: invoiceId('ben'), payTo: payTo(0), entry: entryOf() }],
    paidAt,
  );
  const payment = paymentOf(invoiceId('ben'));
  await invoices.savePayments([{ payment, version: 0, events: [] }]);
  await wallets.allocate(payTo(0).walletId, 0, ['ben']);
  close();
  const db = new DatabaseSync(join(directory, 'prosumerInfo.db'));
  for (const [table, column] of [
    ['billingRuns', 'hash'],
    ['billingAccounts', 'satoshi'],
    ['billingLines', 'energyWh'],
    ['invoiceEvents', 'at'],
    ['walletIndexes', 'keyIndex'],
    ['auditEntries', 'content'],
  ] as const) {
    expect(db.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.['rows']).toBeGreaterThan(0);
    for (const change of [`UPDATE ${table} SET ${column} = ${column}`, `DELETE FROM ${table}`]) {
      expect(() => db.exec(change)).toThrow(`${table} are only ever added to`);
    }
  }
  db.close();
});

test('what is personal of an entry can be deleted, and not be changed', async () => {
  const { prosumers, prosumerAudit, close } = open();
  const personal = { prosumerId: prosumerId('anna'), after: { name: 'Anna' } };
  const entry = entryOf({ personal });
  await prosumers.create(prosumerOf('anna'), entry);
  const db = new DatabaseSync(join(directory, 'prosumerInfo.db'));
  expect(() => db.exec("UPDATE auditPersonal SET content = '{}'")).toThrow('never changed');
  const list = async () => (await prosumerAudit.list(riverside, {}, { limit: 9 })).items;
  expect(await list()).toEqual([entry]);
  db.exec('DELETE FROM auditPersonal');
  const { personal: _, ...rest } = entry;
  expect(await list()).toEqual([rest]);
  db.close();
  close();
});

test('what is erased stays erased, in a directory of any version that knew of it', () => {
  for (const version of [prosumerInfoSchema.length - 1, prosumerInfoSchema.length]) {
    const file = join(directory, `${version}.db`);
    const before = openDatabase(file, prosumerInfoSchema.slice(0, version));
    before.exec(`INSERT INTO prosumers
        (prosumerId, gridId, name, address, type, activeFrom, status, createdAt, erasedAt)
      VALUES ('anna', 'riverside', '', '', 'household', '2026-11-22T00:00:00Z', 'inactive',
        '2026-11-21T09:30:00Z', '2027-03-01T00:00:00Z')`);
    before.close();
    const db = openDatabase(file, prosumerInfoSchema);
    for (const erasedAt of ['NULL', "'2027-03-02T00:00:00Z'"]) {
      const change = `UPDATE prosumers SET erasedAt = ${erasedAt}`;
      expect(() => db.exec(change)).toThrow('what is erased stays erased');
    }
    db.exec('UPDATE prosumers SET soldWh = soldWh + 1, erasedAt = erasedAt');
    expect(db.prepare('SELECT soldWh, erasedAt FROM prosumers').all()).toEqual([
      { soldWh: 1, erasedAt: '2027-03-01T00:00:00Z' },
    ]);
    db.close();
  }
});
