import { expect, test } from '@jest/globals';
import type { AccountKey } from '../../shared/domain/bitcoin.ts';
import { billingDefaults } from '../../shared/domain/grid.ts';
import type { GridId } from '../../shared/domain/ids.ts';
import { msatPerKwh } from '../../shared/domain/units.ts';
import { freshStores } from './adapters.ts';
import { entryOf } from './auditSamples.ts';
import { describeDocuments } from './cosmosAdapter.ts';
import { allPages, gridId, gridOf, hillside, instant, riverside } from './samples.ts';

describeDocuments('grid store', (adapter) => {
  const stores = freshStores(adapter);

  test('a grid comes back as it was created, with or without its optional fields', async () => {
    const { grids } = stores();
    const open = gridOf(riverside);
    const ending = gridOf(hillside, { activeUntil: instant('2027-01-01T00:00:00Z'), paused: true });
    const created = await grids.create(open, entryOf());
    await grids.create(ending, entryOf());
    expect(created).toEqual({ created: true, stored: { value: open, etag: expect.any(String) } });
    expect(await grids.get(riverside)).toEqual(created.stored);
    expect((await grids.get(hillside))?.value).toEqual(ending);
  });

  test('how it bills and what its prices were computed from come back too', async () => {
    const { grids } = stores();
    const rate = {
      source: 'rates.example',
      currency: 'EUR',
      pair: 'BTC/EUR',
      rate: '90000.50',
      fetchedAt: instant('2026-11-21T08:59:00Z'),
    };
    const fiat = { importPricePerKwh: '0.30', exportPricePerKwh: '0.08', gridFeePerKwh: '0' };
    const [terms] = gridOf(riverside).terms;
    const priceOfRecord = { currency: 'EUR', ...fiat, rate };
    const grid = gridOf(riverside, {
      terms: [{ ...terms, tariff: { ...terms.tariff, priceOfRecord } }],
      billing: {
        ...billingDefaults,
        accountKey: 'tpub' as AccountKey,
        formerAccountKeys: ['tpubBefore' as AccountKey],
      },
    });
    await grids.create(grid, entryOf());
    expect((await grids.get(riverside))?.value).toEqual(grid);
  });

  test('versions come back in order, with their windows, limits and fees', async () => {
    const { grids } = stores();
    const [terms] = gridOf(riverside).terms;
    const { tariff } = terms;
    const fee = { importGridFeeMsatPerKwh: msatPerKwh(30_000) };
    const windows = [
      { from: '22:00', to: '06:00', days: ['sat', 'sun'] as const, ...tariff, ...fee },
      { from: '12:00', to: '14:00', ...tariff },
    ];
    const limits = { sellLimitMsatPerKwh: msatPerKwh(0), buyLimitMsatPerKwh: msatPerKwh(1) };
    const grid = gridOf(riverside, {
      missingReadings: 'estimate',
      correctionDays: 0,
      aheadEnergyWhMax: 0,
      terms: [
        terms,
        {
          validFrom: instant('2026-12-01T00:00:00Z'),
          market: { mechanism: 'auction', ...limits },
          tariff: { ...tariff, ...fee, windows },
        },
      ],
    });
    const { stored } = await grids.create(gridOf(riverside), entryOf());
    await grids.replace(grid, stored.etag, entryOf());
    expect((await grids.get(riverside))?.value).toEqual(grid);
  });

  test('an unknown grid is undefined', async () => {
    expect(await stores().grids.get(riverside)).toBeUndefined();
  });

  test('a second create answers the grid that is there and changes nothing', async () => {
    const { grids } = stores();
    const first = await grids.create(gridOf(riverside), entryOf());
    const second = await grids.create(gridOf(riverside, { name: 'Another' }), entryOf());
    expect(second).toEqual({ created: false, stored: first.stored });
    expect(await grids.get(riverside)).toEqual(first.stored);
  });

  test('replaces a grid at its etag, and the etag is another one then', async () => {
    const { grids } = stores();
    const { stored } = await grids.create(gridOf(riverside), entryOf());
    const replaced = await grids.replace(
      gridOf(riverside, { name: 'Renamed' }),
      stored.etag,
      entryOf(),
    );
    expect(replaced?.value.name).toBe('Renamed');
    expect(replaced?.etag).not.toBe(stored.etag);
    expect(await grids.get(riverside)).toEqual(replaced);
  });

  test.each([
    ['of an older state', (etag: string) => etag],
    ['never given', () => '"something else"'],
    ['that is empty', () => ''],
  ])('does not replace at an etag %s', async (_case, etagFrom) => {
    const { grids } = stores();
    const { stored } = await grids.create(gridOf(riverside), entryOf());
    const current = await grids.replace(
      gridOf(riverside, { name: 'Second' }),
      stored.etag,
      entryOf(),
    );
    const refused = await grids.replace(
      gridOf(riverside, { name: 'X' }),
      etagFrom(stored.etag),
      entryOf(),
    );
    expect(refused).toBeUndefined();
    expect(await grids.get(riverside)).toEqual(current);
  });

  test('does not replace a grid that is not there', async () => {
    const { grids } = stores();
    const { stored } = await grids.create(gridOf(riverside), entryOf());
    expect(await grids.replace(gridOf(hillside), stored.etag, entryOf())).toBeUndefined();
    expect(await grids.get(hillside)).toBeUndefined();
  });

  test('does not replace at the etag of another grid', async () => {
    const { grids } = stores();
    const { stored } = await grids.create(gridOf(riverside), entryOf());
    const other = await grids.create(gridOf(hillside), entryOf());
    const later = await grids.replace(
      gridOf(hillside, { paused: true }),
      other.stored.etag,
      entryOf(),
    );
    expect(await grids.replace(gridOf(riverside), later?.etag ?? '', entryOf())).toBeUndefined();
    expect(await grids.get(riverside)).toEqual(stored);
  });

  test('of two openers with one etag, one replaces', async () => {
    const { grids, openAnother } = stores();
    const other = await openAnother();
    const { stored } = await grids.create(gridOf(riverside), entryOf());
    const answers = await Promise.all([
      grids.replace(gridOf(riverside, { name: 'A' }), stored.etag, entryOf()),
      other.grids.replace(gridOf(riverside, { name: 'B' }), stored.etag, entryOf()),
    ]);
    const won = answers.filter((answer) => answer !== undefined);
    expect(won).toHaveLength(1);
    expect(await grids.get(riverside)).toEqual(won[0]);
  });

  test('of two openers that create one id, one creates and both see it', async () => {
    const { grids, openAnother } = stores();
    const other = await openAnother();
    const answers = await Promise.all([
      grids.create(gridOf(riverside, { name: 'A' }), entryOf()),
      other.grids.create(gridOf(riverside, { name: 'B' }), entryOf()),
    ]);
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
    expect(answers[0].stored).toEqual(answers[1].stored);
  });

  test('lists by id in byte order, page by page, none lost and none twice', async () => {
    const { grids } = stores();
    const ids = ['b', 'a-b', 'a1', '0', 'a', 'ab'].map(gridId);
    for (const id of ids) await grids.create(gridOf(id), entryOf());
    const listed = await allPages(
      2,
      (page: { after?: GridId; limit: number }) => grids.list(page),
      (pageNumber) => grids.create(gridOf(gridId(`new-${pageNumber}`)), entryOf()),
    );
    const listedIds = listed.map(({ value }) => value.id);
    expect(listedIds.slice(0, 6)).toEqual(['0', 'a', 'a-b', 'a1', 'ab', 'b']);
    expect(new Set(listedIds).size).toBe(listedIds.length);
    expect((await grids.list({ limit: 100 })).next).toBeUndefined();
  });

  test('the last page has no next, also when it is full', async () => {
    const { grids } = stores();
    await grids.create(gridOf(riverside), entryOf());
    await grids.create(gridOf(hillside), entryOf());
    expect((await grids.list({ limit: 2 })).next).toBeUndefined();
    expect((await grids.list({ limit: 1 })).next).toBe('hillside');
    expect(await grids.list({ after: riverside, limit: 1 })).toEqual({ items: [] });
  });

  test('a grid is still there after closing and opening again, at the same etag', async () => {
    const { grids, reopen } = stores();
    const { stored } = await grids.create(gridOf(riverside), entryOf());
    expect(await (await reopen()).grids.get(riverside)).toEqual(stored);
  });
});
