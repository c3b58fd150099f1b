import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chainTrades, zeroHash } from '../../shared/domain/hashChain.ts';
import { type AccountId, miniGrid, powerPlant } from '../../shared/domain/ids.ts';
import {
  addPosting,
  balanceOf,
  noSums,
  postingsOf,
  sumsByAccount,
} from '../../shared/domain/ledger.ts';
import type { Trade, TradeKind } from '../../shared/domain/trade.ts';
import { msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import { gridId, prosumerId, quarter, sha256 } from './given.ts';

type Given = readonly [kind: TradeKind, seller: AccountId, buyer: AccountId, wh: number];
const [x, y, z] = [prosumerId('x'), prosumerId('y'), prosumerId('z')];

function tradesOf(given: readonly Given[], price: number, fee: number): Trade[] {
  const terms = given.map(([kind, sellerId, buyerId, energyWh]) => ({
    kind,
    sellerId,
    buyerId,
    energyWh: wattHours(energyWh),
    priceMsatPerKwh: msatPerKwh(price),
    gridFeeMsatPerKwh: msatPerKwh(fee),
  }));
  const place = {
    gridId: gridId('village'),
    timeframe: quarter,
    revision: 0,
    firstSequence: 1,
    previousHash: zeroHash,
  };
  return chainTrades(place, terms, sha256);
}

describe('postingsOf', () => {
  test('a trade without a fee has two legs', () => {
    const [trade] = tradesOf([['peer', x, y, 1000]], 300_000, 0);
    expect(trade && postingsOf(trade)).toEqual([
      posting(x, 'sell', 1000, 0, 300_000_000n, 0n),
      posting(y, 'buy', 0, 1000, 0n, 300_000_000n),
    ]);
  });

  test('a fee is the third: the buyer pays it to the mini grid', () => {
    const [trade] = tradesOf([['peer', x, y, 1000]], 300_000, 20_000);
    expect(trade && postingsOf(trade)).toEqual([
      posting(x, 'sell', 1000, 0, 300_000_000n, 0n),
      posting(y, 'buy', 0, 1000, 0n, 320_000_000n),
      posting(miniGrid, 'fee', 0, 0, 20_000_000n, 0n),
    ]);
  });

  test('the mini grid may buy and take the fee in one trade, as two postings', () => {
    const [trade] = tradesOf([['grid', x, miniGrid, 1000]], 300_000, 20_000);
    const postings = trade === undefined ? [] : postingsOf(trade);
    expect(postings.map(({ accountId, side }) => [accountId, side])).toEqual([
      [x, 'sell'],
      [miniGrid, 'buy'],
      [miniGrid, 'fee'],
    ]);
    expect(sumsByAccount(postings).get(miniGrid)).toEqual({
      soldWh: 0,
      boughtWh: 1000,
      creditsUsat: 20_000_000n,
      debitsUsat: 320_000_000n,
    });
  });

  test('energy for nothing still has its legs', () => {
    const [trade] = tradesOf([['export', x, powerPlant, 5]], 0, 0);
    expect(trade && postingsOf(trade)).toEqual([
      posting(x, 'sell', 5, 0, 0n, 0n),
      posting(powerPlant, 'buy', 0, 5, 0n, 0n),
    ]);
  });
});

test('y buys 20 kWh from x, x buys 5 kWh from z: each owes and is owed exactly that', () => {
  const trades = tradesOf(
    [
      ['peer', x, y, 20_000],
      ['peer', z, x, 5_000],
    ],
    300_000,
    0,
  );
  const sums = sumsByAccount(trades.flatMap(postingsOf));
  // Four fields, each of its own: what x is owed does not hide what x owes.
  expect([...sums]).toEqual([
    ['x', sumsOf(20_000, 5_000, 6_000_000_000n, 1_500_000_000n)],
    ['y', sumsOf(0, 20_000, 0n, 6_000_000_000n)],
    ['z', sumsOf(5_000, 0, 1_500_000_000n, 0n)],
  ]);
  expect([...sums].map(([id, one]) => [id, balanceOf(one)])).toEqual([
    ['x', 4_500_000_000n],
    ['y', -6_000_000_000n],
    ['z', 1_500_000_000n],
  ]);
});

test('the same with a grid fee: the buyers pay it, the mini grid gets it', () => {
  const trades = tradesOf(
    [
      ['peer', x, y, 20_000],
      ['peer', z, x, 5_000],
    ],
    300_000,
    10_000,
  );
  expect(Object.fromEntries(sumsByAccount(trades.flatMap(postingsOf)))).toEqual({
    x: sumsOf(20_000, 5_000, 6_000_000_000n, 1_550_000_000n),
    y: sumsOf(0, 20_000, 0n, 6_200_000_000n),
    z: sumsOf(5_000, 0, 1_500_000_000n, 0n),
    'mini-grid': sumsOf(0, 0, 250_000_000n, 0n),
  });
});

test('debits equal credits and sold equals bought, per trade and in sum', () => {
  const anyAccount = fc.constantFrom<AccountId[]>(x, y, z, miniGrid, powerPlant);
  const anyTrade = fc
    .tuple(
      fc.constantFrom<TradeKind[]>('peer', 'import', 'export', 'grid', 'correction'),
      anyAccount,
      anyAccount,
      fc.integer({ min: 1, max: 1_000_000_000 }),
    )
    .filter(([, seller, buyer]) => seller !== buyer);
  const anyPrice = fc.integer({ min: 0, max: 1_000_000_000 });
  fc.assert(
    fc.property(fc.array(anyTrade), anyPrice, anyPrice, (given, price, fee) => {
      const trades = tradesOf(given, price, fee);
      for (const trade of trades) {
        const postings = postingsOf(trade);
        expectBalanced(postings);
        for (const { creditUsat, debitUsat } of postings) {
          expect(creditUsat === 0n || debitUsat === 0n).toBe(true);
          expect(creditUsat >= 0n && debitUsat >= 0n).toBe(true);
        }
      }
      const postings = trades.flatMap(postingsOf);
      expectBalanced(postings);
      const balances = [...sumsByAccount(postings).values()].map(balanceOf);
      expect(balances.reduce((all, one) => all + one, 0n)).toBe(0n);
    }),
  );
});

test('sums throw rather than add energy up inexactly', () => {
  const [trade] = tradesOf([['peer', x, y, Number.MAX_SAFE_INTEGER]], 0, 0);
  const [sell] = trade === undefined ? [] : postingsOf(trade);
  if (sell === undefined) throw new Error('a trade has a leg that sells');
  const once = addPosting(noSums, sell);
  expect(once.soldWh).toBe(Number.MAX_SAFE_INTEGER);
  expect(() => addPosting(once, sell)).toThrow('safe integer');
  expect(noSums).toEqual(sumsOf(0, 0, 0n, 0n));
});

function posting(
  accountId: string,
  side: string,
  soldWh: number,
  boughtWh: number,
  creditUsat: bigint,
  debitUsat: bigint,
) {
  const tradeId = 'village.20261122T1015Z.0.1';
  return { tradeId, sequence: 1, accountId, side, soldWh, boughtWh, creditUsat, debitUsat };
}

function sumsOf(soldWh: number, boughtWh: number, creditsUsat: bigint, debitsUsat: bigint) {
  return { soldWh, boughtWh, creditsUsat, debitsUsat };
}

function expectBalanced(postings: ReturnType<typeof postingsOf>): void {
  let [energyWh, moneyUsat] = [0, 0n];
  for (const { soldWh, boughtWh, creditUsat, debitUsat } of postings) {
    energyWh += soldWh - boughtWh;
    moneyUsat += creditUsat - debitUsat;
  }
  expect([energyWh, moneyUsat]).toEqual([0, 0n]);
}
