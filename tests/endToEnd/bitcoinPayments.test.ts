import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { signMessage } from '../../local/signer/signMessage.ts';
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
import { createLane, lane } from './lane.ts';
import type { NodeWallet } from './nodeWallets.ts';
import { settleThrough } from './settling.ts';

const limitMs = 180_000;
const confirmations = 3;
const buried = 100;
const fundedSat = 1_000_000n;
const [may, june] = lane.months;
const producers = ['roof', 'sun'];
/** Each does with its invoice of May what its name says. */
const consumers = ['fine', 'gone', 'over', 'part', 'raised', 'stolen', 'twice', 'undone', 'voided'];
const partSat = 40_000n;
const tooMuchSat = 12_345n;
/** What the voided invoice was paid too little. */
const missingSat = 7n;
/** Under what is dust for no script. */
const minimumSat = 600n;

describeWithNode('payments through a node that are not as they should be', () => {
  const grid = testWallet('lane');
  const wallets = new Map<string, NodeWallet>();
  const billing = {
    accountKey: grid.accountKey,
    payoutFeePaidBy: 'operator',
    minimumSat: String(minimumSat),
  };
  let stage: BitcoinStage;
  let app: RunningApp;
  let signer: NodeWallet;
  let trades: readonly Fields[];
  let bills: readonly ModelBill[];

  beforeAll(async () => {
    stage = await startBitcoinStage(buildBundle());
    app = stage.app;
    const key = grid.account.toBase58();
    signer = await stage.walletOf('signer', [`wpkh(${key}/0/*)`, `wpkh(${key}/1/*)`]);
    for (const name of consumers) wallets.set(name, await stage.walletOf(name));
    const funding = consumers.map(async (name) => {
      return { address: await walletOf(name).newAddress(), amountSat: fundedSat };
    });
    await stage.miner.pay(...(await Promise.all(funding)));
    await stage.mine(1);
    await createLane(app, { producers, consumers }, billing);
    await settleThrough(app, lane.id, lane.last);
    trades = await app.all(`/trades?gridId=${lane.id}&limit=1000`);
    bills = billTrades(tradesOf(may), minimumSat);
    const run = await app.send('POST', `/grids/${lane.id}/billing-runs/${may}/finalize`, undefined);
    expect(run).toMatchObject(totalsOfBills(bills));
    expect(run).toMatchObject({ invoiceCount: consumers.length, payoutCount: producers.length });
  }, limitMs);

  afterAll(async () => {
    if (bitcoind !== undefined) await stage.stop();
    cleanUp();
  });

  const tradesOf = (period: string) =>
    trades.filter(({ timeframe }) => String(timeframe).startsWith(period));

  function walletOf(name: string): NodeWallet {
    const wallet = wallets.get(name);
    if (wallet === undefined) throw new Error(`${name} has no wallet`);
    return wallet;
  }

  const invoiceOf = (name: string, period: string = may) =>
    app.get(`/invoices/${lane.id}.${period}.${name}`);

  const owedSat = async (name: string, period: string = may) =>
    BigInt(String((await invoiceOf(name, period))['amountSat']));

  const requestOf = async (name: string, period: string = may) =>
    requestIn((await invoiceOf(name, period))['uri']);

  /** Pays to the address of an invoice, by default all of it; answers the transaction. */
  async function pay(name: string, amountSat?: bigint, period: string = may): Promise<string> {
    const invoice = await invoiceOf(name, period);
    const address = String(invoice['address']);
    return walletOf(name).pay({ address, amountSat: amountSat ?? (await owedSat(name, period)) });
  }

  async function confirm(blocks = confirmations): Promise<void> {
    await stage.mine(blocks);
    await stage.follow();
  }

  /** What an invoice shows, with what is left to pay of it. */
  async function expectInvoice(
    name: string,
    status: string,
    amounts: { readonly creditedSat: bigint; readonly seenSat?: bigint },
    period: string = may,
  ): Promise<void> {
    const { creditedSat, seenSat = 0n } = amounts;
    const invoice = await invoiceOf(name, period);
    const leftSat = BigInt(String(invoice['amountSat'])) - creditedSat;
    const outstandingSat = status === 'void' || leftSat < 0n ? 0n : leftSat;
    expect(invoice).toMatchObject({
      id: `${lane.id}.${period}.${name}`,
      status,
      creditedSat: String(creditedSat),
      seenSat: String(seenSat),
      outstandingSat: String(outstandingSat),
    });
    if (outstandingSat > 0n) expect(requestIn(invoice['uri']).amountSat).toBe(outstandingSat);
    else expect(invoice).not.toHaveProperty('uri');
    const sums = { credited: 0n, reversed: 0n };
    for (const { kind, amountSat } of fieldsIn(invoice, 'events')) {
      if (kind === 'credited' || kind === 'reversed') sums[kind] += BigInt(String(amountSat));
    }
    expect(sums.credited - sums.reversed).toBe(creditedSat);
  }

  const eventsOf = async (name: string) =>
    fieldsIn(await invoiceOf(name), 'events').map(({ kind }) => kind);

  test(
    'in parts, too much or twice count for what they are',
    async () => {
      await expectInvoice('part', 'open', { creditedSat: 0n });
      await pay('part', partSat);
      const over = (await owedSat('over')) + tooMuchSat;
      await pay('over', over);
      // One transaction for two invoices, of which one is another's.
      await walletOf('fine').pay(await requestOf('fine'), await requestOf('twice'));
      await stage.follow();
      await expectInvoice('part', 'seen', { creditedSat: 0n, seenSat: partSat });
      await expectInvoice('over', 'seen', { creditedSat: 0n, seenSat: over });
      await confirm();
      await expectInvoice('part', 'partially_paid', { creditedSat: partSat });
      await expectInvoice('over', 'paid', { creditedSat: over });
      const owed = await owedSat('twice');
      await expectInvoice('twice', 'paid', { creditedSat: owed });
      await expectInvoice('fine', 'paid', { creditedSat: await owedSat('fine') });

      const rest = await requestOf('part');
      await walletOf('part').pay(rest);
      await pay('twice');
      await stage.follow();
      await expectInvoice('part', 'seen', { creditedSat: partSat, seenSat: rest.amountSat });
      await expectInvoice('twice', 'paid', { creditedSat: owed, seenSat: owed });
      await confirm();
      await expectInvoice('part', 'paid', { creditedSat: partSat + rest.amountSat });
      await expectInvoice('twice', 'paid', { creditedSat: 2n * owed });
      const refused = await app.request('POST', `/invoices/${lane.id}.${may}.over/void`);
      expect([refused.status, refused.body['code']]).toEqual([409, 'invoice_paid']);
    },
    limitMs,
  );

  test(
    'to a voided invoice are kept for its prosumer, also while the node is started again',
    async () => {
      const { address } = await invoiceOf('voided');
      const voided = await app.send('POST', `/invoices/${lane.id}.${may}.voided/void`, undefined);
      expect(voided).toMatchObject({ status: 'void', outstandingSat: '0', address });
      const lateSat = (await owedSat('voided')) - missingSat;
      await pay('voided', lateSat);
      // With another cookie then, and a mempool that it has kept.
      await stage.node.restart();
      await stage.follow();
      await expectInvoice('voided', 'void', { creditedSat: 0n, seenSat: lateSat });
      await confirm();
      await expectInvoice('voided', 'void', { creditedSat: lateSat });
    },
    limitMs,
  );

  test(
    'that are replaced in the mempool count by what replaced them',
    async () => {
      const [first, gone] = [await pay('raised'), await pay('gone')];
      await stage.follow();
      const owed = await owedSat('raised');
      await expectInvoice('raised', 'seen', { creditedSat: 0n, seenSat: owed });
      await expectInvoice('gone', 'seen', { creditedSat: 0n, seenSat: await owedSat('gone') });
      const second = await walletOf('raised').raiseFee(first);
      await walletOf('gone').takeBack(gone);
      await stage.follow();
      await expectInvoice('raised', 'seen', { creditedSat: 0n, seenSat: owed });
      await expectInvoice('gone', 'open', { creditedSat: 0n });
      await confirm();
      await expectInvoice('raised', 'paid', { creditedSat: owed });
      const payments = fieldsIn(await invoiceOf('raised'), 'payments');
      expect(new Map(payments.map(({ txid, status }) => [txid, status]))).toEqual(
        new Map([
          [first, 'vanished'],
          [second, 'credited'],
        ]),
      );
      await expectInvoice('gone', 'open', { creditedSat: 0n });
      expect(await eventsOf('gone')).toEqual(['issued', 'addressed', 'seen', 'vanished']);
    },
    limitMs,
  );

  test(
    'whose blocks are undone are reversed, and credited once when they are mined again',
    async () => {
      await pay('undone');
      const stolen = await pay('stolen');
      await stage.follow();
      await confirm();
      const owed = await owedSat('undone');
      await expectInvoice('undone', 'paid', { creditedSat: owed });
      await expectInvoice('stolen', 'paid', { creditedSat: await owedSat('stolen') });

      await stage.node.undo(confirmations);
      await walletOf('stolen').takeBack(stolen);
      await stage.follow();
      await expectInvoice('undone', 'seen', { creditedSat: 0n, seenSat: owed });
      await expectInvoice('stolen', 'open', { creditedSat: 0n });
      await confirm();
      await stage.follow();
      await expectInvoice('undone', 'paid', { creditedSat: owed });
      await expectInvoice('stolen', 'open', { creditedSat: 0n });
      const before = ['issued', 'addressed', 'seen', 'credited', 'reversed'];
      expect(await eventsOf('undone')).toEqual([...before, 'credited']);
      expect(await eventsOf('stolen')).toEqual([...before, 'vanished']);

      // Undone and mined again before the app looks: it is the same payment.
      await stage.node.undo(confirmations);
      await confirm(confirmations + 1);
      await expectInvoice('undone', 'paid', { creditedSat: owed });
      expect(await eventsOf('undone')).toEqual([...before, 'credited']);
      await expectInvoice('over', 'paid', {
        creditedSat: (await owedSat('over')) + tooMuchSat,
      });
    },
    limitMs,
  );

  test(
    'are in the next bill: what was too much as a credit, what is voided as a debt',
    async () => {
      const paymentsSat = {
        over: tooMuchSat,
        twice: await owedSat('twice'),
        voided: -missingSat,
      };
      for (const name of consumers) {
        const due = await app.get(`/prosumers/${name}/amount-due`);
        const changeSat = Object.entries(paymentsSat).find(([id]) => id === name)?.[1] ?? 0n;
        expect(due).toMatchObject({
          paymentsUsat: String(changeSat * 1_000_000n),
          payments:
            changeSat === 0n
              ? []
              : [{ invoiceId: `${lane.id}.${may}.${name}`, amountSat: String(changeSat) }],
        });
        const isOpen = name === 'gone' || name === 'stolen';
        expect(due['outstandingSat']).toBe(isOpen ? String(await owedSat(name)) : '0');
      }
      await app.send('PATCH', `/grids/${lane.id}`, { billing: { dueDays: 0 } });
      const next = billTrades(tradesOf(june), minimumSat, { before: bills, paymentsSat });
      const run = `/grids/${lane.id}/billing-runs/${june}`;
      expect(await app.send('POST', `${run}/finalize`, undefined)).toMatchObject(
        totalsOfBills(next),
      );
      const accounts = await app.all(`${run}/accounts?limit=1000`);
      expect(accounts.map(({ lines: _, ...account }) => account)).toEqual(next);
    },
    limitMs,
  );

  test(
    'after they are due, and after all is settled, are credited as any other',
    async () => {
      await expectInvoice('fine', 'overdue', { creditedSat: 0n }, june);
      await pay('fine', partSat, june);
      await stage.follow();
      await expectInvoice('fine', 'overdue', { creditedSat: 0n, seenSat: partSat }, june);
      await confirm();
      await expectInvoice('fine', 'overdue', { creditedSat: partSat }, june);
      const rest = await requestOf('fine', june);
      await walletOf('fine').pay(rest);
      await stage.follow();
      const paidSat = await owedSat('fine', june);
      await expectInvoice('fine', 'seen', { creditedSat: partSat, seenSat: rest.amountSat }, june);
      await confirm(buried);
      await expectInvoice('fine', 'settled', { creditedSat: paidSat }, june);

      const owed = await owedSat('fine');
      await expectInvoice('fine', 'settled', { creditedSat: owed });
      expect((await eventsOf('fine')).at(-1)).toBe('buried');
      await pay('fine', tooMuchSat);
      await confirm();
      await expectInvoice('fine', 'settled', { creditedSat: owed + tooMuchSat });
      expect(await app.get('/prosumers/fine/amount-due')).toMatchObject({
        paymentsUsat: String(tooMuchSat * 1_000_000n),
      });
    },
    limitMs,
  );

  test(
    'go out once, by the version of a payout with the higher fee',
    async () => {
      const keys = { roof: testWallet('roof').taprootKey(0), sun: testWallet('sun').key(0, 0) };
      for (const [name, { address, kind, node }] of Object.entries(keys)) {
        const descriptor = `${kind === 'p2tr' ? 'tr' : 'wpkh'}(${node.toWIF()})`;
        wallets.set(name, await stage.walletOf(name, [descriptor]));
        const sign = (message: string) => signMessage(node, kind, message);
        expect(await bindAddress(app, name, address, sign)).toMatchObject({ status: 200 });
      }
      const built = await app.send('POST', `/grids/${lane.id}/payouts`, {
        feeRateSatPerKvb: 2_000,
      });
      const path = `/grids/${lane.id}/payouts/${built['id']}`;
      const changeOf = async () => JSON.parse(await textOf(app, `${path}/manifest`)).change;
      const { index, address } = await changeOf();
      const psbt = signPsbt(await textOf(app, `${path}/psbt`), grid.account);
      await app.send('POST', `${path}/signature`, { psbt });
      const replaced = await app.send('POST', `${path}/replacement`, { feeRateSatPerKvb: 15_000 });
      expect(replaced).toMatchObject({ status: 'broadcast', awaitsSignature: true });
      expect(replaced['payees']).toEqual(built['payees']);
      expect(await changeOf()).toMatchObject({ index, address });
      expect(await stage.node.rpc.call(['getrawmempool'])).toEqual([built['txid']]);
      const signed = await signer.signPsbt(await textOf(app, `${path}/psbt`));
      await app.send('POST', `${path}/signature`, { psbt: signed });
      expect(await stage.node.rpc.call(['getrawmempool'])).toEqual([replaced['txid']]);
      await confirm();
      const confirmed = await app.get(path);
      expect(confirmed).toMatchObject({
        status: 'confirmed',
        confirmed: { txid: replaced['txid'] },
      });
      for (const { prosumerId, address, amountSat, feeSat } of fieldsIn(confirmed, 'payees')) {
        expect(feeSat).toBe('0');
        const receivedSat = await walletOf(String(prosumerId)).receivedSat(String(address));
        expect(String(receivedSat)).toBe(amountSat);
      }
      await expectGridWallet(confirmed);
    },
    limitMs,
  );

  /** The grid has what was credited, less what it paid out and the fee; no address has more. */
  async function expectGridWallet(payout: Fields): Promise<void> {
    const invoices = [
      ...(await invoicesOf(app, lane.id, may)).values(),
      ...(await invoicesOf(app, lane.id, june)).values(),
    ];
    for (const { address, creditedSat } of invoices) {
      expect(String(await signer.receivedSat(String(address)))).toBe(creditedSat);
    }
    const outSat = sumOf([payout], 'amountSat') + sumOf([payout], 'feeSat');
    expect(await signer.balanceSat()).toBe(sumOf(invoices, 'creditedSat') - outSat);
  }
});
