import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { amountOfLine, linesOf } from '../../shared/domain/accountLine.ts';
import { billedLinesOf } from '../../shared/domain/averagedLine.ts';
import { chainTrades, zeroHash } from '../../shared/domain/hashChain.ts';
import { type AccountId, miniGrid, powerPlant } from '../../shared/domain/ids.ts';
import { balanceOf, postingsOf, sumsByAccount } from '../../shared/domain/ledger.ts';
import { priceVaries } from '../../shared/domain/priceVaries.ts';
import type { Trade, TradeKind } from '../../shared/domain/trade.ts';
import { msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import { gridId, prosumerId, quarter, sha256, termsOf } from './given.ts';

type Given = readonly [seller: AccountId, buyer: AccountId, wh: number, price: number, fee: number];
const [x, y] = [prosumerId('x'), prosumerId('y')];

test('energy among accounts is summed up without its price, where that varies', () => {
  const { lines, averaged } = billedLinesOf(
    tradesOf([
      [x, y, 10, 3, 0],
      [x, y, 5, 4, 0],
      [x, miniGrid, 7, 1, 0],
      [y, x, 1, 0, 0],
    ]),
    true,
  );
  expect(lines).toEqual([]);
  expect(averaged).toEqual([
    averagedOf(x, 'sold', 'prosumers', 15, 50n),
    averagedOf(y, 'bought', 'prosumers', 15, 50n),
    averagedOf(x, 'sold', miniGrid, 7, 7n),
    averagedOf(miniGrid, 'bought', 'prosumers', 7, 7n),
    averagedOf(y, 'sold', 'prosumers', 1, 0n),
    averagedOf(x, 'bought', 'prosumers', 1, 0n),
  ]);
});

test('fees, imports and exports keep their prices, on both sides', () => {
  const trades = tradesOf([
    [powerPlant, x, 10, 500, 2],
    [y, powerPlant, 5, 100, 0],
    [miniGrid, powerPlant, 5, 100, 0],
    [x, y, 3, 7, 1],
  ]);
  const { lines, averaged } = billedLinesOf(trades, true);
  expect(averaged.map(({ accountId, kind }) => [accountId, kind])).toEqual([
    [x, 'sold'],
    [y, 'bought'],
  ]);
  const peer = linesOf(trades.slice(3)).slice(0, 2);
  expect(lines).toEqual(linesOf(trades).filter((line) => !peer.some((one) => same(one, line))));
});

test('all keep their prices where these do not vary', () => {
  const trades = tradesOf([[x, y, 10, 3, 1]]);
  expect(billedLinesOf(trades, false)).toEqual({ lines: linesOf(trades), averaged: [] });
});

test('lines of both kinds say what the postings say', () => {
  const anyAccount = fc.constantFrom<AccountId[]>(x, y, miniGrid, powerPlant);
  const anyPrice = fc.constantFrom(0, 1, 300_000, 2_000_000_000);
  const anyWh = fc.integer({ min: 1, max: 2_000_000_000 });
  const anyTrade = fc
    .tuple(anyAccount, anyAccount, anyWh, anyPrice, anyPrice)
    .filter(([seller, buyer]) => seller !== buyer);
  fc.assert(
    fc.property(fc.array(anyTrade, { maxLength: 30 }), fc.boolean(), (given, varies) => {
      const trades = tradesOf(given);
      const { lines, averaged } = billedLinesOf(trades, varies);
      const balances = new Map<AccountId, bigint>();
      const move = (id: AccountId, usat: bigint) =>
        balances.set(id, (balances.get(id) ?? 0n) + usat);
      for (const line of lines) move(line.accountId, amountOfLine(line));
      for (const { accountId, kind, amountUsat } of averaged) {
        move(accountId, kind === 'sold' ? amountUsat : -amountUsat);
      }
      const sums = sumsByAccount(trades.flatMap(postingsOf));
      expect(balances).toEqual(new Map([...sums].map(([id, one]) => [id, balanceOf(one)])));
      const keys = averaged.map((each) => `${each.accountId} ${each.kind} ${each.counterparty}`);
      expect(new Set(keys).size).toBe(keys.length);
    }),
  );
});

test.each([
  [false, termsOf()],
  [false, termsOf({ price: { rule: 'fixed', priceMsatPerKwh: msatPerKwh(5) } })],
  [true, termsOf({ price: { rule: 'supply_demand_ratio' } })],
  [true, { ...termsOf(), market: { mechanism: 'auction' } as const }],
])('whether the price varies: %p with %j', (varies, terms) => {
  expect(priceVaries(terms)).toBe(varies);
});

function averagedOf(
  accountId: AccountId,
  kind: string,
  counterparty: string,
  energyWh: number,
  amountUsat: bigint,
) {
  return { accountId, kind, counterparty, energyWh, amountUsat };
}

function same(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function tradesOf(given: readonly Given[]): Trade[] {
  const terms = given.map(([sellerId, buyerId, energyWh, price, fee]) => ({
    kind: 'peer' as TradeKind,
    sellerId,
    buyerId,
    energyWh: wattHours(energyWh),
    priceMsatPerKwh: msatPerKwh(price),
    gridFeeMsatPerKwh: msatPerKwh(fee),
  }));
  const place = { gridId: gridId('village'), timeframe: quarter, revision: 0 };
  return chainTrades({ ...place, firstSequence: 1, previousHash: zeroHash }, terms, sha256);
}
