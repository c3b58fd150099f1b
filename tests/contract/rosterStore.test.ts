import { expect, test } from '@jest/globals';
import type { ProsumerId } from '../../shared/domain/ids.ts';
import type { Member } from '../../shared/domain/prosumer.ts';
import { addMinutes } from '../../shared/domain/timeframe.ts';
import { freshStores } from './adapters.ts';
import { describeDocuments } from './cosmosAdapter.ts';
import {
  allPages,
  at1000,
  at1015,
  at1030,
  closingOf,
  hillside,
  instant,
  lineOf,
  nthId,
  prosumerId,
  riverside,
} from './samples.ts';

describeDocuments('roster store', (adapter) => {
  const stores = freshStores(adapter);

  test('members come back by id, with what they are and no energy yet', async () => {
    const { rosters } = stores();
    const staying = memberOf('b');
    const leaving = memberOf('a', { activeUntil: at1030, status: 'inactive' });
    await rosters.upsert(riverside, staying, 1);
    await rosters.upsert(riverside, leaving, 1);
    expect(await rosters.list(riverside, { limit: 10 })).toEqual({
      items: [
        { ...leaving, producedWh: 0, consumedWh: 0 },
        { ...staying, producedWh: 0, consumedWh: 0 },
      ],
    });
    expect(await rosters.list(hillside, { limit: 10 })).toEqual({ items: [] });
  });

  test('a newer version is written, an older or the same one changes nothing', async () => {
    const { rosters } = stores();
    await rosters.upsert(riverside, memberOf('a', { activeUntil: at1015 }), 2);
    await rosters.upsert(riverside, memberOf('a', { status: 'inactive' }), 1);
    await rosters.upsert(riverside, memberOf('a', { status: 'inactive' }), 2);
    const members = async () => rosters.activeIn(riverside, at1000);
    expect(await members()).toEqual([memberOf('a', { activeUntil: at1015 })]);
    await rosters.upsert(riverside, memberOf('a'), 3);
    expect(await members()).toEqual([memberOf('a')]);
  });

  test('the limit of a connection comes with a version, and goes with one', async () => {
    const { rosters, reopen } = stores();
    const limited = memberOf('a', { connectionLimitW: 11_000 });
    await rosters.upsert(riverside, memberOf('a'), 1);
    await rosters.upsert(riverside, limited, 2);
    await rosters.upsert(riverside, memberOf('b'), 1);
    await rosters.applyClosing(closingOf(1, at1000), [lineOf('a', 5, 6), lineOf('b', 7, 8)]);
    const { rosters: again } = await reopen();
    expect(await again.activeIn(riverside, at1000)).toEqual([limited, memberOf('b')]);
    expect([...(await again.membersById(riverside, [prosumerId('a')])).values()]).toEqual([
      limited,
    ]);
    const listed = await again.list(riverside, { limit: 1 });
    expect(listed.items).toEqual([{ ...limited, producedWh: 5, consumedWh: 6 }]);
    await again.upsert(riverside, memberOf('a'), 3);
    expect(await again.activeIn(riverside, at1000)).toEqual([memberOf('a'), memberOf('b')]);
  });

  test('a member takes part from activeFrom, inclusive, to activeUntil, exclusive', async () => {
    const { rosters } = stores();
    const member = memberOf('a', { activeFrom: at1000, activeUntil: at1030, status: 'inactive' });
    await rosters.upsert(riverside, member, 1);
    await rosters.upsert(riverside, memberOf('b', { activeFrom: at1015 }), 1);
    const idsAt = async (frame: typeof at1000) =>
      (await rosters.activeIn(riverside, frame)).map((each) => each.prosumerId);
    expect(await idsAt(addMinutes(at1000, -15) as typeof at1000)).toEqual([]);
    expect(await idsAt(at1000)).toEqual(['a']);
    expect(await idsAt(at1015)).toEqual(['a', 'b']);
    expect(await idsAt(at1030)).toEqual(['b']);
  });

  test('members by id: those that there are, asked for once or twice', async () => {
    const { rosters } = stores();
    await rosters.upsert(riverside, memberOf('a'), 1);
    await rosters.upsert(hillside, memberOf('b'), 1);
    const asked = ['a', 'b', 'c', 'a'].map(prosumerId);
    const found = await rosters.membersById(riverside, asked);
    expect([...found]).toEqual([['a', memberOf('a')]]);
    expect(await rosters.membersById(riverside, [])).toEqual(new Map());
  });

  test('the totals of a grid without members or closings are zeros', async () => {
    expect(await stores().rosters.totals(riverside)).toEqual({
      closingNumber: 0,
      prosumerCount: 0,
      producedWh: 0,
      consumedWh: 0,
    });
  });

  test('prosumerCount counts the active members', async () => {
    const { rosters } = stores();
    const count = async () => (await rosters.totals(riverside)).prosumerCount;
    await rosters.upsert(riverside, memberOf('a'), 1);
    await rosters.upsert(riverside, memberOf('a'), 1);
    await rosters.upsert(riverside, memberOf('a'), 2);
    await rosters.upsert(riverside, memberOf('b', { status: 'inactive' }), 1);
    await rosters.upsert(hillside, memberOf('c'), 1);
    expect(await count()).toBe(1);
    await rosters.upsert(riverside, memberOf('a', { status: 'inactive' }), 3);
    await rosters.upsert(riverside, memberOf('a', { status: 'inactive' }), 4);
    expect(await count()).toBe(0);
    await rosters.upsert(riverside, memberOf('b'), 2);
    expect(await count()).toBe(1);
  });

  test('closings are added in order, each once', async () => {
    const { rosters, openAnother } = stores();
    const other = await openAnother();
    for (const id of ['a', 'b', 'c']) await rosters.upsert(riverside, memberOf(id), 1);
    const first = closingOf(1, at1000);
    const second = closingOf(2, at1015);
    const correction = closingOf(3, at1000, { revision: 1, closedThrough: at1015 });
    const firstDelta = [lineOf('a', 2000, 0), lineOf('b', 0, 1500), lineOf('c', 0, 0)];
    const correctionDelta = [lineOf('a', -500, 20), lineOf('b', 0, -1500)];

    expect(await rosters.applyClosing(second, firstDelta)).toBe('behind');
    expect((await rosters.totals(riverside)).closingNumber).toBe(0);
    expect(await rosters.applyClosing(first, firstDelta)).toBe('applied');
    expect(await other.rosters.applyClosing(first, firstDelta)).toBe('already');
    expect(await rosters.applyClosing(correction, correctionDelta)).toBe('behind');
    expect(await other.rosters.applyClosing(second, [lineOf('a', 1, 1)])).toBe('applied');
    expect(await rosters.applyClosing(correction, correctionDelta)).toBe('applied');
    expect(await rosters.applyClosing(first, firstDelta)).toBe('already');

    expect(await rosters.totals(riverside)).toEqual({
      closingNumber: 3,
      lastClosedTimeframe: at1015,
      prosumerCount: 3,
      producedWh: 1501,
      consumedWh: 21,
    });
    const members = (await rosters.list(riverside, { limit: 10 })).items;
    expect(members.map((each) => [each.prosumerId, each.producedWh, each.consumedWh])).toEqual([
      ['a', 1501, 21],
      ['b', 0, 0],
      ['c', 0, 0],
    ]);
  });

  test('corrections take from members, give to one that joined since, and bring no time back', async () => {
    const { rosters, openAnother } = stores();
    const other = await openAnother();
    for (const id of ['a', 'c']) await rosters.upsert(riverside, memberOf(id), 1);
    await rosters.applyClosing(closingOf(1, at1000), [lineOf('a', 2000, 0), lineOf('c', 0, 900)]);
    await rosters.applyClosing(closingOf(2, at1015), [lineOf('a', 10, 0), lineOf('c', 0, 0)]);
    await rosters.upsert(riverside, memberOf('b'), 1);
    const correction = (closingNumber: number, revision: number) =>
      closingOf(closingNumber, at1000, { revision, closedThrough: at1015 });
    const delta = [lineOf('a', -2000, 300), lineOf('b', 700, 0), lineOf('c', 0, -900)];
    expect(await rosters.applyClosing(correction(3, 1), delta)).toBe('applied');
    expect(await other.rosters.applyClosing(correction(3, 1), delta)).toBe('already');
    expect(await other.rosters.applyClosing(correction(5, 3), [lineOf('b', 1)])).toBe('behind');
    expect(await other.rosters.applyClosing(correction(4, 2), [])).toBe('applied');
    expect(await rosters.applyClosing(correction(5, 3), [lineOf('b', -700)])).toBe('applied');
    expect(await rosters.totals(riverside)).toEqual({
      closingNumber: 5,
      lastClosedTimeframe: at1015,
      prosumerCount: 3,
      producedWh: 10,
      consumedWh: 300,
    });
    const members = (await other.rosters.list(riverside, { limit: 10 })).items;
    expect(members.map((each) => [each.prosumerId, each.producedWh, each.consumedWh])).toEqual([
      ['a', 10, 300],
      ['b', 0, 0],
      ['c', 0, 0],
    ]);
  });

  test('a member keeps its energy when it is written again', async () => {
    const { rosters } = stores();
    await rosters.upsert(riverside, memberOf('a'), 1);
    await rosters.applyClosing(closingOf(1, at1000), [lineOf('a', 5, 6)]);
    await rosters.upsert(riverside, memberOf('a', { activeUntil: at1030 }), 2);
    const [member] = (await rosters.list(riverside, { limit: 1 })).items;
    expect(member).toEqual({
      ...memberOf('a', { activeUntil: at1030 }),
      producedWh: 5,
      consumedWh: 6,
    });
  });

  test('a closing of an empty timeframe advances the totals', async () => {
    const { rosters } = stores();
    expect(await rosters.applyClosing(closingOf(1, at1000), [])).toBe('applied');
    expect(await rosters.totals(riverside)).toMatchObject({
      closingNumber: 1,
      lastClosedTimeframe: at1000,
    });
  });

  test('a line without a member fails and leaves everything as it was', async () => {
    const { rosters } = stores();
    await rosters.upsert(riverside, memberOf('a'), 1);
    const delta = [lineOf('a', 5), lineOf('nobody', 5)];
    await expect(rosters.applyClosing(closingOf(1, at1000), delta)).rejects.toThrow('nobody');
    expect(await rosters.totals(riverside)).toMatchObject({ closingNumber: 0, producedWh: 0 });
    expect((await rosters.list(riverside, { limit: 1 })).items[0]?.producedWh).toBe(0);
  });

  test('of two openers that apply one closing, one does', async () => {
    const { rosters, openAnother } = stores();
    const other = await openAnother();
    await rosters.upsert(riverside, memberOf('a'), 1);
    const answers = await Promise.all(
      [rosters, other.rosters].map((each) =>
        each.applyClosing(closingOf(1, at1000), [lineOf('a', 5)]),
      ),
    );
    expect(answers.sort()).toEqual(['already', 'applied']);
    expect((await rosters.totals(riverside)).producedWh).toBe(5);
  });

  test('many members: pages while others join, totals after opening again', async () => {
    const { rosters, reopen } = stores();
    const ids = Array.from({ length: 25 }, (_, n) => nthId(n));
    for (const id of ids.toReversed()) await rosters.upsert(riverside, memberOf(id), 1);
    const listed = await allPages(
      10,
      (page: { after?: ProsumerId; limit: number }) => rosters.list(riverside, page),
      (n) => rosters.upsert(riverside, memberOf(`a-${n}`), 1),
    );
    expect(listed.map((each) => each.prosumerId)).toEqual(ids);
    await rosters.applyClosing(
      closingOf(1, at1000),
      ids.map((id) => lineOf(id, 3, 1)),
    );
    const totals = await rosters.totals(riverside);
    expect(totals).toMatchObject({ prosumerCount: 27, producedWh: 75, consumedWh: 25 });
    expect(await (await reopen()).rosters.totals(riverside)).toEqual(totals);
  });
});

function memberOf(id: string, change: Partial<Member> = {}): Member {
  return {
    prosumerId: prosumerId(id),
    activeFrom: instant('2026-11-22T00:00:00Z'),
    status: 'active',
    ...change,
  };
}
