import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Instant } from '../../shared/domain/timeframe.ts';
import { drawSeed } from '../endToEnd/random.ts';
import { openRacecourse, type Racecourse } from '../simulation/racecourse.ts';
import { anyEstimatingHistory, anyHistory, named } from './anyHistory.ts';
import { outcomeOf } from './audit.ts';
import type { History } from './history.ts';
import { settle } from './model.ts';
import { replay } from './replay.ts';

const runs = Number(process.env['NUM_RUNS'] ?? 300);
const limitMs = 60_000 + runs * 1_000;
/** Of all histories, those of grids that estimate. */
const estimatingShare = 0.2;
/** Then others begin in stores that are empty again. */
const historiesPerCourse = 200;
const seed = drawSeed();
let course: Racecourse | undefined;
let played = 0;

afterAll(() => course?.end());

test(
  'any history comes to what the last readings come to, whenever they came',
  () => holds(anyHistory, Math.ceil(runs * (1 - estimatingShare))),
  limitMs,
);

test(
  'any history of a grid that estimates comes to the last readings, or what stood in for them',
  () => holds(anyEstimatingHistory, Math.ceil(runs * estimatingShare)),
  limitMs,
);

function holds(histories: fc.Arbitrary<History>, numRuns: number): Promise<void> {
  return fc.assert(
    fc.asyncProperty(histories, async (history) => {
      await expectModelled(named(history, String(played)), nextCourse());
    }),
    { seed, numRuns, endOnFailure: process.env['NO_SHRINK'] !== undefined },
  );
}

function nextCourse(): Racecourse {
  if (course === undefined || played % historiesPerCourse === 0) {
    course?.end();
    course = openRacecourse('2026-01-01T00:00:00Z' as Instant);
  }
  played += 1;
  return course;
}

/** In each timeframe the app must have come to what the model comes to, and to all of it together. */
async function expectModelled(history: History, on: Racecourse): Promise<void> {
  const { ports, verdicts } = await replay(history, on);
  const { memory, timeframes } = settle(history);
  expect(verdicts).toEqual(memory.verdicts);
  const outcome = await outcomeOf(history, ports);
  expect(outcome).toEqual(timeframes);
}
