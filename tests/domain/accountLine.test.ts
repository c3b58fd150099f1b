import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { amountOfLine, linesOf } from '../../shared/domain/accountLine.ts';
import { chainTrades, zeroHash } from '../../shared/domain/hashChain.ts';
import { type AccountId, miniGrid, powerPlant } from '../../shared/domain/ids.ts';
import { balanceOf, postingsOf, sumsByAccount } from '../../shared/domain/ledger.ts';
import type { Trade, TradeKind } from '../../shared/domain/trade.ts';
import { msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import { gridId, prosumerId, quarter, sha256 } from './given.ts';

type Given = readonly [
  kind: TradeKind,
  seller: AccountId,
  buyer: AccountId,
  wh: number,
  price: number,
  fee: number,
];
const [x, y, z] = [prosumerId('x'), prosumerId('y'), prosumerId('z')];

test('trades with the same account, kind, counterparty and price are one line', () => {
  const lines = linesOf(
    tradesOf([
      ['peer', x, y, 1000, 300_000, 0],
      ['peer', x, z, 500, 300_000, 0],
      ['peer', x, z, 100, 200_000, 0],
      ['export', x, powerPlant, 70, 300_000, 0],
    ]),
  );
  expect(lines.filter(({ accountId }) => accountId === x)).toEqual([
    line(x, 'sold', 'prosumers', 300_000, 1500),
    line(x, 'sold', 'prosumers', 200_000, 100),
    line(x, 'sold', powerPlant, 300_000, 70),
  ]);
  expect(lines.filter(({ accountId }) => accountId === powerPlant)).toEqual([
    line(powerPlant, 'bought', 'prosumers', 300_000, 70),
  ]);
});

test('a fee is a line of its own on both sides', () => {
  const lines = linesOf(tradesOf([['peer', x, y, 1000, 300_000, 20_000]]));
  expect(lines).toEqual([
    line(x, 'sold', 'prosumers', 300_000, 1000),
    line(y, 'bought', 'prosumers', 300_000, 1000),
    line(y, 'fee_paid', miniGrid, 20_000, 1000),
    line(miniGrid, 'fee_received', 'prosumers', 20_000, 1000),
  ]);
  expect(lines.map(amountOfLine)).toEqual([300_000_000n, -300_000_000n, -20_000_000n, 20_000_000n]);
});

test('the lines of any trades say what their postings say', () => {
  const anyAccount = fc.constantFrom<AccountId[]>(x, y, z, miniGrid, powerPlant);
  const anyPrice = fc.constantFrom(0, 1, 300_000, 999_999_999);
  const anyTrade = fc
    .tuple(
      fc.constantFrom<TradeKind[]>('peer', 'import', 'export', 'grid', 'correction'),
      anyAccount,
      anyAccount,
      fc.integer({ min: 1, max: 1_000_000_000 }),
      anyPrice,
      anyPrice,
    )
    .filter(([, seller, buyer]) => seller !== buyer);
  fc.assert(
    fc.property(fc.array(anyTrade, { maxLength: 30 }), (given) => {
      const trades = tradesOf(given);
      const balances = new Map<AccountId, bigint>();
      const seen = new Set<string>();
      for (const one of linesOf(trades)) {
        const before = balances.get(one.accountId) ?? 0n;
        balances.set(one.accountId, before + amountOfLine(one));
        const key = JSON.stringify({ ...one, energyWh: undefined });
        expect(seen.has(key)).toBe(false);
        seen.add(key);
      }
      const sums = sumsByAccount(trades.flatMap(postingsOf));
      expect(balances).toEqual(new Map([...sums].map(([id, one]) => [id, balanceOf(one)])));
    }),
  );
});

function line(
  accountId: AccountId,
  kind: string,
  counterparty: string,
  priceMsatPerKwh: number,
  energyWh: number,
) {
  return { accountId, kind, counterparty, priceMsatPerKwh, energyWh };
}

function tradesOf(given: readonly Given[]): Trade[] {
  const terms = given.map(([kind, sellerId, buyerId, energyWh, price, fee]) => ({
    kind,
    sellerId,
    buyerId,
    energyWh: wattHours(energyWh),
    priceMsatPerKwh: msatPerKwh(price),
    gridFeeMsatPerKwh: msatPerKwh(fee),
  }));
  const place = { gridId: gridId('village'), timeframe: quarter, revision: 0 };
  return chainTrades({ ...place, firstSequence: 1, previousHash: zeroHash }, terms, sha256);
}
