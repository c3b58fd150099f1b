import { expect } from '@jest/globals';
import { signMessage } from '../../local/signer/signMessage.ts';
import { signPsbt } from '../../local/signer/signPsbt.ts';
import { billed, type MoneyApp, openMoneyApp, openPaidGrid } from '../operations/moneyApp.ts';
import { bind, fundGrid, walletOf } from '../operations/payoutSteps.ts';
import { afterQuarter, gridBody, opening, quarter } from './accessStage.ts';
import { type Answer, type Call, openApi } from './api.ts';

/** One of every kind of document that the API shows, each in a state in which it can change. */
export type WholeStage = {
  readonly app: MoneyApp;
  readonly call: Call;
  /** Recorded, of `lane`. */
  readonly tradeId: string;
  /** Pending, of Ada, for `next`. */
  readonly aheadId: string;
  /** Open, of Hugo. */
  readonly orderId: string;
  /** Of Cem; nothing of it is paid. */
  readonly invoiceId: string;
};

const now = '2026-12-01T08:00:00Z';
/** A timeframe that can be traded ahead. */
export const next = '2026-12-01T09:00:00Z';
export const later = '2026-12-02T09:00:00Z';
export const payouts = '/grids/grid/payouts';
export const anyReading = {
  prosumerId: 'ada',
  timeframe: '2026-12-01T07:30:00Z',
  producedWh: 0,
  consumedWh: 5,
};
export const anyTariff = { tariff: gridBody('lane').tariff };

/**
 * `lane` is settled and billed, and Eve has left it for good, `mill` is settled and can be billed, `hall` takes orders, and `grid` has
 * a wallet with coins, owes Ada and Ben, whose addresses are bound, and is owed by Cem.
 */
export async function openWholeStage(): Promise<WholeStage> {
  const app = await openMoneyApp();
  const call = openApi(app.ports);
  app.setClock(opening);
  await settleLanes(app, call);
  app.setClock(now);
  made(await call('DELETE', '/prosumers/eve'));
  await openPaidGrid(app, ['ada', 'ben', 'cem']);
  made(await call('PUT', `/grids/grid/tariffs/${later}`, anyTariff));
  await billed(app, { ada: 60_000n, ben: 30_000n, cem: -70_000n });
  for (const name of ['ada', 'ben']) await bind(app, name);
  await fundGrid(app, [100_000n, 100_000n]);
  const hall = { ...gridBody('hall'), activeFrom: next, activeUntil: undefined };
  made(await call('POST', '/grids', hall));
  made(await call('POST', '/prosumers', homeOf('hugo', 'hall')));
  const order = made(await call('POST', '/orders', orderOf('hugo')));
  const ahead = made(await call('POST', '/trades', saleOf('ada')));
  const { body: trades } = await call('GET', '/trades?gridId=lane');
  const { body: invoices } = await call('GET', '/invoices?prosumerId=cem');
  return {
    app,
    call,
    tradeId: trades.value[0].id,
    aheadId: ahead.body.id,
    orderId: order.body.id,
    invoiceId: invoices.value[0].id,
  };
}

async function settleLanes(app: MoneyApp, call: Call): Promise<void> {
  for (const [gridId, seller, buyer] of [
    ['lane', 'anna', 'bert'],
    ['mill', 'carl', 'dora'],
  ] as const) {
    made(await call('POST', '/grids', { ...gridBody(gridId), correctionDays: 7 }));
    for (const id of [seller, buyer]) {
      made(await call('POST', '/prosumers', { ...homeOf(id, gridId), activeFrom: quarter }));
    }
    const readings = [
      { prosumerId: seller, timeframe: quarter, producedWh: 2_000, consumedWh: 0 },
      { prosumerId: buyer, timeframe: quarter, producedWh: 0, consumedWh: 9_000 },
    ];
    const posted = await call('POST', `/grids/${gridId}/readings`, { readings });
    expect(posted.body.accepted).toBe(2);
  }
  const gone = { ...homeOf('eve', 'lane'), activeFrom: quarter, activeUntil: afterQuarter };
  made(await call('POST', '/prosumers', gone));
  app.setClock(afterQuarter);
  await app.tick();
  await app.drain();
  const run = await call('POST', '/grids/lane/billing-runs/2026-11/finalize');
  expect(run).toMatchObject({ status: 200, body: { status: 'final' } });
}

export function homeOf(id: string | undefined, gridId: string) {
  return { ...(id && { id }), gridId, name: 'Home', address: 'Lane 1', type: 'household' };
}

export function orderOf(prosumerId: string) {
  return { prosumerId, timeframe: next, side: 'buy', limitPriceMsatPerKwh: 300_000 };
}

export function saleOf(prosumerId: string) {
  return { prosumerId, timeframe: next, side: 'sell', energyWh: 10 };
}

/** The body of a challenge, and then what answers it, for an address of Ada's other than the bound one. */
export function adasAddress(index: number): string {
  return walletOf('ada').key(0, index).address;
}

export async function answerOf({ call }: WholeStage, index: number): Promise<object> {
  const { address, node } = walletOf('ada').key(0, index);
  const path = '/prosumers/ada/payout-address/challenge';
  const { message, nonce } = made(await call('POST', path, { address })).body;
  return { address, nonce, signature: signMessage(node, 'p2wpkh', message) };
}

/** Builds a payout of Ada and Ben; answers its path. */
export async function builtPayout({ call }: WholeStage): Promise<string> {
  const { body } = made(await call('POST', payouts, { feeRateSatPerKvb: 2_000 }));
  return `${payouts}/${body.id}`;
}

export async function signedPsbt({ app, call }: WholeStage, path: string): Promise<string> {
  return signPsbt(made(await call('GET', `${path}/psbt`)).body, app.wallet.account);
}

/** The answer, which must be no refusal. */
export function made(answer: Answer): Answer {
  if (answer.status >= 300) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return answer;
}
