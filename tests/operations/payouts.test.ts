import { describe, expect, test } from '@jest/globals';
import { Psbt } from 'bitcoinjs-lib';
import type { FeeRate } from '../../shared/domain/bitcoin.ts';
import type { GridId, ProsumerId } from '../../shared/domain/ids.ts';
import type { Payout, PayoutId } from '../../shared/domain/payout.ts';
import { awaitsSignature, newestVersion } from '../../shared/domain/payoutVersions.ts';
import { buildPayout } from '../../shared/operations/buildPayout.ts';
import { followPayouts } from '../../shared/operations/followPayouts.ts';
import { getPayout, getPayoutDocument, listPayees } from '../../shared/operations/getPayout.ts';
import { replacePayout } from '../../shared/operations/replacePayout.ts';
import { signPayout } from '../../shared/operations/signPayout.ts';
import { regtest, testWallet } from '../bitcoin/testWallet.ts';
import { bill } from '../contract/billingSamples.ts';
import { attempt, crashing } from './crashing.ts';
import { billed, follow, freshMoneyApp, type MoneyApp, openMoneyApp } from './moneyApp.ts';
import {
  bind,
  build,
  codeOf,
  fundGrid,
  granted,
  owingPayees,
  receivedSat,
  sentSat,
  sign,
  signedPsbt,
} from './payoutSteps.ts';
import { gridId, join, openGrid } from './smallGrid.ts';

const limit = 100;
const fresh = freshMoneyApp();
const owed = { a: 60_000n, b: 30_000n, c: 10_000n, d: 5_000n };

const owing = (app = fresh()) => owingPayees(app, () => billed(app, owed));

async function reread({ ports }: MoneyApp, { id }: Payout): Promise<Payout> {
  return granted(await getPayout(ports, gridId, id)).value;
}

async function waiting({ ports }: MoneyApp): Promise<readonly string[]> {
  return (await ports.payouts.listWaiting(gridId, limit)).map(({ prosumerId }) => prosumerId);
}

async function replace(app: MoneyApp, { id }: Payout, feeRate: number) {
  return replacePayout(app.ports, gridId, id, feeRate as FeeRate);
}

