import { randomInt } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { openRacecourse } from './racecourse.ts';
import { race, startsAt } from './readingRace.ts';

const seedCount = Number(process.env['SEEDS'] ?? 1_000);
const onlySeed = process.env['SEED'];
const racesPerCourse = 500;
const timeoutMs = 3_600_000;

/** The same each time, and some that are new. */
const first = randomInt(1_000_000, 2 ** 31);
const seeds =
  onlySeed === undefined
    ? Array.from({ length: seedCount }, (_, at) => (at % 2 === 0 ? at + 1 : first + at))
    : [Number(onlySeed)];

test(
  `a reading at the moment of closing is in it or in a correction: ${seeds.length} schedules`,
  async () => {
    const sums = { late: 0, corrections: 0, dead: 0 };
    for (let start = 0; start < seeds.length; start += racesPerCourse) {
      const course = openRacecourse(startsAt);
      try {
        for (const seed of seeds.slice(start, start + racesPerCourse)) {
          const outcome = await race(seed, course).catch((cause: unknown) => {
            const again = `SEED=${seed} npm test -- tests/simulation/readingRace.test.ts`;
            throw new Error(`${String(cause)} (again with: ${again})`, { cause });
          });
          for (const part of ['late', 'corrections', 'dead'] as const) sums[part] += outcome[part];
        }
      } finally {
        course.end();
      }
    }
    // Races in which nothing is at stake would find nothing.
    if (seeds.length >= 100) {
      expect(Math.min(...Object.values(sums))).toBeGreaterThan(seeds.length / 4);
    }
    if (process.env['OUTCOMES'] !== undefined) console.log(JSON.stringify(sums));
  },
  timeoutMs,
);
