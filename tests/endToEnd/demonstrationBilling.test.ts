import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from '@jest/globals';
import { cleanUp, type RunningApp, startApp } from './app.ts';
import { type Fields, fieldsIn } from './client.ts';
import { createRandom, drawSeed } from './random.ts';

const limitMs = 300_000;
const kills = 6;
const grid = 'hamlet-last-month';

afterAll(cleanUp);

test(
  'a month of sixteen homes is billed and settled in bitcoin, killed at any moment of it, and nobody pays or is paid twice',
  async () => {
    const random = createRandom(drawSeed());
    let app = await startApp({ args: [] });
    const { dataDirectory } = app;
    await settleLastMonth(app);
    for (let kill = 0; kill < kills; kill += 1) {
      const billing = bill(app).catch(() => undefined);
      await sleep(random() * 1_500);
      await app.kill();
      await billing;
      app = await startApp({ args: [], dataDirectory });
    }
    const billed = await bill(app);
    await audit(app, String(billed?.['period']));
    expect(await bill(app)).toMatchObject({
      payoutId: billed?.['payoutId'],
      txid: billed?.['txid'],
    });
    await audit(app, String(billed?.['period']));
    expect(await app.stop()).toBe(0);
  },
  limitMs,
);

/** Bills for the first time until the month is settled, which is what takes long, and kills it there. */
async function settleLastMonth(app: RunningApp): Promise<void> {
  // Killed by whoever goes on once the run is final, it may fail by then; before that it may not.
  const billing = bill(app);
  await Promise.race([billing, untilFinal(app)]);
  billing.catch(() => undefined);
}

async function untilFinal(app: RunningApp): Promise<true> {
  const endMs = performance.now() + limitMs / 2;
  while (performance.now() < endMs) {
    const { status, body } = await app.request('GET', `/grids/${grid}/billing-runs`);
    if (status === 200 && fieldsIn(body, 'value').length > 0) return true;
    await sleep(20);
  }
  throw new Error(`no run became final: ${app.stdout()}${app.stderr()}`);
}

async function bill({ url }: RunningApp): Promise<Fields> {
  const response = await fetch(`${url}/admin/actions/bill`, { method: 'POST' });
  const body = (await response.json()) as Fields;
  if (response.status !== 200) throw new Error(JSON.stringify(body));
  return body;
}

/** Every satoshi of the run, of the invoices and of the payouts, held against each other. */
async function audit(app: RunningApp, period: string): Promise<void> {
  const run = await app.get(`/grids/${grid}/billing-runs/${period}`);
  expect(run).toMatchObject({ status: 'final', sumSat: '0', sumCarriedUsat: '0' });
  const invoices = await app.all(`/invoices?gridId=${grid}&limit=1000`);
  expect(invoices.length).toBe(Number(run['invoiceCount']));
  expect(sum(invoices, 'amountSat')).toBe(BigInt(String(run['invoicesSat'])));
  for (const { amountSat, creditedSat, seenSat } of invoices) {
    expect([creditedSat, seenSat]).toEqual([amountSat, '0']);
  }
  const payees = await app.all(`/grids/${grid}/payees?limit=1000`);
  expect(sum(payees, 'amountSat')).toBe(BigInt(String(run['payoutsSat'])));
  expect(payees.every(({ payoutId }) => typeof payoutId === 'string')).toBe(true);
  const payouts = await app.all(`/grids/${grid}/payouts?limit=1000`);
  expect(payouts.map(({ status }) => status)).toEqual(payouts.map(() => 'confirmed'));
  expect(sum(payouts, 'amountSat')).toBe(BigInt(String(run['payoutsSat'])));
}

function sum(items: readonly Fields[], field: string): bigint {
  return items.reduce((total, item) => total + BigInt(String(item[field])), 0n);
}
