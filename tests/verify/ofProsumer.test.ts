import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Finding } from '../../local/verify/finding.ts';
import { runVerify } from '../../local/verify/runVerify.ts';
import { type Call, openApi } from '../functions/api.ts';
import { openTestApp, type TestApp } from '../operations/testApp.ts';
import { before, fetchOver, liveThrough, type Row } from './booksOfGrid.ts';
import { hashed } from './tampering.ts';

let app: TestApp;
let call: Call;
beforeAll(async () => {
  app = openTestApp(before);
  await liveThrough(app);
  call = openApi(app.ports);
});
afterAll(() => app.end());

/** A transaction of a prosumer, with its trade. */
type Transaction = Row & { readonly trade: Row };

/** Checks prosumer `a` by itself, with one of its lists changed on the way. */
function verifyA<One extends Row>(
  list: 'transactions' | 'netto',
  change: (rows: readonly One[]) => readonly Row[],
): Promise<unknown> {
  const fetch = fetchOver(call, (path, text) => {
    if (!path.startsWith(`/prosumers/a/${list}`)) return text;
    const page: { readonly value: readonly One[] } = JSON.parse(text);
    return JSON.stringify({ ...page, value: change(page.value) });
  });
  return runVerify(
    {
      gridId: 'grid',
      prosumerId: 'a',
      url: 'http://127.0.0.1:7071/api',
      files: [],
      isPart: false,
      known: [],
    },
    { say: () => undefined, sleep: async () => undefined, fetch },
  );
}

const isBought = ({ side }: Row) => side === 'buy';
const changed = (
  isOne: (row: Transaction) => boolean,
  change: (row: Transaction) => Row,
): ((rows: readonly Transaction[]) => readonly Row[]) => {
  return (rows) => {
    const at = rows.findIndex(isOne);
    const one = rows[at];
    if (one === undefined) throw new Error('no row to change');
    return rows.with(at, { ...one, ...change(one) } as Transaction);
  };
};

test('it is in order as it is', async () => {
  await expect(verifyA('transactions', (rows) => rows)).resolves.toBeDefined();
});

test.each<[string, (row: Transaction) => boolean, (row: Transaction) => Row, string]>([
  ['trade', () => true, () => ({ tradeId: 'grid.20261122T1000Z.0.99' }), 'expected tradeId grid.'],
  [
    'timeframe',
    () => true,
    () => ({ timeframe: '2026-11-22T09:00:00Z' }),
    'expected timeframe 2026-11-22T',
  ],
  ['energy', () => true, () => ({ energyWh: 1 }), 'expected energyWh'],
  ['credit', (row) => !isBought(row), () => ({ creditUsat: '1' }), 'expected creditUsat'],
  ['debit', isBought, () => ({ debitUsat: '1' }), 'expected debitUsat'],
  ['debit of what it sold', (row) => !isBought(row), () => ({ debitUsat: '1' }), 'debitUsat 0'],
])('another %s than its trade has', async (_what, isOne, change, found) => {
  const looked = verifyA('transactions', changed(isOne, change));
  await expect(looked).rejects.toThrow(found);
  await expect(looked).rejects.toBeInstanceOf(Finding);
});

test('two trades, one right after the other, that are not linked', async () => {
  const torn = (rows: readonly Transaction[]) => {
    const at = rows.findIndex(({ trade }, n) => {
      const next = rows[n + 1]?.trade;
      return trade['previousHash'] === next?.['hash'] && trade['revision'] === next?.['revision'];
    });
    const later = rows[at];
    if (later === undefined) throw new Error('no two trades are neighbours');
    const trade = hashed({ ...later.trade, previousHash: 'a'.repeat(64) });
    return rows.with(at, { ...later, trade });
  };
  await expect(verifyA('transactions', torn)).rejects.toThrow(
    /expected previousHash .*, found aaaa/,
  );
});

test('a timeframe in which it traded, and has no netto', async () => {
  const looked = verifyA('netto', (rows) => rows.filter(({ nettoWh }) => nettoWh === 0));
  await expect(looked).rejects.toThrow('without a netto: expected sold − bought 0');
});
