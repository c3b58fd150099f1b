import { expect, test } from '@jest/globals';
import type { ProsumerId } from '../../shared/domain/ids.ts';
import { noSums } from '../../shared/domain/ledger.ts';
import { freshStores } from './adapters.ts';
import { entryOf } from './auditSamples.ts';
import { describeProsumerInfo } from './prosumerInfoAdapters.ts';
import { allPages, hillside, instant, prosumerId, prosumerOf, riverside } from './samples.ts';

describeProsumerInfo('prosumer store', (adapter) => {
  const stores = freshStores(adapter);

  test('a prosumer comes back as it was created, with an empty account', async () => {
    const { prosumers } = stores();
    const staying = prosumerOf('anna');
    const leaving = prosumerOf('ben', {
      type: 'company',
      status: 'inactive',
      activeUntil: instant('2026-12-01T00:00:00Z'),
    });
    const created = await prosumers.create(staying, entryOf());
    await prosumers.create(leaving, entryOf());
    const stored = { prosumer: staying, sums: noSums, version: 1 };
    expect(created).toEqual({ created: true, stored });
    expect(await prosumers.get(staying.id)).toEqual(stored);
    expect((await prosumers.get(leaving.id))?.prosumer).toEqual(leaving);
  });

  test('text is kept as it is, whatever it contains', async () => {
    const { prosumers } = stores();
    const odd = prosumerOf('anna', { name: `O'Neil "Ü" ☀ '); --`, address: 'a\nb\t' });
    await prosumers.create(odd, entryOf());
    expect((await prosumers.get(odd.id))?.prosumer).toEqual(odd);
  });

  test('a second create answers the one that is there, also of another grid', async () => {
    const { prosumers } = stores();
    const { stored } = await prosumers.create(prosumerOf('anna'), entryOf());
    const again = await prosumers.create(prosumerOf('anna', { gridId: hillside }), entryOf());
    expect(again).toEqual({ created: false, stored });
  });

  test('replaces at its version only, and counts the version up', async () => {
    const { prosumers } = stores();
    await prosumers.create(prosumerOf('anna'), entryOf());
    const moved = prosumerOf('anna', { address: 'Bergstrasse 1' });
    const replaced = await prosumers.replace(moved, 1, entryOf());
    expect(replaced).toEqual({ prosumer: moved, sums: noSums, version: 2 });
    expect(
      await prosumers.replace(prosumerOf('anna', { name: 'X' }), 1, entryOf()),
    ).toBeUndefined();
    expect(
      await prosumers.replace(prosumerOf('anna', { name: 'X' }), 3, entryOf()),
    ).toBeUndefined();
    expect(await prosumers.get(moved.id)).toEqual(replaced);
    expect(await prosumers.replace(prosumerOf('nobody'), 1, entryOf())).toBeUndefined();
  });

  test('an end that was set can be taken away again', async () => {
    const { prosumers } = stores();
    const ending = prosumerOf('anna', { activeUntil: instant('2026-12-01T00:00:00Z') });
    await prosumers.create(ending, entryOf());
    const replaced = await prosumers.replace(prosumerOf('anna'), 1, entryOf());
    expect(replaced?.prosumer).toEqual(prosumerOf('anna'));
  });

  test.each([
    { connectionLimitW: 1, aheadEnergyWhMax: 0 },
    { connectionLimitW: 100_000_000, aheadEnergyWhMax: 1_000_000_000 },
    { connectionLimitW: 11_000 },
    { aheadEnergyWhMax: 5_000 },
  ])('its limits %j are kept, changed and taken away', async (limits) => {
    const { prosumers, reopen } = stores();
    await prosumers.create(prosumerOf('anna', limits), entryOf());
    await prosumers.create(prosumerOf('ben'), entryOf());
    expect((await prosumers.get(prosumerId('anna')))?.prosumer).toEqual(prosumerOf('anna', limits));
    const limited = await prosumers.replace(prosumerOf('ben', limits), 1, entryOf());
    expect(limited?.prosumer).toEqual(prosumerOf('ben', limits));
    const unlimited = await prosumers.replace(prosumerOf('anna'), 1, entryOf());
    expect(unlimited?.prosumer).toEqual(prosumerOf('anna'));
    const { prosumers: again } = await reopen();
    expect((await again.get(prosumerId('ben')))?.prosumer).toEqual(prosumerOf('ben', limits));
  });

  test('a prosumer stays in its grid', async () => {
    const { prosumers } = stores();
    const { stored } = await prosumers.create(prosumerOf('anna'), entryOf());
    const elsewhere = prosumerOf('anna', { gridId: hillside, name: 'X' });
    await expect(prosumers.replace(elsewhere, 1, entryOf())).rejects.toThrow('stays in its grid');
    expect(await prosumers.get(elsewhere.id)).toEqual(stored);
  });

  test('of two openers at one version, one replaces', async () => {
    const { prosumers, openAnother } = stores();
    const other = await openAnother();
    await prosumers.create(prosumerOf('anna'), entryOf());
    const answers = await Promise.all([
      prosumers.replace(prosumerOf('anna', { name: 'A' }), 1, entryOf()),
      other.prosumers.replace(prosumerOf('anna', { name: 'B' }), 1, entryOf()),
    ]);
    expect(answers.filter((answer) => answer !== undefined)).toHaveLength(1);
    expect((await prosumers.get(prosumerId('anna')))?.version).toBe(2);
  });

  test('lists all or those of a grid, by id, while others are added', async () => {
    const { prosumers } = stores();
    for (const id of ['d', 'b', 'a', 'c']) await prosumers.create(prosumerOf(id), entryOf());
    await prosumers.create(prosumerOf('b2', { gridId: hillside }), entryOf());
    const idsOf = async (gridId: typeof riverside | undefined) => {
      const listed = await allPages(
        1,
        (page: { after?: ProsumerId; limit: number }) => prosumers.list(gridId, page),
        (n) => prosumers.create(prosumerOf(`0-${gridId ?? 'all'}-${n}`), entryOf()),
      );
      return listed.map(({ prosumer }) => prosumer.id);
    };
    expect(await idsOf(riverside)).toEqual(['a', 'b', 'c', 'd']);
    expect(await idsOf(hillside)).toEqual(['b2']);
    expect((await idsOf(undefined)).filter((id) => !id.startsWith('0-'))).toEqual([
      'a',
      'b',
      'b2',
      'c',
      'd',
    ]);
  });

  test('what has not reached the roster is listed until its version is marked', async () => {
    const { prosumers } = stores();
    for (const id of ['b', 'a', 'c']) await prosumers.create(prosumerOf(id), entryOf());
    const unrostered = async () =>
      (await prosumers.listUnrostered(10)).map(({ prosumer, version }) => [prosumer.id, version]);
    expect(await prosumers.listUnrostered(2)).toHaveLength(2);
    await prosumers.markRostered(prosumerId('a'), 1);
    await prosumers.markRostered(prosumerId('a'), 1);
    expect(await unrostered()).toEqual([
      ['b', 1],
      ['c', 1],
    ]);
    await prosumers.replace(prosumerOf('a', { name: 'Second' }), 1, entryOf());
    await prosumers.replace(prosumerOf('a', { name: 'Third' }), 2, entryOf());
    await prosumers.markRostered(prosumerId('a'), 2);
    expect((await unrostered())[0]).toEqual(['a', 3]);
    await prosumers.markRostered(prosumerId('a'), 3);
    await prosumers.markRostered(prosumerId('a'), 2);
    expect((await unrostered()).map(([id]) => id)).toEqual(['b', 'c']);
  });

  test('prosumers are still there after closing and opening again', async () => {
    const { prosumers, reopen } = stores();
    const { stored } = await prosumers.create(prosumerOf('anna'), entryOf());
    expect(await (await reopen()).prosumers.get(prosumerId('anna'))).toEqual(stored);
  });
});
