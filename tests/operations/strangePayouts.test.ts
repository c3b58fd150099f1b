import { expect, test } from '@jest/globals';
import type { FeeRate } from '../../shared/domain/bitcoin.ts';
import type { Payout } from '../../shared/domain/payout.ts';
import { newestVersion } from '../../shared/domain/payoutVersions.ts';
import { satoshi } from '../../shared/domain/units.ts';
import { followPayouts } from '../../shared/operations/followPayouts.ts';
import { getPayout, getPayoutDocument } from '../../shared/operations/getPayout.ts';
import { replacePayout } from '../../shared/operations/replacePayout.ts';
import { bill } from '../contract/billingSamples.ts';
import { december } from '../contract/samples.ts';
import { billed, follow, freshMoneyApp, type MoneyApp } from './moneyApp.ts';
import {
  bind,
  build,
  fundGrid,
  granted,
  owingPayees,
  receivedSat,
  sentSat,
  sign,
  signedPsbt,
} from './payoutSteps.ts';
import { gridId, join } from './smallGrid.ts';

const fresh = freshMoneyApp();
const owing = () =>
  owingPayees(fresh(), (app) => billed(app, { a: 60_000n, b: 30_000n, c: 9_000n }));

/** Signs the last version of a payout and sends it, as another wallet than the app would. */
async function sendElsewhere(app: MoneyApp, payout: Payout): Promise<string> {
  const { bitcoin, chain } = app.ports;
  const sent = granted(await getPayoutDocument(app.ports, gridId, payout.id, 'psbt'));
  const finished = bitcoin.finishPayout(sent, await signedPsbt(app, payout));
  if (!finished.ok) throw new Error(finished.refusal);
  expect(await chain.broadcast(finished.value.hex)).toMatchObject({ ok: true });
  return finished.value.txid;
}

async function reread({ ports }: MoneyApp, { id }: Payout): Promise<Payout> {
  return granted(await getPayout(ports, gridId, id)).value;
}

test('a payout that was signed and sent without the app is followed like any other', async () => {
  const app = await owing();
  const built = granted(await build(app)).value;
  await follow(app);
  expect((await reread(app, built)).status).toBe('built');
  const txid = await sendElsewhere(app, built);
  await follow(app);
  expect(await reread(app, built)).toMatchObject({ status: 'broadcast' });
  await app.purse.mine(3);
  await follow(app);
  expect(await reread(app, built)).toMatchObject({ status: 'confirmed', confirmed: { txid } });
  expect(await receivedSat(app, 'a')).toBe(sentSat(built, 'a'));
});

test('so is a version that was replaced before it was handed back', async () => {
  const app = await owing();
  const first = granted(await build(app)).value;
  const txid = await sendElsewhere(app, first);
  const second = granted(await replacePayout(app.ports, gridId, first.id, 9_000 as FeeRate)).value;
  await app.purse.mine(3);
  await follow(app);
  expect(newestVersion(second).txid).not.toBe(txid);
  expect(await reread(app, first)).toMatchObject({ status: 'confirmed', confirmed: { txid } });
  expect(await receivedSat(app, 'b')).toBe(sentSat(first, 'b'));
});

test('a version that is signed takes the place of one that was sent without the app', async () => {
  const app = await owing();
  const first = granted(await build(app)).value;
  await sendElsewhere(app, first);
  const second = granted(await replacePayout(app.ports, gridId, first.id, 9_000 as FeeRate)).value;
  await sign(app, second);
  await app.purse.mine(3);
  await follow(app);
  const { txid } = newestVersion(second);
  expect(await reread(app, first)).toMatchObject({ status: 'confirmed', confirmed: { txid } });
});

test('payees behind many who have no address are paid', async () => {
  const app = fresh();
  const names = Array.from({ length: 10_001 }, (_, n) => `n${n}`);
  await owingPayees(app, async ({ ports }) => {
    await bill(ports.billing, Object.fromEntries(names.map((name) => [name, 2_000n])), { gridId });
    await bill(ports.billing, { z: 60_000n }, { gridId, period: december });
  });
  await join(app.ports, 'z');
  await bind(app, 'z');
  const built = granted(await build(app)).value;
  expect(newestVersion(built).outputs).toMatchObject([{ prosumerId: 'z', amountSat: 60_000n }]);
});

test('coins that suffice, but not as many as one transaction spends, are named as such', async () => {
  const app = await owing();
  const [coin] = await app.ports.chain.coins(app.wallet.watched(2), 1);
  if (coin === undefined) throw new Error('the grid has coins');
  const small = Array.from({ length: 600 }, (_, vout) => {
    return { ...coin, vout: vout + 1_000, amountSat: satoshi(190n) };
  });
  const ports = { ...app.ports, chain: { ...app.ports.chain, coins: async () => small } };
  expect(await build({ ports })).toMatchObject({ refusal: { code: 'coins_too_many' } });
});

test('what is refused gives no address of the wallet away', async () => {
  const app = fresh();
  await owingPayees(app, (of) => billed(of, { a: 90_000_000n }));
  const given = () => app.ports.wallets.allocatedCount(app.wallet.walletId, 1);
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    expect(await build(app)).toMatchObject({ refusal: { code: 'coins_insufficient' } });
  }
  expect(await given()).toBe(0);
  await fundGrid(app, [99_000_000n]);
  const built = granted(await build(app)).value;
  expect([await given(), newestVersion(built).change?.index]).toEqual([1, 0]);
  const again = granted(await replacePayout(app.ports, gridId, built.id, 9_000 as FeeRate)).value;
  expect([await given(), newestVersion(again).change?.index]).toEqual([1, 0]);
});

test('a payout that cannot be followed holds up no other', async () => {
  const app = await owing();
  const first = granted(await build(app)).value;
  await sign(app, first);
  await app.purse.mine(3);
  await bill(app.ports.billing, { d: 20_000n }, { gridId, period: december });
  await bind(app, 'd');
  const second = granted(await build(app)).value;
  await sign(app, second);
  await app.purse.mine(3);
  const { chain } = app.ports;
  const places: typeof chain.places = async (txids) => {
    if (txids.includes(newestVersion(first).txid)) throw new Error('the node cannot say');
    return chain.places(txids);
  };
  const ports = { ...app.ports, chain: { ...chain, places } };
  await expect(followPayouts(ports)).rejects.toThrow('cannot say');
  expect((await reread(app, first)).status).toBe('broadcast');
  expect((await reread(app, second)).status).toBe('confirmed');
});
