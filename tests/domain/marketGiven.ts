import fc from 'fast-check';
import type { Market, Terms } from '../../shared/domain/grid.ts';
import { compareIds, type OrderId, type TradeAheadId } from '../../shared/domain/ids.ts';
import type { NettoLine, Position } from '../../shared/domain/netto.ts';
import type { Book, Order, Side, TradeAhead } from '../../shared/domain/order.ts';
import { msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import { at, gridId, linesOf, position, prosumerId, quarter, reading, termsOf } from './given.ts';

/** What tests of the market start from: orders, trades ahead, and terms of all kinds. */
export function order(
  id: string,
  prosumer: string,
  side: Side,
  limit: number,
  more: Partial<Order> = {},
): Order {
  return {
    id: id as OrderId,
    gridId: gridId('village'),
    prosumerId: prosumerId(prosumer),
    side,
    limitPriceMsatPerKwh: msatPerKwh(limit),
    version: 1,
    validFrom: quarter,
    placedAt: at('2026-11-22T09:00:00Z'),
    changedAt: at('2026-11-22T09:00:00Z'),
    status: 'open',
    ...more,
  };
}

export function ahead(
  sequence: number,
  prosumer: string,
  side: Side,
  energyWh: number,
  price: number,
  fee = 0,
): TradeAhead {
  return {
    id: `village.20261122T1015Z.ahead.${sequence}` as TradeAheadId,
    gridId: gridId('village'),
    prosumerId: prosumerId(prosumer),
    timeframe: quarter,
    side,
    energyWh: wattHours(energyWh),
    priceMsatPerKwh: msatPerKwh(price),
    gridFeeMsatPerKwh: msatPerKwh(fee),
    status: 'pending',
    sequence,
    acceptedAt: at('2026-11-22T10:00:00Z'),
  };
}

export function auctionTerms(
  given: Parameters<typeof termsOf>[0] & { readonly sell?: number; readonly buy?: number } = {},
): Terms {
  return { ...termsOf(given), market: auctionOf(given.sell, given.buy) };
}

function auctionOf(sell: number | undefined, buy: number | undefined): Market {
  return {
    mechanism: 'auction',
    ...(sell !== undefined && { sellLimitMsatPerKwh: msatPerKwh(sell) }),
    ...(buy !== undefined && { buyLimitMsatPerKwh: msatPerKwh(buy) }),
  };
}

/** Around `mini-grid` and `power-plant` in byte order, and one that is a beginning of another. */
export const prosumers = ['a', 'a-1', 'a1', 'm', 'mini', 'n', 'power', 'z'] as const;

const anySide = fc.constantFrom<Side[]>('sell', 'buy');
const anyProsumer = fc.constantFrom(...prosumers);
/** So few that limits meet each other, and the tariff's prices. */
const anyLimit = fc.integer({ min: 0, max: 40 });
const anySmallWh = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3_000 }));

/** Orders of some prosumers, for the timeframe and standing, in any order. */
export const anyOrders: fc.Arbitrary<readonly Order[]> = fc
  .array(
    fc.record({
      prosumer: anyProsumer,
      side: anySide,
      limit: anyLimit,
      energyWh: fc.option(anySmallWh, { nil: undefined }),
      isStanding: fc.boolean(),
    }),
    { maxLength: 16, size: 'max' },
  )
  .map((orders) =>
    orders.map(({ prosumer, side, limit, energyWh, isStanding }, index) =>
      order(`o${index}`, prosumer, side, limit, {
        ...(energyWh !== undefined && { energyWh: wattHours(energyWh) }),
        ...(!isStanding && { timeframe: quarter }),
      }),
    ),
  );

/** Also of prosumers that may have no line. */
export const anyAhead: fc.Arbitrary<readonly TradeAhead[]> = fc
  .array(fc.tuple(anyProsumer, anySide, anySmallWh, anyLimit, fc.constantFrom(0, 3)), {
    maxLength: 5,
  })
  .map((trades) =>
    trades.map(([prosumer, side, wh, price, fee], index) =>
      ahead(2 * index + 1, prosumer, side, wh, price, fee),
    ),
  );

export const anyBook: fc.Arbitrary<Book> = fc.record({ ahead: anyAhead, orders: anyOrders });

const anyPrices = fc
  .tuple(
    anyLimit,
    anyLimit,
    fc.constantFrom(0, 0, 1, 2, 7, 50),
    fc.constantFrom(undefined, 0, 1, 5),
  )
  .map(([a, b, fee, importFee]) => ({
    exports: Math.min(a, b),
    imports: Math.max(a, b),
    fee,
    ...(importFee !== undefined && { importFee }),
  }));

const anyDefaultLimit = fc.option(anyLimit, { nil: undefined });

export const anyAuctionTerms: fc.Arbitrary<Terms> = fc
  .tuple(anyPrices, anyDefaultLimit, anyDefaultLimit)
  .map(([prices, sell, buy]) => ({ ...termsOf(prices), market: auctionOf(sell, buy) }));

/** Every price rule of the pool, and the auction. */
export const anyMarketTerms: fc.Arbitrary<Terms> = fc.oneof(
  anyAuctionTerms,
  anyPrices.map((prices) => termsOf(prices)),
  anyPrices.map((prices) => termsOf({ ...prices, price: { rule: 'supply_demand_ratio' } })),
  anyPrices.map((prices) =>
    termsOf({ ...prices, price: { rule: 'fixed', priceMsatPerKwh: msatPerKwh(prices.exports) } }),
  ),
);

/** Of some of the prosumers and, now and then, of `mini-grid`, by id ascending. */
export const anyPositions: fc.Arbitrary<readonly Position[]> = fc
  .uniqueArray(
    fc.tuple(
      fc.constantFrom(...prosumers, 'mini-grid'),
      fc.oneof(fc.integer({ min: -5, max: 5 }), fc.integer({ min: -4_000, max: 4_000 })),
    ),
    { selector: ([id]) => id, size: 'max', maxLength: 9 },
  )
  .map((given) =>
    given.toSorted(([a], [b]) => compareIds(a, b)).map(([id, wh]) => position(id, wh)),
  );

const anyLineWh = fc.oneof(
  { weight: 8, arbitrary: anySmallWh },
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: 999_999_990, max: 1_000_000_000 }) },
);

/** Lines of some of the prosumers, by id ascending. */
export const anyLines: fc.Arbitrary<readonly NettoLine[]> = fc
  .uniqueArray(fc.tuple(anyProsumer, anyLineWh, anyLineWh), {
    selector: ([id]) => id,
    size: 'max',
    maxLength: prosumers.length,
  })
  .map((given) =>
    linesOf(given.map(([id, produced, consumed]) => reading(id, produced, consumed))),
  );
