import { expect, test } from '@jest/globals';
import { wattHours } from '../../shared/domain/units.ts';
import { freshStores } from './adapters.ts';
import { describeDocuments } from './cosmosAdapter.ts';
import {
  at1000,
  at1015,
  at1030,
  hillside,
  instant,
  nthId,
  prosumerId,
  readingOf,
  registerOf,
  riverside,
  timeframe,
} from './samples.ts';

describeDocuments('reading store', (adapter) => {
  const stores = freshStores(adapter);

  test('who posted each version comes back, of a repeat the first, also after opening again', async () => {
    const { readings, reopen } = stores();
    const gateway = { kind: 'caller', id: 'https://issuer.example gateway' } as const;
    const olga = { kind: 'caller', id: 'olga' } as const;
    const importer = { kind: 'system', id: 'olga' } as const;
    const posted = [
      readingOf('a', { postedBy: gateway }),
      readingOf('b', { postedBy: importer }),
      readingOf('c'),
      readingOf('a', { version: 2, postedBy: olga }),
    ];
    await readings.append(riverside, posted);
    await readings.append(riverside, [readingOf('b', { postedBy: olga })]);
    await readings.appendRegisters(riverside, [registerOf('a', { postedBy: gateway })]);
    await readings.appendRegisters(riverside, [registerOf('a', { postedBy: olga })]);
    for (const open of [async () => stores(), reopen]) {
      const { readings: each } = await open();
      const [first, b, c, second] = posted;
      expect(await each.versions(riverside, prosumerId('a'), at1000)).toEqual([first, second]);
      expect((await each.snapshot(riverside, at1000)).readings).toEqual([second, b, c]);
      const latest = await each.latestOf(riverside, at1000, [prosumerId('b')]);
      expect([...latest.values()]).toEqual([b]);
      const next = registerOf('a', { at: at1015 });
      expect(await each.neighbours(riverside, [next], 15)).toEqual([
        { before: registerOf('a', { postedBy: gateway }) },
      ]);
    }
  });

  test('a snapshot holds the highest version of each prosumer, by id in byte order', async () => {
    const { readings } = stores();
    const second = readingOf('b', { version: 2, consumedWh: wattHours(7) });
    const tenth = readingOf('a', { version: 10, quality: 'estimated' });
    await readings.append(riverside, [
      second,
      readingOf('b'),
      readingOf('a', { version: 9 }),
      tenth,
      readingOf('a-b'),
      readingOf('c', { timeframe: at1015 }),
    ]);
    await readings.append(hillside, [readingOf('d')]);
    const { readings: latest } = await readings.snapshot(riverside, at1000);
    expect(latest).toEqual([tenth, readingOf('a-b'), second]);
    expect((await readings.snapshot(riverside, at1030)).readings).toEqual([]);
  });

  test('outcomes line up; source and time of receipt are no content', async () => {
    const { readings } = stores();
    const first = readingOf('a');
    expect(await readings.append(riverside, [first])).toEqual(['accepted']);
    const outcomes = await readings.append(riverside, [
      readingOf('a', { producedWh: wattHours(1) }),
      readingOf('b'),
      readingOf('a', { source: 'by-hand', receivedAt: instant('2026-11-22T11:00:00Z') }),
      readingOf('a', { consumedWh: wattHours(1) }),
      readingOf('a', { quality: 'estimated' }),
      readingOf('a', { version: 2, quality: 'estimated' }),
      readingOf('b', { source: 'twice in a call' }),
      readingOf('b', { producedWh: wattHours(9) }),
    ]);
    expect(outcomes).toEqual([
      'conflict',
      'accepted',
      'duplicate',
      'conflict',
      'conflict',
      'accepted',
      'duplicate',
      'conflict',
    ]);
    const versions = await readings.versions(riverside, prosumerId('a'), at1000);
    expect(versions).toEqual([first, readingOf('a', { version: 2, quality: 'estimated' })]);
    expect(await readings.versions(riverside, prosumerId('b'), at1000)).toEqual([readingOf('b')]);
    expect(await readings.versions(riverside, prosumerId('a'), at1015)).toEqual([]);
  });

  test('what a reading failed, and for how long it is unchanged, is kept, and is no content', async () => {
    const { readings, reopen } = stores();
    const frozen = readingOf('a', { checks: ['frozen'], unchangedFor: 24, quality: 'estimated' });
    const wrong = readingOf('b', { checks: ['above_connection_limit', 'frozen', 'clock_drift'] });
    const steady = readingOf('c', { unchangedFor: 1_000_000 });
    const plain = readingOf('d', { source: 'by-hand' });
    const all = [frozen, wrong, steady, plain];
    expect(await readings.append(riverside, all)).toEqual(all.map(() => 'accepted'));
    const { checks: _, ...unchecked } = frozen;
    const again = [unchecked, { ...plain, checks: ['frozen' as const], unchangedFor: 3 }];
    expect(await readings.append(riverside, again)).toEqual(['duplicate', 'duplicate']);
    const reopened = await reopen();
    expect((await reopened.readings.snapshot(riverside, at1000)).readings).toEqual(all);
    const [first] = await reopened.readings.versions(riverside, prosumerId('a'), at1000);
    expect(first).toEqual(frozen);
    expect(await reopened.readings.append(riverside, [plain])).toEqual(['duplicate']);
  });

  test('the latest of some prosumers: the highest version, of those that have one', async () => {
    const { readings, openAnother } = stores();
    const other = await openAnother();
    const latestOf = async (...ids: string[]) =>
      [...(await readings.latestOf(riverside, at1000, ids.map(prosumerId)))].toSorted();
    expect(await latestOf('a', 'b')).toEqual([]);
    const checked = readingOf('a', { version: 10, checks: ['frozen'], unchangedFor: 24 });
    await readings.append(riverside, [
      readingOf('a', { version: 2 }),
      checked,
      readingOf('a', { version: 9 }),
      readingOf('b'),
      readingOf('c'),
      readingOf('d', { timeframe: at1015 }),
    ]);
    await readings.append(hillside, [readingOf('e')]);
    expect(await latestOf('b', 'a', 'd', 'e', 'a')).toEqual([
      ['a', checked],
      ['b', readingOf('b')],
    ]);
    expect(await latestOf()).toEqual([]);
    await other.readings.append(riverside, [readingOf('b', { version: 2 }), readingOf('d')]);
    expect(await latestOf('a', 'b', 'd')).toEqual([
      ['a', checked],
      ['b', readingOf('b', { version: 2 })],
      ['d', readingOf('d')],
    ]);
  });

  test('nothing in, nothing out', async () => {
    expect(await stores().readings.append(riverside, [])).toEqual([]);
  });

  test('a change after a snapshot is seen, in that timeframe of that grid alone', async () => {
    const { readings, openAnother } = stores();
    const other = await openAnother();
    const empty = await readings.snapshot(riverside, at1000);
    const hasChanged = (mark: string) => readings.hasChangedSince(riverside, at1000, mark);
    expect(await hasChanged(empty.mark)).toBe(false);
    await other.readings.append(riverside, [readingOf('a', { timeframe: at1015 })]);
    await other.readings.append(hillside, [readingOf('a')]);
    expect(await hasChanged(empty.mark)).toBe(false);
    await other.readings.append(riverside, [readingOf('a')]);
    expect(await hasChanged(empty.mark)).toBe(true);

    const one = await readings.snapshot(riverside, at1000);
    await readings.append(riverside, [
      readingOf('a'),
      readingOf('a', { producedWh: wattHours(1) }),
    ]);
    expect(await hasChanged(one.mark)).toBe(false);
    await readings.append(riverside, [readingOf('a', { version: 2 }), readingOf('b')]);
    expect(await hasChanged(one.mark)).toBe(true);
    expect(await hasChanged((await readings.snapshot(riverside, at1000)).mark)).toBe(false);
  });

  test('of two openers that append the same reading, one is accepted', async () => {
    const { readings, openAnother } = stores();
    const other = await openAnother();
    const outcomes = await Promise.all([
      readings.append(riverside, [readingOf('a')]),
      other.readings.append(riverside, [readingOf('a')]),
      other.readings.append(riverside, [readingOf('a', { producedWh: wattHours(3) })]),
    ]);
    expect(outcomes.flat().sort()).toEqual(['accepted', 'conflict', 'duplicate']);
  });

  test('takes 10 000 readings in a call, and has them after opening again', async () => {
    const { readings, reopen } = stores();
    const many = Array.from({ length: 10_000 }, (_, n) => readingOf(nthId(n)));
    const outcomes = await readings.append(riverside, many.toReversed());
    expect(new Set(outcomes)).toEqual(new Set(['accepted']));
    const { mark } = await readings.snapshot(riverside, at1000);
    const again = await reopen();
    expect((await again.readings.snapshot(riverside, at1000)).readings).toEqual(many);
    expect(await again.readings.hasChangedSince(riverside, at1000, mark)).toBe(false);
  });
});