describe('a payout', () => {
  test('goes from built to confirmed and pays all who have an address', async () => {
    const app = await owing();
    const built = granted(await build(app)).value;
    expect(built).toMatchObject({ status: 'built' });
    expect(await waiting(app)).toEqual(['d']);
    expect(await sign(app, built)).toMatchObject({ status: 'broadcast' });
    await app.purse.mine(2);
    await follow(app);
    expect((await reread(app, built)).status).toBe('broadcast');
    await app.purse.mine(1);
    await follow(app);
    const confirmed = await reread(app, built);
    expect(confirmed.confirmed?.txid).toBe(newestVersion(built).txid);
    expect(confirmed.status).toBe('confirmed');
    const { feeSat } = newestVersion(built);
    expect(sentSat(built, 'a') + sentSat(built, 'b') + sentSat(built, 'c')).toBe(100_000n - feeSat);
    for (const name of ['a', 'b', 'c']) {
      expect(await receivedSat(app, name)).toBe(sentSat(built, name));
    }
    const { items } = granted(await listPayees(app.ports, gridId, { limit }));
    const paid = items.filter(({ payoutId }) => payoutId === built.id);
    expect(paid.map(({ prosumerId }) => prosumerId)).toEqual(['a', 'b', 'c']);
  });

  test.each([
    [2_000, 2_000],
    [99, 100],
    [0, 100],
    [200_000, 200_000],
    [200_001, 200_000],
    [5e12, 200_000],
    [undefined, 5_000],
  ])('at an estimate of %p sat/kvB pays %p', async (estimate, feeRate) => {
    const app = fresh();
    await owingPayees(app, () => billed(app, { a: 60_000_000n }));
    await fundGrid(app, [90_000_000n]);
    const estimateFeeRate = async () => estimate as FeeRate | undefined;
    const ports = { ...app.ports, chain: { ...app.ports.chain, estimateFeeRate } };
    const payoutId = app.ports.ids.next() as PayoutId;
    const built = granted(await buildPayout(ports, gridId, { payoutId })).value;
    expect(newestVersion(built).feeRate).toBe(feeRate);
  });

  test('of the rest spends the change of the first, once that is as deep as a payment must be', async () => {
    const app = await owing();
    const first = granted(await build(app)).value;
    await sign(app, first);
    await bind(app, 'd');
    for (const blocks of [0, 2]) {
      if (blocks > 0) await app.purse.mine(blocks);
      expect(codeOf(await build(app))).toBe('coins_insufficient');
    }
    await app.purse.mine(1);
    const built = granted(await build(app)).value;
    expect(newestVersion(built).coins).toMatchObject([
      { txid: newestVersion(first).txid, keyChain: 1 },
    ]);
    await sign(app, built);
    await app.purse.mine(3);
    await follow(app);
    expect(await receivedSat(app, 'd')).toBe(sentSat(built, 'd'));
    expect((await reread(app, built)).status).toBe('confirmed');
  });

  test('anchors the hash of the last closing', async () => {
    const app = await owing();
    const built = granted(await build(app)).value;
    const psbt = Psbt.fromBase64(await signedPsbt(app, built), { network: regtest });
    const script = Buffer.from(psbt.txOutputs.at(-1)?.script ?? []).toString('hex');
    expect(script).toBe(`6a20${newestVersion(built).anchor}`);
  });

  test('is the same again under the same id, and nothing for two at once', async () => {
    const app = await owing();
    const id = app.ports.ids.next() as PayoutId;
    const [one, other] = await Promise.all([build(app, id), build(app, id)]);
    expect(one).toEqual(other);
    expect(await build(app, id, 9_000)).toEqual(one);
    expect(codeOf(await build(app))).toBe('nothing_to_pay');
  });

  test('is built once by two at once', async () => {
    const app = await owing();
    const codes = (await Promise.all([build(app), build(app), build(app)])).map(codeOf).sort();
    expect(codes.filter((code) => code === 'ok')).toHaveLength(1);
    const lost = codes.filter((code) => code !== 'ok');
    for (const code of lost) expect(['concurrent_change', 'nothing_to_pay']).toContain(code);
    const { items } = await app.ports.payouts.list(gridId, { limit });
    expect(items).toHaveLength(1);
  });

  test('is refused without coins in blocks, an account key, or somebody to pay', async () => {
    const app = fresh();
    await owingPayees(app, () => billed(app, owed));
    const { ports } = app;
    const { chain: _, ...offline } = ports;
    expect(codeOf(await build({ ports: offline as typeof ports }))).toBe('chain_not_configured');
    granted(await build(app));
    await bind(app, 'd');
    expect(codeOf(await build(app))).toBe('coins_insufficient');
    const { address } = app.wallet.key(0, 0);
    await app.purse.fund(address, 50_000n);
    expect(codeOf(await build(app))).toBe('coins_insufficient');
    await app.purse.mine(3);
    expect(codeOf(await build(app))).toBe('ok');
  });

  test('pays nobody whose proof is another’s, whatever the database says', async () => {
    const app = await owing();
    const a = await app.ports.payouts.getAddress('a' as ProsumerId);
    const b = await app.ports.payouts.getAddress('b' as ProsumerId);
    if (a === undefined || b === undefined) throw new Error('they are bound');
    const addresses = new Map([
      ['a', { ...a, to: b.to }],
      ['b', { ...a, prosumerId: b.prosumerId }],
      ['c', { ...a, to: { ...a.to, script: b.to.script }, message: a.message }],
    ]) as never;
    const payouts = { ...app.ports.payouts, addressesOf: async () => addresses };
    expect(codeOf(await build({ ports: { ...app.ports, payouts } }))).toBe('nothing_to_pay');
  });
});

