import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { termsAt } from '../../shared/domain/terms.ts';
import type { Instant, Timeframe } from '../../shared/domain/timeframe.ts';
import { msatPerKwh } from '../../shared/domain/units.ts';
import { changeGrid, type GridChange } from '../../shared/operations/changeGrid.ts';
import { closeTimeframe } from '../../shared/operations/closeTimeframe.ts';
import { createGrid } from '../../shared/operations/createGrid.ts';
import { gridId, join, openGrid, post } from './smallGrid.ts';
import { openTestApp, type TestApp } from './testApp.ts';

const quarter = '2026-11-22T10:00:00Z' as Timeframe;
const nextQuarter = '2026-11-22T10:15:00Z' as Timeframe;
const tariffOf = (importPrice: number, exportPrice: number) => ({
  importPriceMsatPerKwh: msatPerKwh(importPrice),
  exportPriceMsatPerKwh: msatPerKwh(exportPrice),
  gridFeeMsatPerKwh: msatPerKwh(0),
});

let app: TestApp;
beforeEach(() => {
  app = openTestApp('2026-11-22T10:07:00Z');
});
afterEach(() => app.end());

async function change(what: GridChange, ifMatch?: string) {
  return changeGrid(app.ports, gridId, what, ifMatch);
}

test.each<[string, Parameters<typeof openGrid>[1], string]>([
  ['a length that does not divide a day', { timeframeMinutes: 7 }, '/timeframeMinutes'],
  ['a time zone that is none', { timeZone: 'Europe/Atlantis' }, '/timeZone'],
  ['an end before the start', { activeUntil: quarter }, '/activeUntil'],
  ['an export price above import', { tariff: tariffOf(1, 2) }, '/tariff/exportPriceMsatPerKwh'],
  [
    'a fixed price outside of the two',
    { market: { mechanism: 'pool', price: { rule: 'fixed', priceMsatPerKwh: msatPerKwh(1) } } },
    '/market/fixedPriceMsatPerKwh',
  ],
])('refuses %s', async (_what, settings, pointer) => {
  await openGrid(app.ports, { id: 'other' as typeof gridId });
  const { value: like } = (await app.ports.grids.get('other' as typeof gridId)) ?? {};
  if (like === undefined) throw new Error('the other grid is there');
  const { terms, createdAt: _, ...plain } = like;
  const asked = { ...plain, market: terms[0].market, tariff: terms[0].tariff };
  const refused = await createGrid(app.ports, { ...asked, id: gridId, ...settings });
  expect(refused).toMatchObject({
    refusal: { code: 'setting_inconsistent', errors: [{ pointer }] },
  });
  expect(await app.ports.grids.get(gridId)).toBeUndefined();
});

test('creating the same grid again answers it; another under its id is refused', async () => {
  await openGrid(app.ports);
  await openGrid(app.ports);
  await expect(openGrid(app.ports, { name: 'Another' })).rejects.toThrow('other settings');
});

test('a changed tariff holds from the next timeframe on', async () => {
  await openGrid(app.ports);
  const changed = await change({ tariff: tariffOf(600_000, 200_000) });
  if (!changed.ok) throw new Error(changed.refusal.detail);
  const priceAt = (at: Timeframe) => termsAt(changed.value.grid, at).tariff.importPriceMsatPerKwh;
  expect([priceAt(quarter), priceAt(nextQuarter)]).toEqual([500_000, 600_000]);
});

test('what would change closed timeframes can no longer change', async () => {
  await openGrid(app.ports);
  expect(await change({ activeFrom: '2026-11-23T00:00:00Z' as Instant })).toMatchObject({
    ok: true,
  });
  app.setClock('2026-11-23T00:15:00Z');
  for (const what of [
    { activeFrom: '2026-11-24T00:00:00Z' as Instant },
    { timeZone: 'Asia/Tokyo' },
    { timeframeMinutes: 60 },
  ]) {
    expect(await change(what)).toMatchObject({ refusal: { code: 'setting_immutable' } });
  }
  expect(await change({ timeZone: 'Europe/Berlin', timeframeMinutes: 15 })).toMatchObject({
    ok: true,
  });
});

test('an end is set and taken away again', async () => {
  await openGrid(app.ports);
  const ended = await change({ activeUntil: nextQuarter });
  expect(ended).toMatchObject({ value: { grid: { activeUntil: nextQuarter } } });
  const open = await change({ activeUntil: null });
  expect(open.ok && 'activeUntil' in open.value.grid).toBe(false);
});

test('a change under a condition that no longer holds changes nothing', async () => {
  await openGrid(app.ports);
  const read = await app.ports.grids.get(gridId);
  expect(await change({ name: 'First' }, read?.etag)).toMatchObject({ ok: true });
  expect(await change({ name: 'Second' }, read?.etag)).toMatchObject({
    refusal: { code: 'etag_mismatch' },
  });
  expect((await app.ports.grids.get(gridId))?.value.name).toBe('First');
});

test('two changes at once, without a condition, both take effect', async () => {
  await openGrid(app.ports);
  await Promise.all([change({ name: 'Renamed' }), change({ graceMinutes: 7 })]);
  expect((await app.ports.grids.get(gridId))?.value).toMatchObject({
    name: 'Renamed',
    graceMinutes: 7,
  });
});

test('a prosumer whose creator died before the roster had it is brought there by the timer', async () => {
  await openGrid(app.ports);
  const upsert = () => Promise.reject(new Error('died'));
  const dying = { ...app.ports, rosters: { ...app.ports.rosters, upsert } };
  await expect(join(dying, 'a')).rejects.toThrow('died');
  expect(await post(app.ports, quarter, { a: -1 })).toMatchObject([
    { code: 'prosumer_not_in_grid' },
  ]);
  await app.tick();
  expect(await post(app.ports, quarter, { a: -1 })).toMatchObject([{ status: 'accepted' }]);
});

test('totals that a dying closer left behind are made good before the next timeframe closes', async () => {
  await openGrid(app.ports);
  await join(app.ports, 'a');
  await post(app.ports, quarter, { a: 700 });
  app.setClock('2026-11-22T10:30:00Z');
  const applyClosing = () => Promise.reject(new Error('died'));
  const dying = { ...app.ports, rosters: { ...app.ports.rosters, applyClosing } };
  await expect(closeTimeframe(dying, { gridId, timeframe: quarter })).rejects.toThrow('died');
  await closeTimeframe(app.ports, { gridId, timeframe: nextQuarter });
  expect(await app.ports.rosters.totals(gridId)).toMatchObject({
    closingNumber: 2,
    producedWh: 700,
  });
});

test('a command for a timeframe far ahead closes a bounded number and asks for the rest', async () => {
  await openGrid(app.ports);
  app.setClock('2026-11-24T10:00:00Z');
  const command = { gridId, timeframe: '2026-11-24T09:00:00Z' as Timeframe };
  const { closed } = await closeTimeframe(app.ports, command);
  expect(closed).toHaveLength(96);
  await app.drain();
  expect(await app.ports.closings.last(gridId)).toMatchObject({ timeframe: command.timeframe });
});