describeDocuments('register readings', (adapter) => {
  const stores = freshStores(adapter);

  test('are appended once, by prosumer, meter and instant', async () => {
    const { readings } = stores();
    const outcomes = await readings.appendRegisters(riverside, [
      registerOf('a'),
      registerOf('a', { source: 'by-hand' }),
      registerOf('a', { producedRegisterWh: wattHours(1) }),
      registerOf('a', { consumedRegisterWh: wattHours(1) }),
      registerOf('a', { rolloverWh: wattHours(1_000_000) }),
      registerOf('a', { meterId: 'meter-2' }),
      registerOf('a', { at: at1015 }),
      registerOf('b', { rolloverWh: wattHours(1_000_000) }),
      registerOf('b', { rolloverWh: wattHours(1_000_000) }),
    ]);
    expect(outcomes).toEqual([
      'accepted',
      'duplicate',
      'conflict',
      'conflict',
      'conflict',
      'accepted',
      'accepted',
      'accepted',
      'duplicate',
    ]);
    expect(await readings.appendRegisters(hillside, [registerOf('a')])).toEqual(['accepted']);
  });

  test('have their neighbours one timeframe away, of the same meter', async () => {
    const { readings } = stores();
    const early = registerOf('a', { rolloverWh: wattHours(1_000_000) });
    const middle = registerOf('a', { at: at1015 });
    const late = registerOf('a', { at: at1030 });
    const exchanged = registerOf('a', { at: at1015, meterId: 'meter-2' });
    await readings.appendRegisters(riverside, [early, middle, late, exchanged]);
    const asked = [middle, early, late, exchanged, registerOf('b', { at: at1015 })];
    expect(await readings.neighbours(riverside, asked, 15)).toEqual([
      { before: early, after: late },
      { after: middle },
      { before: middle },
      {},
      {},
    ]);
    expect(await readings.neighbours(riverside, [late], 30)).toEqual([{ before: early }]);
    expect(await readings.neighbours(hillside, [middle], 15)).toEqual([{}]);
  });
});

