import { expect } from '@jest/globals';
import { accountKey } from '../operations/billingSamples.ts';
import type { TestApp } from '../operations/testApp.ts';
import type { Answer, Call } from './api.ts';

export const quarter = '2026-11-01T10:00:00Z';
export const afterQuarter = '2026-11-01T10:15:00Z';
/** When the stage is opened. */
export const opening = '2026-11-01T10:05:00Z';

export const gridBody = (id: string) => ({
  id,
  name: id,
  timeZone: 'Europe/Vienna',
  timeframeMinutes: 15,
  graceMinutes: 0,
  activeFrom: quarter,
  activeUntil: afterQuarter,
  market: { mechanism: 'auction' },
  tariff: {
    importPriceMsatPerKwh: 500_000,
    exportPriceMsatPerKwh: 100_000,
    gridFeeMsatPerKwh: 10_000,
  },
  billing: { accountKey },
});

/** What there is of everything that somebody may be kept from. */
export type AccessStage = { readonly aheadId: string; readonly invoiceId: string };

/**
 * Two mini grids that are settled and billed: of Anna and Ben, and of Carl. Anna has an order, a trade
 * ahead that was cancelled, and an invoice.
 */
export async function openAccessStage(app: TestApp, call: Call): Promise<AccessStage> {
  for (const [gridId, ids] of [
    ['lane', ['anna', 'ben']],
    ['mill', ['carl']],
  ] as const) {
    made(await call('POST', '/grids', gridBody(gridId)));
    for (const id of ids) {
      const home = { id, gridId, name: id, address: 'Lane 1', type: 'household' };
      made(await call('POST', '/prosumers', { ...home, activeFrom: quarter }));
    }
  }
  const order = { id: 'one', prosumerId: 'anna', side: 'buy', limitPriceMsatPerKwh: 300_000 };
  made(await call('POST', '/orders', order));
  const sale = { prosumerId: 'anna', timeframe: quarter, side: 'sell', energyWh: 1 };
  const ahead = made(await call('POST', '/trades', sale));
  const readings = [
    { prosumerId: 'anna', timeframe: quarter, producedWh: 0, consumedWh: 1_500 },
    { prosumerId: 'ben', timeframe: quarter, producedWh: 2_000, consumedWh: 0 },
  ];
  expect((await call('POST', '/grids/lane/readings', { readings })).body.accepted).toBe(2);
  app.setClock(afterQuarter);
  await app.tick();
  await app.drain();
  const run = await call('POST', '/grids/lane/billing-runs/2026-11/finalize');
  expect(run).toMatchObject({ status: 200, body: { status: 'final' } });
  const { body } = await call('GET', '/invoices?prosumerId=anna');
  return { aheadId: ahead.body.id, invoiceId: body.value[0].id };
}

function made(answer: Answer): Answer {
  expect([201, 202]).toContain(answer.status);
  return answer;
}
