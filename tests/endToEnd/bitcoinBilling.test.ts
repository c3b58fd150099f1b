import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { signPsbt } from '../../local/signer/signPsbt.ts';
import { bitcoind, describeWithNode } from '../bitcoin/bitcoinNode.ts';
import { testWallet } from '../bitcoin/testWallet.ts';
import { buildBundle, cleanUp, type RunningApp } from './app.ts';
import { billTrades, type ModelBill, totalsOfBills } from './billingModel.ts';
import {
  type BitcoinStage,
  bindAddress,
  invoicesOf,
  requestIn,
  startBitcoinStage,
  textOf,
} from './bitcoinStage.ts';
import { sumOf } from './books.ts';
import { type Fields, fieldsIn } from './client.ts';
import { createHamlet, hamlet, hamletLast, hamletReadings, postsOf } from './hamlet.ts';
import { type NodeWallet, nodeAddressKinds } from './nodeWallets.ts';
import { settleThrough } from './settling.ts';

const limitMs = 180_000;
/** An hour before March begins in Berlin, so that there is a month before it. */
const activeFrom = '2021-02-28T22:00:00Z';
const marchFrom = '2021-02-28T23:00:00Z';
const february = '2021-02';
const march = '2021-03';
/** More than anybody owes for an hour: what February leaves is carried into March. */
const minimumSat = 3_000n;
/** What a grid asks for that says nothing. */
const confirmations = 3;
/** In a wallet beside what is to be paid, for the fee. */
const marginSat = 10_000n;
const runs = `/grids/${hamlet.id}/billing-runs`;
const payouts = `/grids/${hamlet.id}/payouts`;

