import fc from 'fast-check';
import { anyLimit, anyTerms } from './anyTerms.ts';
import type { History, HistoryReading, Side, Step, Trouble } from './history.ts';

type Grid = Omit<History, 'steps'>;

const versionsMax = 3;
const readingsOfOneMax = 3;
const tradesMax = 8;
/** Of which each may come with another: no more in all than one prosumer may have open. */
const ordersMax = 5;
const changesMax = 6;
const tariffsMax = 3;
const ticksMax = 8;
/** How late a reading may come after the last timeframe: within the days that are corrected. */
const lateMinutesMax = 3 * 1_440;
const earlyMinutesMax = 90;
/** What makes a reading of an estimating grid differ from that of the timeframe before. */
const distinct = 32;

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

/** A trade ahead, and, where somebody is of two minds, its cancellation and the like of it again. */
function inPlaceOf({ again, ...trade }: AnyTradeAhead, index: number) {
  const id = `trade-${index}`;
  if (again === undefined) return [{ ...trade, id }];
  return [
    { ...trade, id },
    { deed: 'cancelAhead' as const, at: trade.at + again, id },
    { ...trade, at: trade.at + again, id: `${id}-again` },
  ];
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

type AnyTradeAhead =
  ReturnType<typeof anyTradeAhead> extends fc.Arbitrary<infer Trade> ? Trade : never;

function anyTradeAhead(grid: Grid) {
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
function anyOrder(grid: Grid) {
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
function anyChange({ timeframes, timeframeMinutes: minutes }: Grid) {
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

function anyTariff(grid: Grid): fc.Arbitrary<Step> {
  return fc
    .record({ ahead: anyAhead(grid), terms: anyTerms })
    .map(({ ahead, terms }) => ({ deed: 'tariff' as const, ...ahead, terms }));
}

/** Of each prosumer and timeframe none or several, in any order, twice, or one version two ways. */
function anyReadings(grid: Grid): fc.Arbitrary<readonly Step[]> {
  return fc.constantFrom(2, 12, 5_000, grid.estimates ? 60_000 : 90_000_000).chain((scale) => {
    const cells = grid.prosumers.flatMap((_, who) =>
      Array.from({ length: grid.timeframes }, (_each, timeframe) =>
        fc.array(anyReading(grid, who, timeframe, scale), { maxLength: readingsOfOneMax }),
      ),
    );
    return fc.tuple(...cells).map((each) => each.flat(2));
  });
}

/** In estimating grids after its timeframe, and other than the one before: else it is suspicious. */
function anyReading(grid: Grid, who: number, timeframe: number, scale: number) {
  const { timeframeMinutes: minutes, graceMinutes, estimates } = grid;
  const start = timeframe * minutes;
  const end = start + minutes;
  const lastMinute = grid.timeframes * minutes + lateMinutesMax;
  const at = fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: estimates ? end : start, max: end + graceMinutes }) },
    { weight: estimates ? 0 : 1, arbitrary: fc.integer({ min: start - 1, max: end }) },
    { weight: 1, arbitrary: fc.constantFrom(end, end + graceMinutes) },
    { weight: 2, arbitrary: fc.integer({ min: end, max: grid.timeframes * minutes }) },
    { weight: 2, arbitrary: fc.integer({ min: end, max: lastMinute }) },
  );
  const energy = fc
    .integer({ min: 0, max: scale })
    .map((energyWh) => (estimates ? energyWh * distinct + (timeframe % distinct) + 1 : energyWh));
  return fc
    .record({
      ...{ at, producedWh: energy, consumedWh: energy },
      version: fc.integer({ min: 1, max: versionsMax }),
      isEstimated: fc.nat({ max: 9 }).map((chance) => chance === 9),
      again: rarely(fc.integer({ min: 0, max: 3 * minutes })),
    })
    .map(({ at: first, again, isEstimated, ...content }): readonly Step[] => {
      const quality: HistoryReading['quality'] = isEstimated ? 'estimated' : 'measured';
      const step = { deed: 'read' as const, readings: [{ who, timeframe, ...content, quality }] };
      const twice = again === undefined ? [] : [{ at: first + again, ...step }];
      return [{ at: first, ...step }, ...twice];
    });
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

/** Is it all the same when exactly the timer's work is done? */
function isTimeless({ estimates, correctionDays }: Grid): boolean {
  return !estimates && correctionDays === undefined;
}

/** From a little before the start to a little after the end, often when a timeframe begins or ends. */
function anyTime({ timeframes, timeframeMinutes, graceMinutes }: Grid): fc.Arbitrary<number> {
  const edge = fc.integer({ min: -1, max: timeframes + 1 });
  return fc.oneof(
    edge.map((timeframe) => timeframe * timeframeMinutes),
    edge.map((timeframe) => timeframe * timeframeMinutes + graceMinutes),
    fc.integer({ min: -earlyMinutesMax, max: (timeframes + 2) * timeframeMinutes }),
  );
}

/** A timeframe and a time at which it is mostly not over yet. */
function anyAhead(grid: Grid): fc.Arbitrary<{ readonly at: number; readonly timeframe: number }> {
  const minutes = grid.timeframeMinutes;
  const edges = [-1, 0, 1];
  return anyTimeframe(grid).chain((timeframe) => {
    const start = Math.max(timeframe, 0) * minutes;
    return fc.record({
      timeframe: fc.constant(timeframe),
      at: fc.oneof(
        { weight: 3, arbitrary: fc.integer({ min: -earlyMinutesMax, max: start }) },
        { weight: 2, arbitrary: fc.integer({ min: start, max: start + minutes - 1 }) },
        { weight: 1, arbitrary: fc.constantFrom(...edges.map((by) => start + minutes + by)) },
        { weight: 1, arbitrary: anyTime(grid) },
      ),
    });
  });
}

/** Mostly one of the grid. */
function anyTimeframe({ timeframes }: Grid): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: 0, max: timeframes - 1 }) },
    { weight: 1, arbitrary: fc.constantFrom(-1, timeframes) },
  );
}

function anyWho({ prosumers }: Grid): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: prosumers.length - 1 });
}

function rarely<Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
}