describe('a signature', () => {
  test('is taken again as it was, and another is not', async () => {
    const app = await owing();
    const built = granted(await build(app)).value;
    const psbt = await signedPsbt(app, built);
    const first = await signPayout(app.ports, gridId, built.id, psbt);
    expect(await signPayout(app.ports, gridId, built.id, psbt)).toEqual(first);
    const other = Psbt.fromBase64(psbt, { network: regtest });
    other.addUnknownKeyValToGlobal({ key: Buffer.from([0xfc]), value: Buffer.from('a remark') });
    expect(await signPayout(app.ports, gridId, built.id, other.toBase64())).toEqual(first);
    expect(codeOf(await signPayout(app.ports, gridId, built.id, 'cHNidP8='))).toBe(
      'payout_not_signable',
    );
  });

  test.each<[string, (psbt: Psbt, app: MoneyApp) => string]>([
    ['is missing', (psbt) => psbt.toBase64()],
    [
      'pays more',
      (psbt) => {
        const tx = psbt.data.globalMap.unsignedTx as unknown as {
          tx: { outs: { value: bigint }[] };
        };
        const [first] = tx.tx.outs;
        if (first !== undefined) first.value += 1n;
        return psbt.toBase64();
      },
    ],
    ['is of another key', (psbt) => signedBy(psbt, 'another')],
    ['is no PSBT', () => 'AAAA'],
    [
      'covers only a part',
      (psbt, { wallet }) => {
        for (const [at, input] of psbt.data.inputs.entries()) {
          psbt.updateInput(at, { sighashType: 0x03 });
          const [, index] = /\/(\d+)$/.exec(input.bip32Derivation?.[0]?.path ?? '') ?? [];
          psbt.signInput(at, wallet.key(0, Number(index)).node, [0x03]);
        }
        return psbt.toBase64();
      },
    ],
  ])('that %s is refused, and nothing is sent', async (_what, change) => {
    const app = await owing();
    const built = granted(await build(app)).value;
    const sent = granted(await getPayoutDocument(app.ports, gridId, built.id, 'psbt'));
    const psbt = change(Psbt.fromBase64(sent, { network: regtest }), app);
    const refused = await signPayout(app.ports, gridId, built.id, psbt);
    expect(codeOf(refused)).toBe('payout_signature_refused');
    expect(await reread(app, built)).toEqual(built);
    await app.purse.mine(3);
    await follow(app);
    expect(await receivedSat(app, 'a')).toBe(0n);
  });

  test('is kept where the network refuses it, and offered again', async () => {
    const app = await owing();
    const built = granted(await build(app)).value;
    const psbt = await signedPsbt(app, built);
    const chain = {
      ...app.ports.chain,
      test: async () => ({ ok: false, refusal: 'mempool full' }) as const,
    };
    const refused = await signPayout({ ...app.ports, chain }, gridId, built.id, psbt);
    expect(refused).toMatchObject({ refusal: { code: 'chain_refused' } });
    expect((await reread(app, built)).status).toBe('signed');
    await follow(app);
    expect((await reread(app, built)).status).toBe('broadcast');
  });

  test('stays taken when the chain forgets the transaction: it is sent again', async () => {
    const app = await owing();
    const built = granted(await build(app)).value;
    await sign(app, built);
    await app.purse.mine(2);
    await app.miner.undo(2);
    await follow(app);
    expect((await reread(app, built)).status).toBe('broadcast');
    await app.purse.mine(3);
    await follow(app);
    expect((await reread(app, built)).status).toBe('confirmed');
    expect(await receivedSat(app, 'a')).toBe(sentSat(built, 'a'));
  });
});

function signedBy(psbt: Psbt, name: string): string {
  const stranger = testWallet(name).key(0, 0).node;
  for (const [at, input] of psbt.data.inputs.entries()) {
    const own = input.bip32Derivation?.[0]?.pubkey ?? new Uint8Array();
    const signature = Buffer.concat([derOf(stranger.sign(Buffer.alloc(32, 1))), Buffer.from([1])]);
    psbt.updateInput(at, { partialSig: [{ pubkey: own, signature }] });
  }
  return psbt.toBase64();
}