describeWithNode('a month of sixteen homes, billed and settled through a node', () => {
  const grid = testWallet('hamlet');
  const homes = new Map<string, NodeWallet>();
  /** The transaction that each payer paid with. */
  const payments = new Map<string, string>();
  let stage: BitcoinStage;
  let app: RunningApp;
  let signer: NodeWallet;
  let trades: readonly Fields[];
  let before: readonly ModelBill[];
  let bills: readonly ModelBill[];
  let invoices: ReadonlyMap<string, Fields>;
  let payout: Fields;

  beforeAll(async () => {
    stage = await startBitcoinStage(buildBundle());
    app = stage.app;
    const key = grid.account.toBase58();
    signer = await stage.walletOf('signer', [`wpkh(${key}/0/*)`, `wpkh(${key}/1/*)`]);
    const readings = hamletReadings().filter(({ timeframe }) => timeframe >= activeFrom);
    const billing = { accountKey: grid.accountKey, minimumSat: String(minimumSat) };
    await createHamlet(app, readings, { activeFrom, billing });
    for (const post of postsOf(readings)) {
      await app.send('POST', `/grids/${hamlet.id}/readings`, { readings: post });
    }
  }, limitMs);

  afterAll(async () => {
    if (bitcoind !== undefined) await stage.stop();
    cleanUp();
  });

  const homeOf = (name: string) => {
    const wallet = homes.get(name);
    if (wallet === undefined) throw new Error(`${name} has no wallet`);
    return wallet;
  };

  test(
    'is previewed and made final as its trades alone say',
    async () => {
      const early = await app.send('POST', runs, { period: march });
      expect(early).toMatchObject({ blockedBy: 'billing_period_not_settled' });
      await app.send('PATCH', `/grids/${hamlet.id}`, { paused: false });
      await settleThrough(app, hamlet.id, hamletLast);
      trades = await app.all(`/trades?gridId=${hamlet.id}&limit=1000`);
      const inFebruary = ({ timeframe }: Fields) => String(timeframe) < marchFrom;
      before = billTrades(trades.filter(inFebruary), minimumSat);
      bills = billTrades(
        trades.filter((trade) => !inFebruary(trade)),
        minimumSat,
        { before },
      );
      expect(totalsOfBills(before)).toMatchObject({ invoiceCount: 0, payoutCount: 0 });
      const turn = await app.request('POST', `${runs}/${march}/finalize`);
      expect([turn.status, turn.body['code']]).toEqual([409, 'billing_period_not_next']);
      for (const [period, expected] of [
        [february, before],
        [march, bills],
      ] as const) {
        const { status, ...preview } = await app.send('POST', runs, { period });
        expect(status).toBe('preview');
        expect(preview).toMatchObject(totalsOfBills(expected));
        const final = await app.send('POST', `${runs}/${period}/finalize`, undefined);
        expect(final).toMatchObject({ ...preview, status: 'final' });
        const accounts = await app.all(`${runs}/${period}/accounts?limit=1000`);
        expect(accounts.map(({ lines: _, ...account }) => account)).toEqual(expected);
      }
    },
    limitMs,
  );

  test(
    'gives every payer a URI, and every payment of it credits its invoice',
    async () => {
      invoices = await invoicesOf(app, hamlet.id, march);
      expect(invoices.size).toBe(totalsOfBills(bills).invoiceCount);
      const requests = [...invoices].map(([id, { uri }]) => ({ id, ...requestIn(uri) }));
      expect(new Set(requests.map(({ address }) => address)).size).toBe(invoices.size);
      for (const { id, amountSat } of requests) {
        expect(String(-amountSat)).toBe(bills.find(({ accountId }) => accountId === id)?.billedSat);
        homes.set(id, await stage.walletOf(id));
      }
      await fund(requests);
      for (const { id, ...request } of requests) payments.set(id, await homeOf(id).pay(request));
      await stage.follow();
      await expectInvoices('seen');
      await stage.mine(confirmations - 1);
      await stage.follow();
      await expectInvoices('seen');
      await stage.mine(1);
      await stage.follow();
      await expectInvoices('paid');
    },
    limitMs,
  );

  /** Gives everybody what is to be paid, and something for the fee. */
  async function fund(requests: readonly { readonly id: string; readonly amountSat: bigint }[]) {
    const funding = requests.map(async ({ id, amountSat }) => {
      return { address: await homeOf(id).newAddress(), amountSat: amountSat + marginSat };
    });
    await stage.miner.pay(...(await Promise.all(funding)));
    await stage.mine(1);
  }

  async function expectInvoices(expected: 'seen' | 'paid'): Promise<void> {
    invoices = await invoicesOf(app, hamlet.id, march);
    for (const { status, amountSat, seenSat, creditedSat, outstandingSat } of invoices.values()) {
      const amounts =
        expected === 'seen'
          ? { seenSat: amountSat, creditedSat: '0', outstandingSat: amountSat }
          : { seenSat: '0', creditedSat: amountSat, outstandingSat: '0' };
      expect({ status, seenSat, creditedSat, outstandingSat }).toEqual({
        status: expected,
        ...amounts,
      });
    }
  }

  test(
    'pays out to addresses of every kind that their wallets have signed for',
    async () => {
      const payees = await app.all(`/grids/${hamlet.id}/payees?limit=1000`);
      expect(payees.map(({ prosumerId, amountSat }) => [prosumerId, amountSat])).toEqual(
        bills.filter(isPaid).map(({ accountId, billedSat }) => [accountId, billedSat]),
      );
      expect(payees).toHaveLength(nodeAddressKinds.length);
      for (const [at, { prosumerId }] of payees.entries()) {
        const id = String(prosumerId);
        const wallet = await stage.walletOf(id);
        homes.set(id, wallet);
        const address = await wallet.newAddress(nodeAddressKinds[at]);
        const sign = (message: string) => wallet.signMessage(address, message);
        const other = await bindAddress(app, id, address, (message) => sign(`${message} `));
        expect([other.status, other.body['code']]).toEqual([400, 'ownership_not_proven']);
        expect(await bindAddress(app, id, address, sign)).toMatchObject({ status: 200 });
      }
      payout = await app.send('POST', payouts, {});
      expect(payout).toMatchObject({
        status: 'built',
        payeeCount: payees.length,
        amountSat: String(sumOf(payees, 'amountSat')),
        anchor: trades.at(-1)?.['hash'],
      });
    },
    limitMs,
  );

  test(
    'is signed by the node and by the signer alike, and confirms',
    async () => {
      const path = `${payouts}/${payout['id']}`;
      const sent = await textOf(app, `${path}/psbt`);
      const byNode = await signer.signPsbt(sent);
      const bySigner = signPsbt(sent, grid.account);
      for (const signed of [byNode, bySigner]) {
        const finalized = await stage.node.rpc.call(['finalizepsbt', signed]);
        expect(finalized).toMatchObject({ complete: true });
        const { hex } = finalized as { readonly hex: string };
        expect(await stage.node.rpc.call(['testmempoolaccept', [hex]])).toMatchObject([
          { allowed: true, txid: payout['txid'] },
        ]);
      }
      const taken = await app.send('POST', `${path}/signature`, { psbt: byNode });
      expect(taken).toMatchObject({ status: 'broadcast', txid: payout['txid'] });
      const again = await app.send('POST', `${path}/signature`, { psbt: bySigner });
      expect(again).toEqual(taken);
      await stage.mine(confirmations);
      await stage.follow();
      payout = await app.get(path);
      expect(payout).toMatchObject({
        status: 'confirmed',
        confirmed: { txid: payout['txid'] },
      });
    },
    limitMs,
  );

  test(
    'leaves in every wallet what invoices, payouts and ledger say, to the satoshi',
    async () => {
      for (const [id, { address, amountSat }] of invoices) {
        expect(String(await signer.receivedSat(String(address)))).toBe(amountSat);
        const moved = await homeOf(id).movedSat(payments.get(id) ?? '');
        expect(String(-moved.amountSat)).toBe(amountSat);
        expect(await homeOf(id).balanceSat()).toBe(marginSat - moved.feeSat);
      }
      const payees = fieldsIn(payout, 'payees');
      for (const { prosumerId, address, amountSat, feeSat } of payees) {
        const sentSat = satIn(amountSat) - satIn(feeSat);
        expect(await homeOf(String(prosumerId)).receivedSat(String(address))).toBe(sentSat);
        expect(await homeOf(String(prosumerId)).balanceSat()).toBe(sentSat);
      }
      const { invoicesSat, payoutsSat, miniGridSat, powerPlantSat } = totalsOfBills(bills);
      const operatorFeeSat = satIn(payout['feeSat']) - sumOf(payees, 'feeSat');
      const leftSat = satIn(invoicesSat) - satIn(payoutsSat) - operatorFeeSat;
      expect(await signer.balanceSat()).toBe(leftSat);
      expect(leftSat + operatorFeeSat).toBe(satIn(miniGridSat) + satIn(powerPlantSat));
      for (const { accountId, balanceUsat } of await app.all(`/grids/${hamlet.id}/accounts`)) {
        const own = [...before, ...bills].filter((bill) => bill.accountId === accountId);
        const restUsat = satIn(own.at(-1)?.restUsat);
        expect(sumOf(own, 'billedSat') * 1_000_000n + restUsat).toBe(satIn(balanceUsat));
      }
    },
    limitMs,
  );

  test('anchors the last trade of the grid in the chain', async () => {
    const { txid, confirmed } = payout;
    const { blockHash } = confirmed as { readonly blockHash: string };
    const mined = await stage.node.rpc.call(['getrawtransaction', txid, 1, blockHash]);
    const { vout } = mined as { readonly vout: readonly { readonly scriptPubKey: object }[] };
    const anchors = vout.filter(
      ({ scriptPubKey }) => 'type' in scriptPubKey && scriptPubKey.type === 'nulldata',
    );
    expect(anchors).toMatchObject([{ scriptPubKey: { hex: `6a20${trades.at(-1)?.['hash']}` } }]);
  });
});

const isPaid = ({ accountId, billedSat }: ModelBill) =>
  accountId !== 'mini-grid' && accountId !== 'power-plant' && satIn(billedSat) > 0n;

function satIn(amount: unknown): bigint {
  return BigInt(String(amount));
}
