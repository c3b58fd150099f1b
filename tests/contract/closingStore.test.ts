import { expect, test } from '@jest/globals';
import type { ProsumerId } from '../../shared/domain/ids.ts';
import { addMinutes, type Timeframe } from '../../shared/domain/timeframe.ts';
import type { TimeframeRange } from '../../shared/ports/closingStore.ts';
import { freshStores } from './adapters.ts';
import { describeDocuments } from './cosmosAdapter.ts';
import {
  allPages,
  at1000,
  at1015,
  at1030,
  at1045,
  closingOf,
  hillside,
  lineOf,
  nthId,
  prosumerId,
  riverside,
} from './samples.ts';

describeDocuments('closing store', (adapter) => {
  const stores = freshStores(adapter);

  test('a closing is created once under its number and comes back as it was', async () => {
    const { closings } = stores();
    const first = closingOf(1, at1000);
    expect(await closings.create(first)).toBe(true);
    expect(await closings.create(first)).toBe(false);
    expect(await closings.create(closingOf(1, at1015))).toBe(false);
    const stored = { ...first, hasLateReadings: false };
    expect(await closings.byNumber(riverside, 1)).toEqual(stored);
    expect(await closings.last(riverside)).toEqual(stored);
    expect(await closings.latest(riverside, at1000)).toEqual(stored);
    expect(await closings.latest(riverside, at1015)).toBeUndefined();
    expect(await closings.byNumber(riverside, 2)).toBeUndefined();
    expect(await closings.last(hillside)).toBeUndefined();
    expect(await closings.create(closingOf(1, at1015, { gridId: hillside }))).toBe(true);
  });

  test('of two openers that take one number, one gets it and both see whose it is', async () => {
    const { closings, openAnother } = stores();
    const other = await openAnother();
    const answers = await Promise.all([
      closings.create(closingOf(1, at1000)),
      other.closings.create(closingOf(1, at1015)),
    ]);
    expect(answers.sort()).toEqual([false, true]);
    expect(await closings.last(riverside)).toEqual(await other.closings.last(riverside));
  });

  test('last is by number, latest and revisions are by timeframe', async () => {
    const { closings } = stores();
    await closings.create(closingOf(1, at1000));
    await closings.create(closingOf(2, at1015));
    await closings.create(closingOf(3, at1000, { revision: 1, closedThrough: at1015 }));
    await closings.create(closingOf(10, at1000, { revision: 10 }));
    const numberOf = (closing: { closingNumber: number } | undefined) => closing?.closingNumber;
    expect(numberOf(await closings.last(riverside))).toBe(10);
    expect(numberOf(await closings.latest(riverside, at1000))).toBe(10);
    expect(numberOf(await closings.latest(riverside, at1015))).toBe(2);
    expect((await closings.revisions(riverside, at1000)).map(numberOf)).toEqual([1, 3, 10]);
    expect(await closings.revisions(riverside, at1030)).toEqual([]);
  });

  test('lists the latest revision of each timeframe in a half-open range', async () => {
    const { closings } = stores();
    for (const [n, frame] of [at1000, at1015, at1030, at1045].entries()) {
      await closings.create(closingOf(n + 1, frame));
    }
    await closings.create(closingOf(5, at1015, { revision: 1 }));
    const listed = async (range: TimeframeRange, limit = 1) =>
      (
        await allPages(limit, (page: { after?: Timeframe; limit: number }) =>
          closings.list(riverside, range, page),
        )
      ).map((closing) => closing.closingNumber);
    expect(await listed({})).toEqual([1, 5, 3, 4]);
    expect(await listed({}, 4)).toEqual([1, 5, 3, 4]);
    expect(await listed({ from: at1015 })).toEqual([5, 3, 4]);
    expect(await listed({ to: at1030 })).toEqual([1, 5]);
    expect(await listed({ from: at1015, to: at1030 })).toEqual([5]);
    expect(await listed({ from: at1015, to: at1015 })).toEqual([]);
    const early = await closings.list(riverside, { from: at1030 }, { after: at1000, limit: 9 });
    expect(early.items.map((closing) => closing.closingNumber)).toEqual([3, 4]);
    expect(await closings.list(hillside, {}, { limit: 9 })).toEqual({ items: [] });
  });

  test('a list stays whole while timeframes close and are corrected', async () => {
    const { closings } = stores();
    await closings.create(closingOf(1, at1000));
    await closings.create(closingOf(2, at1015));
    const steps = [
      closingOf(3, at1030),
      closingOf(4, at1045),
      closingOf(5, at1000, { revision: 1 }),
    ];
    const listed = await allPages(
      1,
      (page: { after?: Timeframe; limit: number }) => closings.list(riverside, {}, page),
      async (pageNumber) => {
        const step = steps[pageNumber - 2];
        if (step !== undefined) await closings.create(step);
      },
    );
    expect(listed.map((closing) => closing.timeframe)).toEqual([at1000, at1015, at1030, at1045]);
  });

  test('what is not settled is listed by number; settling twice changes nothing', async () => {
    const { closings } = stores();
    for (const [n, frame] of [at1015, at1000, at1030].entries()) {
      await closings.create(closingOf(n + 1, frame));
    }
    await closings.create(closingOf(1, at1000, { gridId: hillside }));
    const unsettled = async (limit = 9) =>
      (await closings.listUnsettled(riverside, limit)).map((closing) => closing.closingNumber);
    expect(await unsettled()).toEqual([1, 2, 3]);
    expect(await unsettled(2)).toEqual([1, 2]);
    await closings.markSettled(riverside, 2);
    await closings.markSettled(riverside, 2);
    await closings.markSettled(riverside, 99);
    expect(await unsettled()).toEqual([1, 3]);
    expect((await closings.byNumber(riverside, 2))?.status).toBe('settled');
    expect((await closings.byNumber(hillside, 1))?.status).toBe('closed');
  });

  test('late readings mark the latest closing of a timeframe, and the next one is clean', async () => {
    const { closings } = stores();
    await closings.create(closingOf(1, at1000));
    await closings.create(closingOf(2, at1015));
    await closings.create(closingOf(3, at1000, { revision: 1 }));
    await closings.markLate(riverside, [at1000, at1045]);
    await closings.markLate(riverside, [at1000]);
    const marks = async () =>
      Promise.all(
        [1, 2, 3].map(async (n) => (await closings.byNumber(riverside, n))?.hasLateReadings),
      );
    expect(await marks()).toEqual([false, false, true]);
    await closings.markSettled(riverside, 3);
    expect(await closings.latest(riverside, at1000)).toMatchObject({
      status: 'settled',
      hasLateReadings: true,
    });
    await closings.create(closingOf(4, at1000, { revision: 2 }));
    expect((await closings.latest(riverside, at1000))?.hasLateReadings).toBe(false);
    await closings.markLate(riverside, []);
    expect(await marks()).toEqual([false, false, true]);
  });

  test('what is late is listed by timeframe, from one on and so many', async () => {
    const { closings } = stores();
    const frames = [at1000, at1015, at1030, at1045];
    for (const [n, frame] of frames.entries()) await closings.create(closingOf(n + 1, frame));
    await closings.create(closingOf(1, at1000, { gridId: hillside }));
    await closings.markLate(hillside, [at1000]);
    for (const frame of [at1045, at1000, at1015]) await closings.markLate(riverside, [frame]);
    const late = async (from = at1000, limit = 9) =>
      (await closings.listLate(riverside, from, limit)).map((each) => each.closingNumber);
    expect(await late()).toEqual([1, 2, 4]);
    expect(await late(at1000, 2)).toEqual([1, 2]);
    expect(await late(at1015)).toEqual([2, 4]);
    expect(await late(at1030)).toEqual([4]);
    expect(await late(addMinutes(at1015, 1) as Timeframe)).toEqual([4]);
    const [first] = await closings.listLate(riverside, at1000, 1);
    expect(first).toEqual({ ...closingOf(1, at1000), hasLateReadings: true });
  });

  test('the mark goes from the closing that is named, and only from it', async () => {
    const { closings, openAnother } = stores();
    const other = await openAnother();
    await closings.create(closingOf(1, at1000));
    await closings.create(closingOf(2, at1015));
    await closings.markLate(riverside, [at1000, at1015]);
    await closings.create(closingOf(3, at1000, { revision: 1, closedThrough: at1015 }));
    await closings.markLate(riverside, [at1000]);
    const late = async () =>
      (await other.closings.listLate(riverside, at1000, 9))
        .map((each) => each.closingNumber)
        .toSorted();
    expect(await late()).toEqual([1, 2, 3]);
    await closings.clearLate(riverside, 1);
    await other.closings.clearLate(riverside, 1);
    await closings.clearLate(riverside, 99);
    await closings.clearLate(hillside, 2);
    expect(await late()).toEqual([2, 3]);
    expect(await closings.byNumber(riverside, 1)).toEqual({
      ...closingOf(1, at1000),
      hasLateReadings: false,
    });
    await closings.markSettled(riverside, 2);
    await closings.clearLate(riverside, 2);
    expect(await closings.byNumber(riverside, 2)).toMatchObject({
      status: 'settled',
      hasLateReadings: false,
    });
    expect(await late()).toEqual([3]);
  });

  test('closings and nettos are still there after closing and opening again', async () => {
    const { closings, reopen } = stores();
    await closings.putNettos(riverside, 'nettos-1', [lineOf('a', 5)]);
    await closings.create(closingOf(1, at1000));
    const again = (await reopen()).closings;
    expect(await again.last(riverside)).toEqual({
      ...closingOf(1, at1000),
      hasLateReadings: false,
    });
    expect(await again.nettos(riverside, 'nettos-1')).toEqual([lineOf('a', 5)]);
  });
});

