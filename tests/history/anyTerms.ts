import fc from 'fast-check';
import type { HistoryMarket, HistoryPrices, HistoryTerms, HistoryWindow } from './history.ts';

const windowsMax = 3;
const dayNames = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const quartersOfDay = 96;

/**
 * Market and prices that fit together. Small prices make ties and halves, large ones what a double
 * would round; export and import lie around a middle, which is where a fixed price is.
 */
export const anyTerms: fc.Arbitrary<HistoryTerms> = fc
  .constantFrom(6, 400, 350_001, 200_000_000)
  .chain((scale) =>
    fc
      .record({
        middle: fc.integer({ min: 0, max: scale }),
        market: anyMarket(scale),
        prices: anyPrices(scale),
        windows: fc.array(anyWindow(scale), { maxLength: windowsMax }),
      })
      .map(({ middle, market, prices, windows }) => ({
        market: market.kind === 'fixed' ? { kind: 'fixed' as const, price: middle } : market,
        prices: around(middle, prices),
        windows: windows.map((window) => around(middle, window)),
      })),
  );

/** A limit of an order: often one that others have too. */
export const anyLimit: fc.Arbitrary<number> = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 12 }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 8 }).map((step) => step * 100) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 7 }).map((step) => step * 100_000) },
);

function anyMarket(scale: number): fc.Arbitrary<HistoryMarket> {
  const limit = fc.option(fc.integer({ min: 0, max: 2 * scale }), { nil: undefined });
  return fc.oneof(
    fc.constantFrom<HistoryMarket>(
      { kind: 'mid_market' },
      { kind: 'fixed', price: 0 },
      { kind: 'supply_demand_ratio' },
    ),
    fc.record({ sellLimit: limit, buyLimit: limit }).map(({ sellLimit, buyLimit }) => ({
      kind: 'auction' as const,
      ...(sellLimit !== undefined && { sellLimit }),
      ...(buyLimit !== undefined && { buyLimit }),
    })),
  );
}

/** Here still without the middle: how far export lies below it and import above. */
function anyPrices(scale: number): fc.Arbitrary<HistoryPrices> {
  const part = fc.integer({ min: 0, max: scale });
  return fc
    .record({
      importPrice: part,
      exportPrice: part,
      gridFee: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: Math.ceil(scale / 2) })),
      importFee: fc.option(fc.integer({ min: 0, max: Math.ceil(scale / 2) }), { nil: undefined }),
    })
    .map(({ importFee, ...prices }) => ({
      ...prices,
      ...(importFee !== undefined && { importFee }),
    }));
}

function around<Some extends HistoryPrices>(middle: number, prices: Some): Some {
  const exportPrice = Math.max(middle - prices.exportPrice, 0);
  return { ...prices, exportPrice, importPrice: middle + prices.importPrice };
}

function anyWindow(scale: number): fc.Arbitrary<HistoryWindow> {
  const time = fc
    .integer({ min: 0, max: quartersOfDay - 1 })
    .map((quarter) =>
      [Math.floor(quarter / 4), (quarter % 4) * 15]
        .map((part) => String(part).padStart(2, '0'))
        .join(':'),
    );
  const days = fc.option(fc.subarray(dayNames, { minLength: 1 }), { nil: undefined });
  return fc.tuple(anyPrices(scale), time, time, days).map(([prices, from, to, chosen]) => ({
    ...prices,
    ...{ from, to },
    ...(chosen && { days: chosen }),
  }));
}
