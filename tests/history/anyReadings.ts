import fc from 'fast-check';
import { type Grid, rarely } from './anyTimes.ts';
import type { HistoryReading, Step } from './history.ts';

const versionsMax = 3;
const readingsOfOneMax = 3;
/** How late a reading may come after the last timeframe. */
const lateMinutesMax = 3 * 1_440;
/** What makes a reading of an estimating grid differ from that of the timeframe before. */
const distinct = 32;

/** Of each prosumer and timeframe none or several, in any order, twice, or one version two ways. */
export function anyReadings(grid: Grid): fc.Arbitrary<readonly Step[]> {
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