// Around the size of a stored page, where lines would be lost or doubled.
const lineCounts = [0, 1, 499, 500, 501, 1000, 1250];

describeDocuments('nettos', (adapter) => {
  const stores = freshStores(adapter);

  test.each(lineCounts)('%i lines come back, whole, by page and one by one', async (count) => {
    const { closings } = stores();
    // Every second id, so that there are ids between the lines to ask for.
    const lines = Array.from({ length: count }, (_, n) => lineOf(nthId(2 * n + 1), n, 2 * n));
    await closings.putNettos(riverside, 'some', lines);
    await closings.putNettos(riverside, 'some', lines);
    expect(await closings.nettos(riverside, 'some')).toEqual(lines);
    const list = (page: { after?: ProsumerId; limit: number }) =>
      closings.listNettos(riverside, 'some', page);
    expect(await allPages(250, list)).toEqual(lines);
    expect(await allPages(700, list)).toEqual(lines);
    const between = await list({ after: prosumerId(nthId(2)), limit: 3 });
    expect(between.items).toEqual(lines.slice(1, 4));
    for (const n of [0, 498, 499, 500, 501, 999, 1000, 1249]) {
      const of = (id: string) => closings.nettosOf(riverside, ['some'], prosumerId(id));
      expect((await of(nthId(2 * n + 1))).get('some')).toEqual(lines[n]);
      expect((await of(nthId(2 * n))).size).toBe(0);
    }
  });

  test('every field of a line is kept', async () => {
    const { closings } = stores();
    const lines = [
      { ...lineOf('a', 0), status: 'missing' as const, version: 0 },
      { ...lineOf('b', 7), status: 'estimated' as const, version: 3 },
      lineOf('c', 1, 2),
    ];
    await closings.putNettos(riverside, 'some', lines);
    expect(await closings.nettos(riverside, 'some')).toEqual(lines);
  });

  test('several nettos at once: all lines of each', async () => {
    const { closings } = stores();
    const long = Array.from({ length: 1_250 }, (_, n) => lineOf(nthId(n), n));
    const short = [lineOf('a', 1), lineOf('b', 2)];
    await closings.putNettos(riverside, 'long', long);
    await closings.putNettos(riverside, 'short', short);
    await closings.putNettos(hillside, 'other', short);
    const ids = ['short', 'long', 'short', 'other', 'none'];
    const found = await closings.manyNettos(riverside, ids);
    const some = new Map([...found].filter(([, lines]) => lines.length > 0));
    expect(some).toEqual(
      new Map([
        ['short', short],
        ['long', long],
      ]),
    );
    expect(await closings.manyNettos(riverside, [])).toEqual(new Map());
  });

  test('one prosumer in several nettos: where it has a line', async () => {
    const { closings } = stores();
    await closings.putNettos(riverside, 'n1', [lineOf('a', 1), lineOf('b', 2)]);
    await closings.putNettos(riverside, 'n2', [lineOf('a', 3)]);
    await closings.putNettos(riverside, 'n3', [lineOf('b', 4)]);
    await closings.putNettos(hillside, 'n4', [lineOf('b', 5)]);
    const ids = ['n1', 'n2', 'n3', 'n4', 'n1'];
    const found = await closings.nettosOf(riverside, ids, prosumerId('b'));
    expect([...found]).toEqual([
      ['n1', lineOf('b', 2)],
      ['n3', lineOf('b', 4)],
    ]);
  });
});
