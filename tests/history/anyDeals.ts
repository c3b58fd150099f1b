import fc from 'fast-check';
import { anyLimit } from './anyTerms.ts';
import { anyAhead, anyWho, type Grid, rarely } from './anyTimes.ts';
import type { Side } from './history.ts';

/** A trade ahead, and, where somebody is of two minds, its cancellation and the like of it again. */
export function inPlaceOf({ again, ...trade }: AnyTradeAhead, index: number) {
  const id = `trade-${index}`;
  if (again === undefined) return [{ ...trade, id }];
  return [
    { ...trade, id },
    { deed: 'cancelAhead' as const, at: trade.at + again, id },
    { ...trade, at: trade.at + again, id: `${id}-again` },
  ];
}

type AnyTradeAhead =
  ReturnType<typeof anyTradeAhead> extends fc.Arbitrary<infer Trade> ? Trade : never;

/** Who sells or buys ahead, how much and at which limit. */
export function anyTradeAhead(grid: Grid) {
  return fc
    .record({
      ahead: anyAhead(grid),
      who: anyWho(grid),
      side: anySide,
      again: rarely(fc.integer({ min: 0, max: grid.timeframeMinutes })),
      energyWh: fc.oneof(
        { weight: 4, arbitrary: fc.integer({ min: 1, max: 20 }) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: 4_000 }) },
      ),
      limit: rarely(anyLimit),
    })
    .map(({ ahead, limit, ...trade }) => ({
      deed: 'ahead' as const,
      ...ahead,
      ...trade,
      ...(limit !== undefined && { limit }),
    }));
}

/** An order for a timeframe or a standing one; or both, of which the one takes the other's place. */
export function anyOrder(grid: Grid) {
  return fc
    .record({
      ahead: anyAhead(grid),
      isStanding: fc.boolean(),
      who: anyWho(grid),
      asked: anyAsked,
      beside: rarely(anyAsked),
    })
    .map(({ ahead: { at, timeframe }, isStanding, who, asked, beside }) => {
      const order = { deed: 'order' as const, at, who };
      const standing = { ...order, ...(beside ?? asked) };
      const forTimeframe = { ...order, timeframe, ...asked };
      if (beside !== undefined) return [standing, forTimeframe];
      return isStanding ? [standing] : [forTimeframe];
    });
}

/** Of a trade ahead or an order, some time after it was made. */
export function anyChange({ timeframes, timeframeMinutes: minutes }: Grid) {
  const after = fc.oneof(
    fc.integer({ min: 0, max: minutes }),
    fc.integer({ min: -1, max: timeframes }).map((some) => some * minutes),
    fc.integer({ min: 0, max: timeframes * minutes }),
  );
  const of = fc.nat({ max: 23 });
  return fc.oneof(
    fc.record({ deed: fc.constantFrom('cancelAhead' as const, 'cancelOrder' as const), after, of }),
    fc
      .record({ after, of, asked: anyAsked })
      .map(({ asked, ...change }) => ({ deed: 'replace' as const, ...change, ...asked })),
  );
}

const anySide: fc.Arbitrary<Side> = fc.constantFrom('sell', 'buy');

const anyAsked = fc
  .record(
    { side: anySide, limit: anyLimit, energyWh: fc.integer({ min: 1, max: 15 }) },
    { requiredKeys: ['side', 'limit'] },
  )
  .map(({ energyWh, ...asked }) => ({ ...asked, ...(energyWh !== undefined && { energyWh }) }));
