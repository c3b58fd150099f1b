import { expect, test } from '@jest/globals';
import { bookTrades } from '../../shared/domain/bookTrades.ts';
import { ahead } from './marketGiven.ts';

test('are with the mini grid, in order of acceptance, each at its own price and fee', () => {
  const trades = [ahead(2, 'b', 'buy', 300, 350_000, 7), ahead(5, 'a', 'sell', 500, 250_000, 0)];
  expect(bookTrades(trades)).toEqual([
    {
      kind: 'grid',
      sellerId: 'mini-grid',
      buyerId: 'b',
      energyWh: 300,
      priceMsatPerKwh: 350_000,
      gridFeeMsatPerKwh: 7,
    },
    {
      kind: 'grid',
      sellerId: 'a',
      buyerId: 'mini-grid',
      energyWh: 500,
      priceMsatPerKwh: 250_000,
      gridFeeMsatPerKwh: 0,
    },
  ]);
});

test('what is cancelled, twice there or out of order is not posted', () => {
  const [one, two] = [ahead(1, 'a', 'sell', 1, 1), ahead(2, 'a', 'sell', 1, 1)];
  expect(() => bookTrades([{ ...one, status: 'cancelled' }])).toThrow('cancelled');
  expect(() => bookTrades([one, one])).toThrow('accepted later');
  expect(() => bookTrades([two, one])).toThrow('accepted later');
});
