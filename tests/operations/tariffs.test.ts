import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Instant, Timeframe } from '../../shared/domain/timeframe.ts';
import { msatPerKwh } from '../../shared/domain/units.ts';
import { changeGrid } from '../../shared/operations/changeGrid.ts';
import { deleteTariff } from '../../shared/operations/deleteTariff.ts';
import { type AskedVersion, putTariff } from '../../shared/operations/putTariff.ts';
import { entryOf } from '../contract/auditSamples.ts';
import { gridId, openGrid } from './smallGrid.ts';
import { openTestApp, type TestApp } from './testApp.ts';

const quarters = ['10:00', '10:15', '10:30', '10:45', '11:00'] as const;
const at = (time: string) => `2026-11-22T${time}:00Z` as Timeframe;
const tariffOf = (importPrice: number) => ({
  importPriceMsatPerKwh: msatPerKwh(importPrice),
  exportPriceMsatPerKwh: msatPerKwh(100_000),
  gridFeeMsatPerKwh: msatPerKwh(0),
});

let app: TestApp;
beforeEach(async () => {
  app = openTestApp('2026-11-22T10:31:00Z');
  await openGrid(app.ports);
});
afterEach(() => app.end());

function put(time: string, importPrice = 300_000, more: Partial<AskedVersion> = {}) {
  const asked = { validFrom: at(time), tariff: tariffOf(importPrice), ...more };
  return putTariff(app.ports, gridId, asked, undefined);
}

function take(time: string) {
  return deleteTariff(app.ports, gridId, at(time), undefined);
}

async function pause(paused: boolean): Promise<void> {
  const changed = await changeGrid(app.ports, gridId, { paused }, undefined);
  if (!changed.ok) throw new Error(changed.refusal.detail);
}

async function closeAll(): Promise<void> {
  await app.tick();
  await app.drain();
}

async function versions(): Promise<readonly (readonly [string, number])[]> {
  const terms = (await app.ports.grids.get(gridId))?.value.terms ?? [];
  return terms.map(({ validFrom, tariff }) => [
    validFrom.slice('2026-11-22T'.length, -':00Z'.length),
    tariff.importPriceMsatPerKwh,
  ]);
}

function codeOf(result: Awaited<ReturnType<typeof put | typeof take>>): string {
  return result.ok ? 'taken' : result.refusal.code;
}

async function codesOf(
  ask: (time: string) => ReturnType<typeof put | typeof take>,
): Promise<readonly string[]> {
  const codes: string[] = [];
  for (const time of quarters) codes.push(codeOf(await ask(time)));
  return codes;
}

describe('a version', () => {
  test('begins in the future while the grid runs', async () => {
    await closeAll();
    expect(await codesOf((time) => put(time))).toEqual([
      'tariff_settled',
      'tariff_settled',
      'setting_immutable',
      'taken',
      'taken',
    ]);
    expect(await versions()).toEqual([
      ['10:00', 500_000],
      ['10:45', 300_000],
      ['11:00', 300_000],
    ]);
  });

  test('that begins at this very second has begun', async () => {
    app.setClock('2026-11-22T10:44:59Z');
    expect(codeOf(await put('10:45'))).toBe('taken');
    app.setClock('2026-11-22T10:45:00Z');
    expect(codeOf(await put('10:45', 200_000))).toBe('setting_immutable');
    expect(codeOf(await take('10:45'))).toBe('setting_immutable');
  });

  test('may lie in the past while the grid is paused, after what is closed', async () => {
    app.setClock('2026-11-22T10:15:00Z');
    await closeAll();
    await pause(true);
    app.setClock('2026-11-22T10:46:00Z');
    expect(await codesOf((time) => put(time))).toEqual([
      'tariff_settled',
      'taken',
      'taken',
      'taken',
      'taken',
    ]);
    await pause(false);
    await closeAll();
    const prices = [];
    for (const time of quarters.slice(0, 3)) {
      const closing = await app.ports.closings.latest(gridId, at(time));
      prices.push(closing?.terms.tariff.importPriceMsatPerKwh);
    }
    expect(prices).toEqual([500_000, 300_000, 300_000]);
    await pause(true);
    expect(codeOf(await put('10:30', 200_000))).toBe('tariff_settled');
  });

  test('of the first timeframe can be replaced while nothing is closed, never taken away', async () => {
    await pause(true);
    expect(codeOf(await put('10:00', 400_000))).toBe('taken');
    expect(await versions()).toEqual([['10:00', 400_000]]);
    expect(codeOf(await take('10:00'))).toBe('setting_immutable');
  });

  test('of a first timeframe that is still to come stays too', async () => {
    app.setClock('2026-11-22T09:00:00Z');
    expect(codeOf(await take('10:00'))).toBe('setting_immutable');
    expect(codeOf(await put('10:00', 400_000))).toBe('taken');
    expect(await versions()).toEqual([['10:00', 400_000]]);
  });

  test('is taken away until it begins', async () => {
    await put('10:45');
    await put('11:00');
    expect(codeOf(await take('11:00'))).toBe('taken');
    app.setClock('2026-11-22T11:00:00Z');
    await closeAll();
    expect(codeOf(await take('10:45'))).toBe('tariff_settled');
    expect(await versions()).toEqual([
      ['10:00', 500_000],
      ['10:45', 300_000],
    ]);
  });

  test('asked for again is answered as it is, also once it is settled', async () => {
    const first = await put('10:45');
    const again = await put('10:45');
    expect(first).toMatchObject({ value: { isNew: true, isSettled: false } });
    expect(again).toMatchObject({ value: { isNew: false, etag: first.ok && first.value.etag } });
    app.setClock('2026-11-22T11:00:00Z');
    await closeAll();
    expect(await put('10:45')).toMatchObject({ value: { isNew: false, isSettled: true } });
    expect(codeOf(await put('10:45', 200_000))).toBe('tariff_settled');
  });

  test('moves with the first timeframe of the grid', async () => {
    app.setClock('2026-11-22T09:00:00Z');
    await put('10:30', 300_000);
    const move = (time: string) =>
      changeGrid(app.ports, gridId, { activeFrom: at(time) as Instant }, undefined);
    await move('10:15');
    expect(await versions()).toEqual([
      ['10:15', 500_000],
      ['10:30', 300_000],
    ]);
    await move('09:45');
    expect((await versions())[0]).toEqual(['09:45', 500_000]);
    await move('10:45');
    expect(await versions()).toEqual([['10:45', 300_000]]);
  });
});

