import fc from 'fast-check';
import { anySteps } from './anySteps.ts';
import { anyTerms } from './anyTerms.ts';
import type { History } from './history.ts';

/** Ids on both sides of `mini-grid` and `power-plant`, and hardly different from them. */
const names = ['a', 'b0', 'mini', 'mini-grid-z', 'power', 'z'];

type Frame = Pick<History, 'timeZone' | 'start' | 'timeframeMinutes'>;

/** Starts from which a few timeframes lead over midnight or over a change of the clocks. */
const frames: readonly Omit<Frame, 'timeframeMinutes'>[] = [
  { timeZone: 'Europe/Berlin', start: '2026-11-22T10:00:00Z' },
  { timeZone: 'Europe/Berlin', start: '2026-11-22T22:00:00Z' },
  { timeZone: 'Europe/Berlin', start: '2026-10-25T00:00:00Z' },
  { timeZone: 'Europe/Berlin', start: '2026-03-29T00:00:00Z' },
  { timeZone: 'America/New_York', start: '2026-11-01T05:00:00Z' },
  { timeZone: 'Australia/Lord_Howe', start: '2026-04-04T14:00:00Z' },
  { timeZone: 'Asia/Kathmandu', start: '2026-12-31T18:00:00Z' },
  { timeZone: 'UTC', start: '2027-02-28T23:00:00Z' },
];
const estimatingFrames: readonly Frame[] = [720, 1_440].flatMap((timeframeMinutes) => [
  { timeZone: 'Europe/Berlin', start: '2026-11-20T00:00:00Z', timeframeMinutes },
  { timeZone: 'America/New_York', start: '2026-06-05T00:00:00Z', timeframeMinutes },
  { timeZone: 'Asia/Kathmandu', start: '2026-06-03T00:00:00Z', timeframeMinutes },
]);

/** Any history of a grid that leaves timeframes without a reading at nothing. */
export const anyHistory: fc.Arbitrary<History> = fc
  .tuple(fc.constantFrom(...frames), fc.constantFrom(15, 30, 60))
  .chain(([frame, timeframeMinutes]) =>
    anyIn({ ...frame, timeframeMinutes }, { min: 2, max: 8 }, false),
  );

/** Any history of a grid that estimates: one of days or halves of them, so that days are alike soon. */
export const anyEstimatingHistory: fc.Arbitrary<History> = fc
  .constantFrom(...estimatingFrames)
  .chain((frame) => anyIn(frame, { min: 4, max: 10 }, true));

function anyIn(
  frame: Frame,
  timeframes: { readonly min: number; readonly max: number },
  estimates: boolean,
): fc.Arbitrary<History> {
  const aheadEnergyWhMax = fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(0, 10, 20, 3_000) },
  );
  return fc
    .record({
      timeframes: fc.integer(timeframes),
      graceMinutes: fc.constantFrom(0, 5, frame.timeframeMinutes),
      terms: anyTerms,
      correctionDays: fc.oneof(
        { weight: estimates ? 1 : 4, arbitrary: fc.constant(undefined) },
        { weight: estimates ? 0 : 1, arbitrary: fc.constantFrom(0, 1) },
      ),
      aheadEnergyWhMax,
      prosumers: fc
        .oneof(
          { weight: 1, arbitrary: fc.subarray(names, { minLength: 1, maxLength: 2 }) },
          { weight: 4, arbitrary: fc.subarray(names, { minLength: 3 }) },
        )
        .chain((ids) =>
          fc.tuple(
            ...ids.map((id) =>
              aheadEnergyWhMax.map((own) => ({
                id,
                ...(own !== undefined && { aheadEnergyWhMax: own }),
              })),
            ),
          ),
        ),
    })
    .chain(({ aheadEnergyWhMax: limit, correctionDays, ...settings }) => {
      const grid = {
        ...frame,
        ...settings,
        estimates,
        gridId: 'grid',
        ...(limit !== undefined && { aheadEnergyWhMax: limit }),
        ...(correctionDays !== undefined && { correctionDays }),
      };
      return anySteps(grid).map((steps) => ({ ...grid, steps }));
    });
}

/** The same history in a grid of its own, with prosumers of its own. */
export function named(history: History, name: string): History {
  const prosumers = history.prosumers.map((prosumer) => ({
    ...prosumer,
    id: `${prosumer.id}-${name}`,
  }));
  return { ...history, gridId: `grid-${name}`, prosumers };
}
