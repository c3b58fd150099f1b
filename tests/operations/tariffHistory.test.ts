import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { localTimeOf } from '../../shared/domain/localTime.ts';
import { termsAt } from '../../shared/domain/terms.ts';
import { addMinutes, type Instant, timeframeAt } from '../../shared/domain/timeframe.ts';
import { msatPerKwh } from '../../shared/domain/units.ts';
import { changeGrid } from '../../shared/operations/changeGrid.ts';
import { deleteTariff } from '../../shared/operations/deleteTariff.ts';
import { putTariff } from '../../shared/operations/putTariff.ts';
import { gridId, openGrid } from './smallGrid.ts';
import { openTestApp, type TestApp } from './testApp.ts';

const start = '2026-11-22T10:00:00Z' as Instant;
const tariffOf = (price: number) => ({
  importPriceMsatPerKwh: msatPerKwh(price),
  exportPriceMsatPerKwh: msatPerKwh(0),
  gridFeeMsatPerKwh: msatPerKwh(0),
});
/** A price of its own in one quarter of each hour. */
const withWindow = (price: number, hour: number) => ({
  ...tariffOf(price),
  windows: [{ from: `${hour}:15`, to: `${hour}:30`, ...tariffOf(price + 1) }],
});

/** So many timeframes from the one that is running, where what is allowed changes. */
const anyOffset = fc.integer({ min: -3, max: 4 });
const anyPrice = fc.integer({ min: 1, max: 999 }).map((price) => price * 1_000);
const anyStep = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), offset: anyOffset, price: anyPrice }),
  fc.record({ kind: fc.constant('delete' as const), offset: anyOffset }),
  fc.record({ kind: fc.constant('patch' as const), price: anyPrice }),
  fc.record({ kind: fc.constant('pause' as const), paused: fc.boolean() }),
  fc.record({ kind: fc.constant('close' as const), minutes: fc.integer({ min: 1, max: 40 }) }),
);
type Step = typeof anyStep extends fc.Arbitrary<infer S> ? S : never;

async function take(app: TestApp, step: Step): Promise<void> {
  const { ports } = app;
  if (step.kind === 'close') {
    app.setClock(addMinutes(ports.clock.now(), step.minutes));
    await app.tick();
    await app.drain();
  } else if (step.kind === 'pause') {
    await changeGrid(ports, gridId, { paused: step.paused }, undefined);
  } else if (step.kind === 'patch') {
    await changeGrid(ports, gridId, { tariff: tariffOf(step.price) }, undefined);
  } else {
    const validFrom = addMinutes(timeframeAt(ports.clock.now(), 15), step.offset * 15);
    if (step.kind === 'delete') await deleteTariff(ports, gridId, validFrom, undefined);
    else {
      const { minuteOfDay } = localTimeOf(validFrom, 'Europe/Berlin');
      const tariff = withWindow(step.price, Math.floor(minuteOfDay / 60));
      await putTariff(ports, gridId, { validFrom, tariff }, undefined);
    }
  }
}

/** What each timeframe that is closed was settled with, by its start. */
async function settledTerms(app: TestApp): Promise<readonly (readonly [string, unknown])[]> {
  const { items } = await app.ports.closings.list(gridId, {}, { limit: 1_000 });
  return items.map(({ timeframe, terms }) => [timeframe, terms]);
}

test('whatever is put, taken away and patched: what was settled stays what the versions say', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 5, maxLength: 30 }), async (steps) => {
      const app = openTestApp(start);
      try {
        await openGrid(app.ports, { tariff: withWindow(500_000, 11) });
        let before: Awaited<ReturnType<typeof settledTerms>> = [];
        for (const step of steps) {
          await take(app, step);
          const settled = await settledTerms(app);
          expect(settled.slice(0, before.length)).toEqual(before);
          before = settled;
        }
        const grid = (await app.ports.grids.get(gridId))?.value;
        if (grid === undefined) throw new Error('the grid is there');
        const { items } = await app.ports.closings.list(gridId, {}, { limit: 1_000 });
        for (const { timeframe, terms } of items) expect(terms).toEqual(termsAt(grid, timeframe));
        const starts = grid.terms.map(({ validFrom }) => validFrom);
        expect(starts).toEqual([...new Set(starts)].sort());
        expect(starts[0]).toBe(start);
      } finally {
        app.end();
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);
