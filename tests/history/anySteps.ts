import fc from 'fast-check';
import { anyChange, anyOrder, anyTradeAhead, inPlaceOf } from './anyDeals.ts';
import { anyReadings } from './anyReadings.ts';
import { anyTerms } from './anyTerms.ts';
import {
  anyAhead,
  anyTime,
  anyTimeframe,
  anyWho,
  earlyMinutesMax,
  type Grid,
  isTimeless,
} from './anyTimes.ts';
import type { Step, Trouble } from './history.ts';

const tradesMax = 8;
/** Of which each may come with another: no more in all than one prosumer may have open. */
const ordersMax = 5;
const changesMax = 6;
const tariffsMax = 3;
const ticksMax = 8;

/** Steps of prosumers, operator, meters and timer in order of time, of which some come to nothing. */
export function anySteps(grid: Grid): fc.Arbitrary<readonly Step[]> {
  return fc
    .record({
      joins: anyJoins(grid),
      leaves: fc.oneof(
        { weight: 3, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.array(anyLeave(grid), { minLength: 1, maxLength: 2 }) },
      ),
      trades: fc.array(anyTradeAhead(grid), { maxLength: tradesMax }),
      orders: fc.array(anyOrder(grid), { maxLength: ordersMax }),
      changes: fc.array(anyChange(grid), { maxLength: changesMax }),
      tariffs: fc.array(anyTariff(grid), { maxLength: tariffsMax }),
      readings: anyReadings(grid),
      ticks: fc.array(anyTick(grid), { maxLength: ticksMax }),
    })
    .map(({ joins, leaves, trades, orders, changes, tariffs, readings, ticks }) => {
      const named = {
        trades: trades.flatMap(inPlaceOf),
        orders: orders.flat().map((order, index) => ({ ...order, id: `order-${index}` })),
      };
      const changed = changes.flatMap(({ of, after, ...change }) => {
        const made = change.deed === 'cancelAhead' ? named.trades : named.orders;
        const it = made[of % Math.max(made.length, 1)];
        return it === undefined ? [] : [{ ...change, id: it.id, at: it.at + after }];
      });
      const { trades: ahead, orders: ordered } = named;
      return inTime([
        ...[...joins, ...leaves, ...ahead, ...ordered],
        ...[...changed, ...tariffs, ...readings, ...ticks],
      ]);
    });
}

/** In order of time; readings of one time that follow each other are posted at once. */
function inTime(steps: readonly Step[]): readonly Step[] {
  const inTurn: Step[] = [];
  for (const step of steps.toSorted((a, b) => a.at - b.at)) {
    const before = inTurn.at(-1);
    if (step.deed === 'read' && before?.deed === 'read' && before.at === step.at) {
      inTurn.pop();
      inTurn.push({ ...before, readings: [...before.readings, ...step.readings] });
    } else {
      inTurn.push(step);
    }
  }
  return inTurn;
}

/** Most are there before the start; where nothing is estimated, some come late, for a time long past. */
function anyJoins(grid: Grid): fc.Arbitrary<readonly Step[]> {
  const early = fc.constant({ at: -earlyMinutesMax });
  const some = fc
    .record(
      { at: anyTime(grid), from: anyTimeframe(grid), lasts: fc.integer({ min: 0, max: 12 }) },
      { requiredKeys: ['at', 'from'] },
    )
    .map(({ at, from, lasts }) => ({
      at: grid.estimates ? -earlyMinutesMax : at,
      from,
      ...(lasts !== undefined && { until: from + lasts }),
    }));
  const joins = grid.prosumers.map((_, who) =>
    fc
      .oneof({ weight: 5, arbitrary: early }, { weight: 1, arbitrary: some })
      .map((join) => ({ deed: 'join' as const, who, ...join })),
  );
  return fc.tuple(...joins);
}

function anyLeave(grid: Grid): fc.Arbitrary<Step> {
  return fc.record({ deed: fc.constant('leave' as const), at: anyTime(grid), who: anyWho(grid) });
}

function anyTariff(grid: Grid): fc.Arbitrary<Step> {
  return fc
    .record({ ahead: anyAhead(grid), terms: anyTerms })
    .map(({ ahead, terms }) => ({ deed: 'tariff' as const, ...ahead, terms }));
}

function anyTick(grid: Grid): fc.Arbitrary<Step> {
  const trouble: fc.Arbitrary<Trouble> = fc
    .record({
      seed: fc.nat(),
      shuffles: fc.boolean(),
      doubles: fc.boolean(),
      delays: fc.boolean(),
      isTwofold: fc.boolean(),
      crashes: fc.boolean(),
    })
    .map((each) => ({ ...each, delays: each.delays && isTimeless(grid) }));
  return fc.record({ deed: fc.constant('tick' as const), at: anyTime(grid), trouble });
}
