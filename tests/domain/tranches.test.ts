import { expect, test } from '@jest/globals';
import type { Terms } from '../../shared/domain/grid.ts';
import { sideOf } from '../../shared/domain/marketSide.ts';
import type { Order, Side } from '../../shared/domain/order.ts';
import { tranchesOf } from '../../shared/domain/tranches.ts';
import { wattHours } from '../../shared/domain/units.ts';
import { position } from './given.ts';
import { auctionTerms, order } from './marketGiven.ts';

const wh = (energyWh: number) => ({ energyWh: wattHours(energyWh) });

test.each<readonly [string, Side, readonly Order[], readonly string[]]>([
  ['without orders all is at the power plant’s price', 'sell', [], ['- 10 at 100000']],
  ['a buyer pays what an import costs, less the grid’s fee', 'buy', [], ['- 10 at 510000']],
  [
    'the most eager seller’s limit comes first, of equal ones the smaller id',
    'sell',
    [
      order('o4', 'a', 'sell', 300_000, wh(2)),
      order('o3', 'a', 'sell', 200_000, wh(2)),
      order('o1', 'a', 'sell', 300_000, wh(2)),
      order('o2', 'a', 'sell', 300_000, wh(2)),
    ],
    ['o3 2 at 200000', 'o1 2 at 300000', 'o2 2 at 300000', 'o4 2 at 300000', '- 2 at 100000'],
  ],
  [
    'and a buyer’s highest',
    'buy',
    [order('o1', 'a', 'buy', 200_000, wh(4)), order('o2', 'a', 'buy', 300_000, wh(4))],
    ['o2 4 at 300000', 'o1 4 at 200000', '- 2 at 510000'],
  ],
  [
    'what the meter does not show is not there, from the least eager on',
    'sell',
    [
      order('o1', 'a', 'sell', 300_000, wh(9)),
      order('o2', 'a', 'sell', 200_000, wh(8)),
      order('o3', 'a', 'sell', 400_000),
    ],
    ['o2 8 at 200000', 'o1 2 at 300000'],
  ],
  [
    'an order without an energy takes what is left',
    'sell',
    [order('o1', 'a', 'sell', 300_000), order('o2', 'a', 'sell', 200_000, wh(4))],
    ['o2 4 at 200000', 'o1 6 at 300000'],
  ],
  [
    'limits that count for the same stay in the order of what was asked',
    'sell',
    [order('o1', 'a', 'sell', 50_000, wh(4)), order('o2', 'a', 'sell', 40_000, wh(4))],
    ['o2 4 at 100000', 'o1 4 at 100000', '- 2 at 100000'],
  ],
])('%s', (_, side, orders, expected) => {
  const [seller, buyer] = [position('a', 10), position('a', -10)];
  const positions = [side === 'sell' ? seller : buyer];
  expect(told(positions, side, orders, auctionTerms({ fee: 20_000, importFee: 30_000 }))).toEqual(
    expected,
  );
});

test('every account has its own, in order of the side', () => {
  const positions = [
    position('a', 3),
    position('b', -9),
    position('mini-grid', 5),
    position('z', 4),
  ];
  const orders = [order('o2', 'z', 'sell', 200_000, wh(1)), order('o1', 'a', 'sell', 300_000)];
  expect(told(positions, 'sell', orders, auctionTerms({ sell: 150_000 }))).toEqual([
    'o1 3 at 300000',
    '- 5 at 150000',
    'o2 1 at 200000',
    '- 3 at 150000',
  ]);
});

function told(
  positions: Parameters<typeof sideOf>[0],
  side: Side,
  orders: readonly Order[],
  { market, tariff }: Terms,
): string[] {
  if (market.mechanism !== 'auction') throw new Error('tranches are of an auction');
  return tranchesOf(sideOf(positions, side), side, orders, market, tariff).map(
    ({ orderId = '-', energyWh, limitMsatPerKwh }) =>
      `${orderId} ${energyWh} at ${limitMsatPerKwh}`,
  );
}
