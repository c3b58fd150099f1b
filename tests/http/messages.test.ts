import { describe, expect, test } from '@jest/globals';
import type { BillingPeriod } from '../../shared/domain/billingPeriod.ts';
import { batchesOf } from '../../shared/domain/closeFrame.ts';
import { validate } from '../../shared/validation/validate.ts';
import { linesOf, reading, settleLines, termsOf } from '../domain/given.ts';
import { ahead } from '../domain/marketGiven.ts';

const max = 1_000_000_000;

describe('a batch of trades', () => {
  const batches = largestBatches();

  test('is taken with the largest energies and prices that a correction makes', () => {
    const trades = batches.flatMap((batch) => batch.trades);
    expect(Math.max(...trades.map(({ energyWh }) => energyWh))).toBe(2 * max);
    expect(Math.max(...trades.map((trade) => trade.priceMsatPerKwh))).toBe(2 * max);
    for (const batch of batches) {
      expect(validate('TradeBatch', JSON.parse(JSON.stringify(batch)))).toBeUndefined();
    }
  });

  test('says that the price varies, or nothing of it', () => {
    const [batch] = batches;
    expect(validate('TradeBatch', { ...batch, priceVaries: true })).toBeUndefined();
    const faults = validate('TradeBatch', { ...batch, priceVaries: false });
    expect(faults?.[0]?.pointer).toBe('/priceVaries');
  });

  test.each([
    ['energyWh', 2 * max + 1],
    ['priceMsatPerKwh', 2 * max + 1],
    ['priceMsatPerKwh', -1],
    ['gridFeeMsatPerKwh', max + 1],
  ])('is not taken with a trade whose %s is %i', (field, value) => {
    const [batch] = batches;
    const trades = batch?.trades.map((trade) => ({ ...trade, [field]: value }));
    const faults = validate('TradeBatch', { ...batch, trades });
    expect(faults?.[0]?.pointer).toBe(`/trades/0/${field}`);
  });
});

/** The batches of a first closing, and of a correction of all that it traded, at all limits. */
function largestBatches() {
  const terms = termsOf({ imports: max, exports: max, fee: max, importFee: max });
  const book = {
    ahead: [ahead(1, 'a', 'sell', max, max, max), ahead(2, 'b', 'buy', max, max, max)],
    orders: [],
  };
  const lines = linesOf([reading('a', 0, max), reading('b', max, 0)]);
  const first = settleLines(lines, { terms, book });
  const corrects = { closing: first.closing, lines };
  const last = settleLines([], { terms, book, corrects });
  return [first, last].flatMap(({ closing, trades }) =>
    batchesOf(closing, trades, '2026-11' as BillingPeriod),
  );
}
