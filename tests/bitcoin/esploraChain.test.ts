import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { openEsploraChain } from '../../shared/adapters/bitcoin/esplora/openEsploraChain.ts';
import { openBitcoin } from '../../shared/adapters/bitcoin/openBitcoin.ts';
import type { Network, TransactionId } from '../../shared/domain/bitcoin.ts';
import type { Bitcoin } from '../../shared/ports/bitcoin.ts';
import { type Chain, ChainUnavailableError } from '../../shared/ports/chain.ts';
import { openPurse, type Purse } from '../contract/purse.ts';
import { type BitcoinNode, describeWithNode, startBitcoinNode } from './bitcoinNode.ts';
import { type EsploraServer, startEsploraServer } from './esploraServer.ts';
import { signSpend, testWallet } from './testWallet.ts';

const limits = { attemptsMax: 3, pauseMs: 1, requestMs: 5_000 };

describeWithNode('the chain of an index', () => {
  let node: BitcoinNode;
  let server: EsploraServer;
  let bitcoin: Pick<Bitcoin, 'addressesAt'>;
  let chain: Chain;
  let purse: Purse;
  const open = (network: Network = 'regtest') =>
    openEsploraChain({ kind: 'esplora', network, url: server.url }, bitcoin, limits);
  beforeAll(async () => {
    node = await startBitcoinNode();
    server = await startEsploraServer(node.rpc);
    bitcoin = await openBitcoin('regtest');
    chain = open();
    const mine = async (count: number, to: string) => void (await node.mine(count, to));
    purse = await openPurse({ chain, mine });
  });
  afterEach(() => {
    server.interfere = () => undefined;
  });
  afterAll(async () => {
    await server.stop();
    await node.stop();
  });

  test('shows a payment to one of very many addresses some calls later, and then in each', async () => {
    const wallet = testWallet('very many');
    const watched = wallet.watched(800);
    const first = await chain.changesSince(watched, undefined);
    const paid = await purse.fund(wallet.key(0, 20).address, 50_000n);
    let { cursor } = first;
    let calls = 0;
    for (let isFound = false; !isFound; calls += 1) {
      const before = server.requests.length;
      const changes = await chain.changesSince(watched, cursor);
      expect(server.requests.length - before).toBeLessThan(400);
      cursor = changes.cursor;
      isFound = changes.outputs.some(({ txid }) => txid === paid.txid);
      expect(calls).toBeLessThan(5);
    }
    expect(calls).toBeGreaterThan(1);
    for (let again = 0; again < 3; again += 1) {
      const changes = await chain.changesSince(watched, cursor);
      expect(changes.outputs).toMatchObject([{ ...paid, index: 20 }]);
      cursor = changes.cursor;
    }
  });

  test('reads an address that was paid more often than fits on a page', async () => {
    const wallet = testWallet('paid often');
    const { address } = wallet.key(0, 0);
    let coin = purse.takeCoin();
    const txids: string[] = [];
    for (let payment = 0; payment < 60; payment += 1) {
      const left = coin.amountSat - 10_500n;
      const outputs = [
        { to: address, amountSat: 10_000n },
        { to: purse.wallet.key(0, 0).address, amountSat: left },
      ];
      const transaction = signSpend({ inputs: [coin], outputs });
      expect(await chain.broadcast(transaction.toHex())).toMatchObject({ ok: true });
      const txid = transaction.getId() as typeof coin.txid;
      txids.push(txid);
      coin = { ...coin, txid, vout: 1, amountSat: left };
      if (payment % 20 === 19) await purse.mine(1);
    }
    const { outputs } = await chain.changesSince(wallet.watched(1), undefined);
    expect(outputs.map(({ txid }) => txid).sort()).toEqual(txids.sort());
    expect(await chain.coins(wallet.watched(1), 1)).toHaveLength(60);
  });

  test('leaves the test to the sending where the index has none', async () => {
    server.interfere = (request) =>
      request === 'POST /txs/test' ? { status: 404, text: 'not found' } : undefined;
    const coin = purse.takeCoin();
    const outputs = [{ to: purse.wallet.key(1, 0).address, amountSat: coin.amountSat + 1n }];
    const transaction = signSpend({ inputs: [coin], outputs });
    const hex = transaction.toHex();
    expect(await chain.test(hex)).toEqual({ ok: true, value: { txid: transaction.getId() } });
    expect(await chain.test(hex.slice(2))).toMatchObject({ ok: false });
    expect(await chain.broadcast(hex)).toEqual({ ok: false, refusal: 'bad-txns-in-belowout' });
  });

  test('takes the estimate for the most blocks that are not too many, in whole sat/kvB', async () => {
    const rates = [1, 2, 5, 6, 143, 200].map((blocks) => chain.estimateFeeRate(blocks));
    expect(await Promise.all(rates)).toEqual([undefined, 2_200, 2_200, 1_500, 1_500, 1_001]);
  });

  test('waits for an index that throttles, and says so when it goes on', async () => {
    let throttled = 0;
    server.interfere = () => {
      throttled += 1;
      return throttled <= 2 ? { status: 429, text: 'Too Many Requests' } : undefined;
    };
    expect(await chain.tip()).toMatchObject({ height: (await chain.tip()).height });
    server.interfere = () => ({ status: 429, text: 'Too Many Requests' });
    await expect(chain.tip()).rejects.toBeInstanceOf(ChainUnavailableError);
  });

  test.each([
    { status: 500, text: 'oops' },
    { status: 403, text: 'no' },
    { status: 200, text: '<html>' },
    { status: 404, text: 'not found' },
    { status: 200, text: '{}' },
    { status: 200, text: 'null' },
  ])('an answer like %j is that of an index which cannot be used now', async (answer) => {
    const { watched } = testWallet('odd answers');
    server.interfere = (request) => (request.includes('/address/') ? answer : undefined);
    const asks = [
      () => chain.changesSince(watched(3), undefined),
      () => chain.coins(watched(3), 0),
    ];
    for (const ask of asks) {
      const failure = await ask().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(ChainUnavailableError);
      expect(String(failure)).not.toContain(testWallet('odd answers').key(0, 0).address);
    }
  });

  test.each(['', ' ', '-1', '1e3', '12.5', '<html>'])('%j is no height', async (text) => {
    server.interfere = (request) =>
      request === 'GET /blocks/tip/height' ? { status: 200, text } : undefined;
    await expect(chain.tip()).rejects.toBeInstanceOf(ChainUnavailableError);
  });

  test('a word is no hash of a block', async () => {
    const height = (await chain.tip()).height;
    server.interfere = (request) =>
      request === `GET /block-height/${height}` ? { status: 200, text: 'soon' } : undefined;
    await expect(chain.tip()).rejects.toBeInstanceOf(ChainUnavailableError);
  });

  test.each([-1, 2.5, 2_100_000_000_000_001, '5'])('%p is no amount', async (value) => {
    const { watched } = testWallet('odd amounts');
    const coin = { txid: '1'.repeat(64), vout: 0, value, status: { confirmed: false } };
    const text = JSON.stringify([coin]);
    server.interfere = (request) => (request.endsWith('/utxo') ? { status: 200, text } : undefined);
    await expect(chain.coins(watched(1), 0)).rejects.toThrow('wrote an amount as');
  });

  test('a block that is not named is none', async () => {
    const { watched } = testWallet('odd blocks');
    const status = { confirmed: true, block_height: 'soon', block_hash: '1'.repeat(64) };
    const text = JSON.stringify([{ txid: '1'.repeat(64), vout: 0, value: 5, status }]);
    server.interfere = (request) => (request.endsWith('/utxo') ? { status: 200, text } : undefined);
    await expect(chain.coins(watched(1), 0)).rejects.toBeInstanceOf(ChainUnavailableError);
  });

  test('a page of a proxy is no reason to refuse a transaction that could be shown', async () => {
    const { key } = testWallet('odd refusals');
    const coin = { key: key(0, 0), txid: '1'.repeat(64) as TransactionId, vout: 0 };
    const inputs = [{ ...coin, amountSat: 9_000n }];
    const outputs = [{ to: key(0, 1).address, amountSat: 8_000n }];
    const hex = signSpend({ inputs, outputs }).toHex();
    const text = `<html>${'x'.repeat(100_000)}`;
    server.interfere = (request) =>
      request.startsWith('POST') ? { status: 400, text } : undefined;
    for (const refused of [await chain.test(hex), await chain.broadcast(hex)]) {
      expect(refused).toEqual({ ok: false, refusal: text.slice(0, 200) });
    }
  });

  test('reads again where a block comes in between', async () => {
    const wallet = testWallet('in between');
    const paid = await purse.fund(wallet.key(0, 0).address, 50_000n);
    let isMined = false;
    const answering = chain.changesSince(wallet.watched(1), undefined);
    server.interfere = (request) => {
      if (request.includes('/address/') && !isMined) {
        isMined = true;
        mining = purse.mine(1);
      }
      return undefined;
    };
    let mining = Promise.resolve();
    const { outputs, tip } = await answering;
    await mining;
    expect(isMined).toBe(true);
    const [output] = outputs;
    expect(output).toMatchObject(paid);
    // Either before or after, and never a bit of both.
    expect(output?.block?.height).toBe(output?.confirmations === 0 ? undefined : tip.height);
  });

  test('refuses an index of another network', async () => {
    await expect(open('signet').tip()).rejects.toThrow('does not follow signet');
  });
});
