import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ProsumerId } from '../../shared/domain/ids.ts';
import type { Instant, Timeframe } from '../../shared/domain/timeframe.ts';
import { challengeAddress } from '../../shared/operations/challengeAddress.ts';
import { changeGrid } from '../../shared/operations/changeGrid.ts';
import { changeProsumer, deactivateProsumer } from '../../shared/operations/changeProsumer.ts';
import type { NewGrid } from '../../shared/operations/createGrid.ts';
import { eraseExpired } from '../../shared/operations/eraseExpired.ts';
import { eraseProsumer } from '../../shared/operations/eraseProsumer.ts';
import { finalizeRun } from '../../shared/operations/finalizeRun.ts';
import { period } from '../contract/samples.ts';
import { gridId, join, openGrid, post } from './smallGrid.ts';
import { openTestApp, type TestApp } from './testApp.ts';

const anna = 'anna' as ProsumerId;
const quarter = '2026-11-22T10:00:00Z';
const address = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

let app: TestApp;

beforeEach(() => {
  app = openTestApp(quarter);
});
afterEach(() => app.end());

/** Anna left after the first of four timeframes; all are settled. Nothing is billed yet. */
async function leave(settings: Partial<NewGrid> = {}): Promise<void> {
  const { ports } = app;
  const billing = { minimumSat: 1_000_000 };
  const days = { correctionDays: 2, personalDataDays: 12 };
  const activeUntil = '2026-11-22T11:00:00Z' as Instant;
  await openGrid(ports, { activeUntil, billing, ...days, ...settings });
  await join(ports, 'anna');
  await join(ports, 'ben');
  app.setClock('2026-11-22T10:05:00Z');
  await deactivateProsumer(ports, anna, undefined);
  app.setClock('2026-11-22T10:16:00Z');
  await post(ports, quarter, { anna: 2_000, ben: -1_500 });
  app.setClock('2026-11-22T11:01:00Z');
  await settle();
}

async function settle(): Promise<void> {
  await app.tick();
  await app.drain();
}

async function bill(): Promise<void> {
  app.setClock('2026-12-01T08:00:00Z');
  const run = await finalizeRun(app.ports, gridId, period('2026-11'));
  if (!run.ok) throw new Error(run.refusal.detail);
}

async function annasData() {
  const stored = await app.ports.prosumers.get(anna);
  if (stored === undefined) throw new Error('anna is there');
  return stored;
}

async function needs(): Promise<readonly string[]> {
  const result = await eraseProsumer(app.ports, anna, undefined);
  if (result.ok) throw new Error('it was erased');
  expect(result.refusal.code).toBe('personal_data_needed');
  return (result.refusal.errors ?? []).map(({ detail }) => detail);
}

test('the timer erases who left once all is billed and the days are over, and once', async () => {
  const { ports } = app;
  await leave();
  app.setClock('2026-12-31T08:00:00Z');
  expect(await eraseExpired(ports)).toMatchObject({ prosumers: 0 });
  await bill();
  const { prosumer, sums } = await annasData();
  for (const early of ['2026-12-01T08:00:00Z', '2026-12-06T10:14:59Z']) {
    app.setClock(early);
    expect(await eraseExpired(ports)).toMatchObject({ prosumers: 0 });
  }
  const erasedAt = '2026-12-06T10:15:00Z';
  app.setClock(erasedAt);
  expect(await eraseExpired(ports)).toMatchObject({ prosumers: 1 });
  const erased = await annasData();
  expect(erased.prosumer).toEqual({ ...prosumer, name: '', address: '', erasedAt });
  expect(erased.sums).toEqual(sums);
  expect((await ports.prosumers.get('ben' as ProsumerId))?.prosumer.name).toBe('ben');
  const { items } = await ports.prosumerAudit.list(gridId, {}, { limit: 9 });
  expect(items[0]).toMatchObject({ action: 'erased', at: erasedAt, by: { kind: 'system' } });
  expect(items.filter(({ personal }) => personal?.prosumerId === anna)).toEqual([]);
  expect(await eraseExpired(ports)).toMatchObject({ prosumers: 0 });
  expect(await ports.prosumers.listUnrostered(9)).toEqual([]);
});