describe('versions put at once', () => {
  test('are all there, whatever their order', async () => {
    await Promise.all([put('10:45', 1_000_000), put('11:00', 2_000_000), put('11:15', 3_000_000)]);
    expect(await versions()).toEqual([
      ['10:00', 500_000],
      ['10:45', 1_000_000],
      ['11:00', 2_000_000],
      ['11:15', 3_000_000],
    ]);
  });

  test('with the same content are made once', async () => {
    const both = await Promise.all([put('10:45'), put('10:45')]);
    expect(both.map((result) => result.ok && result.value.isNew).sort()).toEqual([false, true]);
    expect(await versions()).toHaveLength(2);
  });

  test('under the same tag: one is taken', async () => {
    const etag = (await app.ports.grids.get(gridId))?.etag;
    const ask = (time: string) =>
      putTariff(app.ports, gridId, { validFrom: at(time), tariff: tariffOf(300_000) }, etag);
    const both = await Promise.all([ask('10:45'), ask('11:00')]);
    expect(both.map(codeOf).sort()).toEqual(['etag_mismatch', 'taken']);
    expect(await versions()).toHaveLength(2);
  });

  test('while the grid is let run: what is in the past is then refused', async () => {
    await pause(true);
    const { replace } = app.ports.grids;
    let isFirst = true;
    const ports: TestApp['ports'] = {
      ...app.ports,
      grids: {
        ...app.ports.grids,
        replace: async (grid, etag, entry) => {
          if (isFirst) {
            isFirst = false;
            await pause(false);
            await closeAll();
          }
          return replace(grid, etag, entry);
        },
      },
    };
    const asked = { validFrom: at('10:15'), tariff: tariffOf(300_000) };
    expect(codeOf(await putTariff(ports, gridId, asked, undefined))).toBe('tariff_settled');
    expect(await versions()).toEqual([['10:00', 500_000]]);
  });
});

describe('too many', () => {
  const day = (at: number) =>
    `${new Date(Date.UTC(2027, 0, 1 + at)).toISOString().slice(0, 19)}Z` as Instant;
  const window = { from: '22:00', to: '06:00', ...tariffOf(200_000) };

  async function fill(count: number, windows: number): Promise<void> {
    const stored = await app.ports.grids.get(gridId);
    if (stored === undefined) throw new Error('the grid is there');
    const [first] = stored.value.terms;
    const tariff = { ...first.tariff, windows: Array(windows).fill(window) };
    const more = Array.from({ length: count }, (_, at) => ({
      ...first,
      validFrom: day(at),
      tariff: windows === 0 ? first.tariff : tariff,
    }));
    const filled = { ...stored.value, terms: [first, ...more] } as const;
    await app.ports.grids.replace(filled, stored.etag, entryOf());
  }

  test('are 401 versions, also by a change of the grid', async () => {
    await fill(398, 0);
    expect(codeOf(await put('10:45'))).toBe('taken');
    expect(codeOf(await put('11:00'))).toBe('tariffs_too_many');
    expect(codeOf(await put('10:45', 200_000))).toBe('taken');
    app.setClock('2026-11-22T11:01:00Z');
    const change = { tariff: tariffOf(300_000) };
    expect(await changeGrid(app.ports, gridId, change, undefined)).toMatchObject({
      refusal: { code: 'tariffs_too_many' },
    });
  });

  test('are 1001 windows', async () => {
    await fill(41, 24);
    const windows = (count: number) => ({
      tariff: { ...tariffOf(300_000), windows: Array(count).fill(window) },
    });
    expect(codeOf(await put('10:45', 0, windows(17)))).toBe('tariffs_too_many');
    expect(codeOf(await put('10:45', 0, windows(16)))).toBe('taken');
    expect(codeOf(await put('11:00', 0, windows(1)))).toBe('tariffs_too_many');
  });
});