describeDocuments('purging readings', (adapter) => {
  const stores = freshStores(adapter);
  const at = (text: string) => timeframe(`2026-11-22T${text}:00Z`);

  test('deletes all that came for a timeframe, of that grid alone, whatever came before', async () => {
    const { readings, openAnother, reopen } = stores();
    const other = await openAnother();
    const many = Array.from({ length: 1_100 }, (_, n) => readingOf(nthId(n)));
    await readings.append(riverside, many);
    await other.readings.append(riverside, [readingOf('a'), readingOf('a', { version: 2 })]);
    await readings.append(riverside, [readingOf('a', { timeframe: at1015 })]);
    await readings.append(hillside, [readingOf('a')]);
    await readings.appendRegisters(riverside, [
      registerOf('a'),
      registerOf('b', { meterId: 'meter-2' }),
      registerOf('a', { at: at1015 }),
    ]);
    await readings.purge(riverside, []);
    await readings.purge(riverside, [at('09:45'), at1000]);
    await other.readings.purge(riverside, [at1000]);
    for (const open of [async () => stores(), openAnother, reopen]) {
      const { readings: there } = await open();
      expect((await there.snapshot(riverside, at1000)).readings).toEqual([]);
      expect(await there.versions(riverside, prosumerId('a'), at1000)).toEqual([]);
      expect(await there.latestOf(riverside, at1000, [prosumerId('a')])).toEqual(new Map());
      expect((await there.snapshot(riverside, at1015)).readings).toHaveLength(1);
      expect((await there.snapshot(hillside, at1000)).readings).toEqual([readingOf('a')]);
      const registers = [registerOf('a', { at: at1015 }), registerOf('a', { at: at1030 })];
      const neighbours = await there.neighbours(riverside, registers, 15);
      expect(neighbours).toEqual([{}, { before: registerOf('a', { at: at1015 }) }]);
    }
  });

  test('is noted per grid, and what is noted never goes back', async () => {
    const { readings, openAnother, reopen } = stores();
    const other = await openAnother();
    expect(await readings.purgeOf(riverside)).toBeUndefined();
    await readings.putPurge(riverside, { before: at1015, deletedBefore: at1000 });
    expect(await other.readings.purgeOf(riverside)).toEqual({
      before: at1015,
      deletedBefore: at1000,
    });
    await Promise.all([
      readings.putPurge(riverside, { before: at1030, deletedBefore: at1000 }),
      other.readings.putPurge(riverside, { before: at1015, deletedBefore: at1015 }),
    ]);
    await readings.putPurge(riverside, { before: at1000, deletedBefore: at1000 });
    const again = await reopen();
    expect(await again.readings.purgeOf(riverside)).toEqual({
      before: at1030,
      deletedBefore: at1015,
    });
    expect(await again.readings.purgeOf(hillside)).toBeUndefined();
  });
});
