import { beforeEach, describe, expect, test } from '@jest/globals';
import { signMessage } from '../../local/signer/signMessage.ts';
import { signPsbt } from '../../local/signer/signPsbt.ts';
import {
  billed,
  follow,
  freshMoneyApp,
  type MoneyApp,
  openPaidGrid,
} from '../operations/moneyApp.ts';
import { fundGrid, walletOf } from '../operations/payoutSteps.ts';
import { type Answer, type Call, openApi } from './api.ts';

const fresh = freshMoneyApp();
const payouts = '/grids/grid/payouts';
let app: MoneyApp;
let call: Call;

beforeEach(async () => {
  app = fresh();
  call = openApi(app.ports);
  await openPaidGrid(app, ['a', 'b', 'c']);
  await billed(app, { a: 60_000n, b: 30_000n, c: -70_000n });
  await fundGrid(app, [100_000n, 100_000n]);
});

function ok({ status, body }: Answer, wanted = 200): Answer['body'] {
  expect([status, body.code]).toEqual([wanted, undefined]);
  return body;
}

async function bind(name: string): Promise<Answer['body']> {
  const { address, node } = walletOf(name).key(0, 0);
  const path = `/prosumers/${name}/payout-address`;
  const { message, nonce } = ok(await call('POST', `${path}/challenge`, { address }));
  const signature = signMessage(node, 'p2wpkh', message);
  return ok(await call('PUT', path, { address, nonce, signature }));
}

async function build(body: object = { feeRateSatPerKvb: 2_000 }, key?: string) {
  const headers = key === undefined ? {} : { 'idempotency-key': key };
  return call('POST', payouts, body, headers);
}

async function sign(id: string): Promise<Answer> {
  const psbt = (await call('GET', `${payouts}/${id}/psbt`)).body;
  const signed = `${signPsbt(psbt, app.wallet.account)}\n`;
  return call('POST', `${payouts}/${id}/signature`, { psbt: signed });
}

describe('over HTTP', () => {
  test('a payout is built, signed, replaced, signed again and confirmed', async () => {
    const { address } = walletOf('a').key(0, 0);
    expect(await bind('a')).toMatchObject({ prosumerId: 'a', gridId: 'grid', address });
    await bind('b');
    const answer = await build();
    const built = ok(answer, 201);
    expect(answer.headers['location']).toBe(`/api${payouts}/${built.id}`);
    expect(built).toMatchObject({
      status: 'built',
      awaitsSignature: true,
      payeeCount: 2,
      amountSat: '90000',
      payees: [
        { prosumerId: 'a', periods: ['2026-11'], amountSat: '60000', address },
        { prosumerId: 'b', amountSat: '30000' },
      ],
      versions: [{ feeRateSatPerKvb: 2_000, isSigned: false }],
    });
    const manifest = ok(await call('GET', `${payouts}/${built.id}/manifest`));
    expect(manifest).toMatchObject({ payoutId: built.id, txid: built.txid, network: 'regtest' });

    expect(ok(await sign(built.id))).toMatchObject({ status: 'broadcast', awaitsSignature: false });
    const path = `${payouts}/${built.id}/replacement`;
    const replaced = ok(await call('POST', path, { feeRateSatPerKvb: 7_000 }));
    expect(replaced).toMatchObject({ status: 'broadcast', awaitsSignature: true });
    expect(replaced.payees).toEqual(built.payees);
    ok(await sign(built.id));
    await app.purse.mine(3);
    await follow(app);
    const confirmed = ok(await call('GET', `${payouts}/${built.id}`));
    expect(confirmed).toMatchObject({ status: 'confirmed', confirmed: { txid: replaced.txid } });
    const { payees: _, ...summary } = confirmed;
    expect(ok(await call('GET', payouts)).value).toEqual([summary]);
    expect(ok(await call('GET', '/grids/grid/payees?limit=1'))).toMatchObject({
      value: [{ prosumerId: 'a', period: '2026-11', amountSat: '60000', payoutId: built.id }],
      nextLink: expect.stringContaining('cursor='),
    });
  });

  test('a payout under one Idempotency-Key is one payout', async () => {
    await bind('a');
    const built = ok(await build({}, 'november'), 201);
    await bind('b');
    expect(ok(await build({}, 'november'), 201).id).toBe(built.id);
    expect(await build({ feeRateSatPerKvb: 9_000 }, 'november')).toMatchObject({ status: 409 });
    expect(ok(await build({}), 201).id).not.toBe(built.id);
  });

  test('the list of payees goes on at its cursor', async () => {
    const first = ok(await call('GET', '/grids/grid/payees?limit=1'));
    const next = new URL(first.nextLink);
    const second = ok(await call('GET', `/grids/grid/payees${next.search}`));
    expect(second.value).toMatchObject([{ prosumerId: 'b' }]);
    expect(second.nextLink).toBeUndefined();
  });
});

describe('is refused', () => {
  test.each<[string, string, string, unknown, number, string]>([
    ['a payout of nobody', 'POST', payouts, {}, 409, 'nothing_to_pay'],
    ['a payout of no grid', 'POST', '/grids/none/payouts', {}, 404, 'grid_not_found'],
    ['an unknown field', 'POST', payouts, { feeRate: 1 }, 400, 'validation_failed'],
    ['a fee rate of nothing', 'POST', payouts, { feeRateSatPerKvb: 0 }, 400, 'validation_failed'],
    ['no such payout', 'GET', `${payouts}/none`, undefined, 404, 'payout_not_found'],
    ['no such PSBT', 'GET', `${payouts}/none/psbt`, undefined, 404, 'payout_not_found'],
    [
      'a signature of none',
      'POST',
      `${payouts}/none/signature`,
      { psbt: 'AAAA' },
      404,
      'payout_not_found',
    ],
    [
      'a PSBT that is no base64',
      'POST',
      `${payouts}/none/signature`,
      { psbt: '!' },
      400,
      'validation_failed',
    ],
    ['payouts of no grid', 'GET', '/grids/none/payouts', undefined, 404, 'grid_not_found'],
    ['payees of no grid', 'GET', '/grids/none/payees', undefined, 404, 'grid_not_found'],
    [
      'no address yet',
      'GET',
      '/prosumers/a/payout-address',
      undefined,
      404,
      'payout_address_not_found',
    ],
    [
      'an address that is none',
      'POST',
      '/prosumers/a/payout-address/challenge',
      { address: 'x' },
      400,
      'address_invalid',
    ],
    ['a deletion', 'DELETE', '/prosumers/a/payout-address', undefined, 405, 'method_not_allowed'],
  ])('%s', async (_what, method, path, body, status, code) => {
    const answer = await call(method, path, body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  test('a payout of another grid', async () => {
    await bind('a');
    const { id } = ok(await build(), 201);
    await openPaidGridNamed('other');
    expect(await call('GET', `/grids/other/payouts/${id}`)).toMatchObject({ status: 404 });
  });
});

async function openPaidGridNamed(id: string): Promise<void> {
  const { value } = ok(await call('GET', '/grids'));
  const { market, tariff, name, timeZone, timeframeMinutes, graceMinutes, activeFrom } = value[0];
  const settings = { market, tariff, name, timeZone, timeframeMinutes, graceMinutes, activeFrom };
  ok(await call('POST', '/grids', { id, ...settings }), 201);
}