/** R and S as positive integers of DER. */
function derOf(signature: Uint8Array): Buffer {
  const integer = (bytes: Uint8Array) => {
    const first = bytes[0] ?? 0;
    const value = first >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : Buffer.from(bytes);
    return Buffer.concat([Buffer.from([2, value.length]), value]);
  };
  const body = Buffer.concat([integer(signature.subarray(0, 32)), integer(signature.subarray(32))]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

describe('a replacement', () => {
  test('pays the same for a higher fee, once it is signed', async () => {
    const app = await owing();
    const built = granted(await build(app)).value;
    await sign(app, built);
    expect(codeOf(await replace(app, built, 1_999))).toBe('fee_rate_too_low');
    const replaced = granted(await replace(app, built, 6_000)).value;
    expect(replaced.status).toBe('broadcast');
    expect(awaitsSignature(replaced)).toBe(true);
    expect(newestVersion(replaced).outputs).toEqual(newestVersion(built).outputs);
    expect(newestVersion(replaced).feeSat).toBeGreaterThan(newestVersion(built).feeSat);
    expect(await replace(app, built, 6_000)).toMatchObject({ value: { value: replaced } });
    await sign(app, replaced);
    await app.purse.mine(3);
    await follow(app);
    const { status, confirmed } = await reread(app, built);
    expect(status).toBe('confirmed');
    expect(confirmed?.txid).toBe(newestVersion(replaced).txid);
    expect(await receivedSat(app, 'a')).toBe(sentSat(built, 'a'));
    expect(codeOf(await replace(app, built, 9_000))).toBe('payout_not_replaceable');
  });

  test('that is never signed leaves the first to confirm', async () => {
    const app = await owing();
    const built = granted(await build(app)).value;
    await sign(app, built);
    granted(await replace(app, built, 6_000));
    await app.purse.mine(3);
    await follow(app);
    const { confirmed } = await reread(app, built);
    expect(confirmed?.txid).toBe(newestVersion(built).txid);
    expect(await receivedSat(app, 'a')).toBe(sentSat(built, 'a'));
  });

  test('takes the place of a version whose signature then comes too late', async () => {
    const app = await owing();
    const built = granted(await build(app)).value;
    const late = await signedPsbt(app, built);
    const replaced = granted(await replace(app, built, 6_000)).value;
    expect(codeOf(await signPayout(app.ports, gridId, built.id, late))).toBe('payout_not_signable');
    await sign(app, replaced);
    await app.purse.mine(3);
    await follow(app);
    expect((await reread(app, built)).confirmed?.txid).toBe(newestVersion(replaced).txid);
  });

  test('takes further coins where the change does not suffice', async () => {
    const app = await owing();
    const built = granted(await build(app)).value;
    await fundGrid(
      app,
      [0n, 0n, 300_000n].map((sat) => sat || 1_000n),
    );
    const replaced = granted(await replace(app, built, 200_000)).value;
    const before = new Set(newestVersion(built).coins.map(({ txid, vout }) => `${txid}:${vout}`));
    const coins = newestVersion(replaced).coins.map(({ txid, vout }) => `${txid}:${vout}`);
    expect(coins.length).toBeGreaterThan(before.size);
    expect(coins.slice(0, before.size)).toEqual([...before]);
    await sign(app, replaced);
    await app.purse.mine(3);
    await follow(app);
    expect(await receivedSat(app, 'a')).toBe(sentSat(built, 'a'));
  });
});

test('two followers at once take a payout on as one does', async () => {
  const app = await owing();
  const built = granted(await build(app)).value;
  await sign(app, built);
  await app.purse.mine(3);
  const both = await Promise.all([followPayouts(app.ports), followPayouts(app.ports)]);
  expect(both.map(({ changes }) => changes).sort()).toEqual([0, 1]);
  expect((await reread(app, built)).status).toBe('confirmed');
  expect(await followPayouts(app.ports)).toEqual({ changes: 0 });
});

test('grids with one account never spend a coin that the other has taken', async () => {
  const app = await owing();
  const { ports, wallet } = app;
  const other = 'other' as GridId;
  await openGrid(ports, { id: other, billing: { accountKey: wallet.accountKey } });
  await join(ports, 'e', {}, other);
  await bind(app, 'e');
  await bill(ports.billing, { e: 20_000n }, { gridId: other });
  const feeRate = 2_000 as FeeRate;
  const ofOther = await buildPayout(ports, other, { payoutId: ports.ids.next() as never, feeRate });
  const coins = newestVersion(granted(ofOther).value).coins.map(({ txid }) => txid);
  expect(coins).toHaveLength(1);
  await fundGrid(app, [1_000n, 1_000n, 90_000n]);
  const own = newestVersion(granted(await build(app)).value).coins.map(({ txid }) => txid);
  expect(own.filter((txid) => coins.includes(txid))).toEqual([]);
});

/** Everything from what is owed to what is confirmed, each step under ports that may die. */
async function payAll(app: MoneyApp, ports: MoneyApp['ports'], id: PayoutId): Promise<void> {
  const dying = { ...app, ports };
  const built = granted(await build(dying, id)).value;
  await sign(dying, built);
  const replaced = granted(await replace(dying, built, 8_000)).value;
  await sign(dying, replaced);
  await app.purse.mine(3);
  await follow(dying);
}

test('a crash at any call of a port pays everybody once', async () => {
  for (let crashAt = 1; ; crashAt += 1) {
    const app = await openMoneyApp();
    await owing(app);
    const id = app.ports.ids.next() as PayoutId;
    const { ports } = crashing(app.ports, crashAt);
    const isDone = await attempt(() => payAll(app, ports, id));
    await attempt(() => payAll(app, app.ports, id)).catch(ignoreConfirmed);
    await follow(app);
    const { items } = await app.ports.payouts.list(gridId, { limit });
    expect(items).toHaveLength(1);
    for (const name of ['a', 'b', 'c']) {
      const sent = items[0] === undefined ? 0n : sentSat(items[0].value, name);
      expect([crashAt, await receivedSat(app, name)]).toEqual([crashAt, sent]);
    }
    expect(await waiting(app)).toEqual(['d']);
    expect(items[0]?.value.status).toBe('confirmed');
    app.end();
    if (isDone) {
      expect(crashAt).toBeGreaterThan(30);
      return;
    }
  }
}, 300_000);

/** What was confirmed before the crash is no longer replaced. */
function ignoreConfirmed(error: unknown): void {
  if (!(error instanceof Error) || !error.message.startsWith('payout_not_replaceable')) throw error;
}
