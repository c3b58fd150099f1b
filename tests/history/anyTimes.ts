import fc from 'fast-check';
import type { History } from './history.ts';

/** What a history is drawn for. */
export type Grid = Omit<History, 'steps'>;

/** Who joins early has joined by then. */
export const earlyMinutesMax = 90;

/** Is it all the same when exactly the timer's work is done? */
export function isTimeless({ estimates, correctionDays }: Grid): boolean {
  return !estimates && correctionDays === undefined;
}

/** From a little before the start to a little after the end, often when a timeframe begins or ends. */
export function anyTime({
  timeframes,
  timeframeMinutes,
  graceMinutes,
}: Grid): fc.Arbitrary<number> {
  const edge = fc.integer({ min: -1, max: timeframes + 1 });
  return fc.oneof(
    edge.map((timeframe) => timeframe * timeframeMinutes),
    edge.map((timeframe) => timeframe * timeframeMinutes + graceMinutes),
    fc.integer({ min: -earlyMinutesMax, max: (timeframes + 2) * timeframeMinutes }),
  );
}

/** A timeframe and a time at which it is mostly not over yet. */
export function anyAhead(
  grid: Grid,
): fc.Arbitrary<{ readonly at: number; readonly timeframe: number }> {
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
export function anyTimeframe({ timeframes }: Grid): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: 0, max: timeframes - 1 }) },
    { weight: 1, arbitrary: fc.constantFrom(-1, timeframes) },
  );
}

/** One of the prosumers, by its place among them. */
export function anyWho({ prosumers }: Grid): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: prosumers.length - 1 });
}

/** Something in one of five cases, else nothing. */
export function rarely<Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
}
