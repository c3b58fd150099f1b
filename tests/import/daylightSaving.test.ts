import { describe, expect, test } from '@jest/globals';
import { type ImportOptions, importReadings } from '../../local/import/importReadings.ts';
import { type AmbiguousChoice, createRowReader } from '../../local/import/readingRows.ts';
import { objectOf, objectsIn } from '../../local/jsonFields.ts';
import { sydneyYear, sydneyYearRows } from './sydneyYear.ts';

const options: ImportOptions = {
  gridId: 'g',
  columns: {},
  timeZone: 'Australia/Sydney',
  ambiguous: 'refuse',
  source: 'test',
  batchSize: 1000,
};

/** Imports rows into a list that takes everything. */
async function take(text: Iterable<string>, ambiguous: AmbiguousChoice, given = options) {
  const posted: string[] = [];
  const client = {
    post: async (_path: string, body: unknown) => {
      const readings = objectsIn(objectOf(body), 'readings');
      for (const { prosumerId, timeframe, producedWh, consumedWh, quality } of readings) {
        posted.push([prosumerId, timeframe, producedWh, consumedWh, quality].join(' ').trim());
      }
      return { accepted: readings.length, duplicate: 0, late: 0, rejected: 0, results: [] };
    },
  };
  async function* pieces() {
    yield* text;
  }
  const { tally } = await importReadings(client, pieces(), { ...given, ambiguous });
  return { tally, posted };
}

const header = 'interval_start_local,prosumer_id,produced_wh,consumed_wh\n';

describe('a year in Sydney with both changes of the clock', () => {
  test('by default the skipped zeros are passed over and the doubled rows refused by line', async () => {
    const { tally, posted } = await take(sydneyYear(), 'refuse');
    expect(tally).toMatchObject({ accepted: sydneyYearRows - 4, rejected: 2, skipped: 2 });
    expect(tally.skippedByReason).toEqual({
      'time does not exist': { count: 2, lines: [4470, 4471] },
    });
    expect(tally.rejectedByCode).toEqual({
      local_time_ambiguous: { count: 2, lines: [13206, 13207] },
    });
    expect(new Set(posted).size).toBe(sydneyYearRows - 4);
    // The half-hours around the changes follow each other without a gap in UTC but for the refused.
    expect(posted[4467]).toMatch(/^h1 2011-10-01T15:30:00Z /);
    expect(posted[4468]).toMatch(/^h1 2011-10-01T16:00:00Z /);
    expect(posted.slice(13201, 13203).map((line) => line.slice(3, 23))).toEqual([
      '2012-03-31T14:30:00Z',
      '2012-03-31T17:00:00Z',
    ]);
  });

  test.each([
    ['first', ['2012-03-31T15:00:00Z 0 1001', '2012-03-31T15:30:00Z 0 1001']],
    ['second', ['2012-03-31T16:00:00Z 0 1001', '2012-03-31T16:30:00Z 0 1001']],
    [
      'split',
      [
        '2012-03-31T15:00:00Z 0 501 estimated',
        '2012-03-31T16:00:00Z 0 500 estimated',
        '2012-03-31T15:30:00Z 0 501 estimated',
        '2012-03-31T16:30:00Z 0 500 estimated',
      ],
    ],
  ] as const)('%s', async (ambiguous, expected) => {
    const { tally, posted } = await take(sydneyYear(), ambiguous);
    expect(tally).toMatchObject({ rejected: 0, skipped: 2 });
    expect(posted.length).toBe(sydneyYearRows - 4 + expected.length);
    expect(posted.slice(13202, 13202 + expected.length)).toEqual(
      expected.map((line) => `h1 ${line}`),
    );
  });

  test('sequence refuses rows that stand alone for both passes', async () => {
    const { tally } = await take(sydneyYear(), 'sequence');
    expect(tally).toMatchObject({ accepted: sydneyYearRows - 4, rejected: 2, skipped: 2 });
    expect(tally.rejectedByCode).toEqual({
      local_time_unpaired: { count: 2, lines: [13206, 13207] },
    });
  });
});

describe('rows of the doubled hour in sequence', () => {
  const row = (clock: string, id: string, consumed: number) =>
    `2026-10-25T${clock},${id},0,${consumed}\n`;

  test('the first is the earlier pass, per prosumer, however they are interleaved', async () => {
    const rows = [
      [row('01:30', 'a', 1), row('01:30', 'b', 2), row('02:00', 'a', 3), row('02:00', 'b', 4)],
      [row('02:30', 'a', 5), row('02:00', 'a', 6), row('02:00', 'b', 7), row('02:30', 'a', 8)],
      [row('03:00', 'a', 9)],
    ].flat();
    const berlin = { ...options, timeZone: 'Europe/Berlin' };
    const { tally, posted } = await take([header, ...rows], 'sequence', berlin);
    expect(tally).toMatchObject({ accepted: 9, rejected: 0 });
    expect(posted.toSorted()).toEqual([
      'a 2026-10-24T23:30:00Z 0 1',
      'a 2026-10-25T00:00:00Z 0 3',
      'a 2026-10-25T00:30:00Z 0 5',
      'a 2026-10-25T01:00:00Z 0 6',
      'a 2026-10-25T01:30:00Z 0 8',
      'a 2026-10-25T02:00:00Z 0 9',
      'b 2026-10-24T23:30:00Z 0 2',
      'b 2026-10-25T00:00:00Z 0 4',
      'b 2026-10-25T01:00:00Z 0 7',
    ]);
  });

  test('what waits is refused as soon as the hour is over, so that little is held', () => {
    const columns = { count: 4, time: 0, prosumer: 1, produced: 2, consumed: 3 };
    const rows = createRowReader({ ...columns, timeZone: 'Europe/Berlin' }, 'sequence', 'test');
    const read = (clock: string, line: number) =>
      rows.read({ line, raw: '', fields: [`2026-10-25T${clock}`, 'a', '0', '1'] });
    expect(read('02:00', 2)).toEqual([]);
    expect(read('03:00', 3).map((outcome) => [outcome.kind, outcome.record.line])).toEqual([
      ['rejected', 2],
      ['reading', 3],
    ]);
    expect(rows.end()).toEqual([]);
  });

  test('what still waits at the end of the file is refused', async () => {
    const berlin = { ...options, timeZone: 'Europe/Berlin' };
    const rows = [row('02:00', 'a', 1), row('02:00', 'a', 2), row('02:00', 'a', 3)];
    const { tally, posted } = await take([header, ...rows], 'sequence', berlin);
    expect(posted.length).toBe(2);
    expect(tally.rejectedByCode).toEqual({ local_time_unpaired: { count: 1, lines: [4] } });
  });
});

test('energy at a time that clocks skip is refused, zeros are not', async () => {
  const rows = ['2026-03-29T02:00,a,0,0\n', '2026-03-29T02:15,a,0,1\n', '2026-03-29T03:00,a,0,1\n'];
  const berlin = { ...options, timeZone: 'Europe/Berlin' };
  const { tally } = await take([header, ...rows], 'refuse', berlin);
  expect(tally).toMatchObject({ accepted: 1, skipped: 1, rejected: 1 });
  expect(tally.rejectedByCode).toEqual({ local_time_does_not_exist: { count: 1, lines: [3] } });
});