test('an operator need not wait for the days, but for all that needs the data', async () => {
  const { ports } = app;
  await leave();
  expect(await needs()).toEqual([
    'its timeframes until 2026-11-22T10:15:00Z are not all settled, or are corrected until 2026-11-24T10:15:00Z',
    'energy or a payment of it is in no final billing run',
    'what was answered when it was created is kept for 48 hours',
  ]);
  app.setClock('2026-11-24T10:14:59Z');
  expect(await needs()).toHaveLength(2);
  app.setClock('2026-11-24T10:15:00Z');
  expect(await needs()).toEqual(['energy or a payment of it is in no final billing run']);
  await bill();
  const { version } = await annasData();
  const other = await eraseProsumer(ports, anna, 'p1');
  expect(other).toMatchObject({ ok: false, refusal: { code: 'etag_mismatch' } });
  const erased = await eraseProsumer(ports, anna, `p${version}`);
  expect(erased).toMatchObject({ ok: true, value: { prosumer: { name: '', address: '' } } });
  expect(await eraseProsumer(ports, anna, undefined)).toEqual(erased);
});

test('who takes part, or may be settled anew, is not erased', async () => {
  const { ports } = app;
  await leave();
  await bill();
  const ben = await eraseProsumer(ports, 'ben' as ProsumerId, undefined);
  expect(ben).toMatchObject({
    ok: false,
    refusal: {
      errors: [{ detail: 'it is not deactivated' }, { detail: 'its timeframes have no end' }],
    },
  });
  const nobody = await eraseProsumer(ports, 'nobody' as ProsumerId, undefined);
  expect(nobody).toMatchObject({ ok: false, refusal: { code: 'prosumer_not_found' } });
});

test('nobody is erased while timeframes stay open', async () => {
  await leave({ paused: true });
  app.setClock('2027-12-01T08:00:00Z');
  expect(await eraseExpired(app.ports)).toMatchObject({ prosumers: 0 });
  expect(await needs()).toHaveLength(1);
});

test('without days it is erased as soon as nothing needs it', async () => {
  await leave({ correctionDays: 0, personalDataDays: 0 });
  await bill();
  expect(await eraseExpired(app.ports)).toMatchObject({ prosumers: 1 });
});

test('what is erased stays erased, and keeps its id', async () => {
  const { ports } = app;
  await leave();
  await bill();
  await eraseProsumer(ports, anna, undefined);
  const erased = await annasData();
  const refused = { ok: false, refusal: { code: 'prosumer_erased' } };
  expect(await changeProsumer(ports, anna, { name: 'Anna' }, undefined)).toMatchObject(refused);
  const challenge = await challengeAddress(ports, anna, address, ports.ids.next());
  expect(challenge).toMatchObject(refused);
  const again = await deactivateProsumer(ports, anna, undefined);
  expect(again).toEqual({ ok: true, value: erased });
  await expect(join(ports, 'anna')).rejects.toThrow('A prosumer anna that is not this one exists');
  expect(await annasData()).toEqual(erased);
});

test('a timeframe of somebody who is erased is never corrected, whatever the settings say later', async () => {
  const { ports } = app;
  await leave();
  await bill();
  app.setClock('2026-12-07T08:00:00Z');
  expect(await eraseExpired(ports)).toMatchObject({ prosumers: 1 });
  const { sums } = await annasData();
  const more = await changeGrid(ports, gridId, { correctionDays: 60 }, undefined);
  expect(more.ok).toBe(true);
  const after = '2026-11-22T10:15:00Z';
  await post(ports, quarter, { anna: 9_000, ben: -9_000 }, 2);
  await post(ports, after, { ben: -9_000 }, 2);
  await settle();
  const revisionsOf = async (timeframe: string) =>
    (await ports.closings.revisions(gridId, timeframe as Timeframe)).length;
  expect([await revisionsOf(quarter), await revisionsOf(after)]).toEqual([1, 2]);
  expect((await annasData()).sums).toEqual(sums);
});
