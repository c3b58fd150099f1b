import { expect, test } from '@jest/globals';
import type { Transaction } from 'bitcoinjs-lib';
import type { OutPoint, TransactionId } from '../../shared/domain/bitcoin.ts';
import type { ChainOutput } from '../../shared/ports/chain.ts';
import {
  type Spendable,
  signSpend,
  type TestInput,
  type TestSpend,
  testWallet,
} from '../bitcoin/testWallet.ts';
import { freshChain } from './chainAdapters.ts';
import { describeChain } from './nodeChainAdapters.ts';

const feeSat = 1_000n;
/** Nodes since Bitcoin Core 30 call mempool what those before it call mandatory. */
const badSignature = /^(?:mandatory|mempool)-script-verify-flag-failed/;
const absent = 'ab'.repeat(32) as TransactionId;

describeChain('chain', (adapter) => {
  const opened = freshChain(adapter);
  let walletNumber = 0;
  const freshWallet = () => {
    walletNumber += 1;
    return testWallet(`chain contract ${Date.now()} ${walletNumber}`);
  };
  const send = async (spend: TestSpend): Promise<TransactionId> => {
    const { chain, settle } = opened();
    const transaction = signSpend(spend);
    const sent = await chain.broadcast(transaction.toHex());
    expect(sent).toEqual({ ok: true, value: { txid: transaction.getId() } });
    await settle();
    return transaction.getId() as TransactionId;
  };
  const outputAt = (outputs: readonly ChainOutput[], { txid, vout }: OutPoint) =>
    outputs.filter((output) => output.txid === txid && output.vout === vout);
  const refusedBy = async (spend: TestSpend, change?: (transaction: Transaction) => void) => {
    const { chain } = opened();
    const transaction = signSpend(spend);
    change?.(transaction);
    const hex = transaction.toHex();
    const tested = await chain.test(hex);
    const sent = await chain.broadcast(hex);
    expect([tested.ok, sent.ok]).toEqual([false, false]);
    return tested.ok ? '' : tested.refusal;
  };

  test('the tip grows with each block and goes back when they are undone', async () => {
    const { chain, purse, undo } = opened();
    const before = await chain.tip();
    await purse.mine(2);
    const after = await chain.tip();
    expect(after.height).toBe(before.height + 2);
    expect(after.hash).toMatch(/^[0-9a-f]{64}$/);
    await undo(2);
    expect(await chain.tip()).toEqual(before);
    await purse.mine(2);
    expect((await chain.tip()).hash).not.toBe(after.hash);
  });

  test('an output shows in the mempool, then in a block, with more confirmations by and by', async () => {
    const { chain, purse } = opened();
    const wallet = freshWallet();
    const key = wallet.key(0, 0);
    const nothing = await chain.changesSince(wallet.watched(1), undefined);
    expect(nothing.outputs).toEqual([]);
    const paid = await purse.fund(key.address, 50_000n);
    const inMempool = await chain.changesSince(wallet.watched(1), nothing.cursor);
    const output = { ...paid, address: key.address, keyChain: 0, index: 0, amountSat: 50_000n };
    expect(inMempool.outputs).toEqual([{ ...output, confirmations: 0 }]);
    await purse.mine(1);
    const block = await chain.tip();
    const inBlock = await chain.changesSince(wallet.watched(1), inMempool.cursor);
    expect(inBlock).toMatchObject({
      outputs: [{ ...output, confirmations: 1, block }],
      tip: block,
    });
    await purse.mine(2);
    // It may still change: so it is told again, though the cursor has seen its block.
    const later = await chain.changesSince(wallet.watched(1), inBlock.cursor);
    expect(later.outputs).toEqual([{ ...output, confirmations: 3, block }]);
    expect(later.tip.height).toBe(block.height + 2);
  });

  test('a cursor on a block that was undone still tells what changed', async () => {
    const { chain, purse, undo } = opened();
    const wallet = freshWallet();
    const paid = await purse.fund(wallet.key(0, 0).address, 50_000n);
    await purse.mine(1);
    const seen = await chain.changesSince(wallet.watched(1), undefined);
    await undo(1);
    const undone = await chain.changesSince(wallet.watched(1), seen.cursor);
    expect(undone.outputs).toMatchObject([{ ...paid, confirmations: 0 }]);
    expect(undone.outputs[0]).not.toHaveProperty('block');
    await purse.mine(2);
    const again = await chain.changesSince(wallet.watched(1), seen.cursor);
    expect(again.outputs).toMatchObject([{ ...paid, confirmations: 2 }]);
    expect(again.outputs[0]?.block?.hash).not.toBe(seen.outputs[0]?.block?.hash);
  });

  test('what a replacement pays takes the place of what was replaced', async () => {
    const { chain, purse } = opened();
    const wallet = freshWallet();
    const [first, second] = [wallet.key(0, 0), wallet.key(0, 1)];
    const coin = purse.takeCoin();
    const spend = (to: string, fee: bigint) => {
      return { inputs: [coin], outputs: [{ to, amountSat: coin.amountSat - fee }] };
    };
    const replaced = await send(spend(first.address, feeSat));
    const before = await chain.changesSince(wallet.watched(2), undefined);
    expect(before.outputs).toMatchObject([{ txid: replaced, address: first.address }]);
    const replacement = await send(spend(second.address, 3n * feeSat));
    const after = await chain.changesSince(wallet.watched(2), before.cursor);
    expect(after.outputs).toMatchObject([{ txid: replacement, address: second.address }]);
    const places = await chain.places([replaced, replacement, absent]);
    expect([...places]).toEqual([[replacement, { confirmations: 0 }]]);
    await purse.mine(1);
    const mined = await chain.changesSince(wallet.watched(2), before.cursor);
    expect(mined.outputs).toMatchObject([{ txid: replacement, confirmations: 1 }]);
  });

  test('places tell the block of a transaction, and that it went back', async () => {
    const { chain, purse, undo } = opened();
    const { txid } = await purse.fund(freshWallet().key(0, 0).address, 50_000n);
    expect((await chain.places([txid])).get(txid)).toEqual({ confirmations: 0 });
    await purse.mine(1);
    const block = await chain.tip();
    await purse.mine(1);
    expect((await chain.places([txid])).get(txid)).toEqual({ confirmations: 2, block });
    await undo(2);
    expect((await chain.places([txid])).get(txid)).toEqual({ confirmations: 0 });
    await purse.mine(1);
    expect((await chain.places([txid])).get(txid)).toMatchObject({ confirmations: 1 });
    expect((await chain.places([])).size).toBe(0);
  });

  test('coins are what nothing spends, the mempool included, largest first', async () => {
    const { chain, purse } = opened();
    const wallet = freshWallet();
    const key = wallet.key(0, 0);
    const small = await purse.fund(key.address, 50_000n);
    await purse.mine(1);
    const large = await purse.fund(wallet.key(1, 0).address, 70_000n);
    const watched = wallet.watched(1, 1);
    const smallCoin = { ...small, keyChain: 0, index: 0, amountSat: 50_000n, confirmations: 1 };
    const largeCoin = { ...large, keyChain: 1, index: 0, amountSat: 70_000n, confirmations: 0 };
    expect(await chain.coins(watched, 0)).toEqual([largeCoin, smallCoin]);
    expect(await chain.coins(watched, 1)).toEqual([smallCoin]);
    expect(await chain.coins(watched, 2)).toEqual([]);
    const spent: Spendable = { ...small, amountSat: 50_000n, key };
    await send({
      inputs: [spent],
      outputs: [{ to: purse.wallet.key(1, 0).address, amountSat: 49_000n }],
    });
    expect(await chain.coins(watched, 0)).toEqual([largeCoin]);
    await purse.mine(1);
    expect(await chain.coins(watched, 0)).toEqual([{ ...largeCoin, confirmations: 1 }]);
    const changes = await chain.changesSince(watched, undefined);
    expect(outputAt(changes.outputs, small)).toHaveLength(1);
  });

  test('an output is listed also when it is spent already, and at once', async () => {
    const { chain, purse } = opened();
    const wallet = freshWallet();
    const key = wallet.key(0, 0);
    const start = await chain.changesSince(wallet.watched(1), undefined);
    const paid = await purse.fund(key.address, 50_000n);
    const inputs: TestInput[] = [{ ...paid, amountSat: 50_000n, key }];
    await send({ inputs, outputs: [{ to: purse.wallet.key(1, 0).address, amountSat: 49_000n }] });
    await purse.mine(1);
    const changes = await chain.changesSince(wallet.watched(1), start.cursor);
    expect(changes.outputs).toMatchObject([{ ...paid, confirmations: 1 }]);
    expect(await chain.coins(wallet.watched(1), 0)).toEqual([]);
  });

  test('what was paid before a wallet, or an address of it, was watched shows too', async () => {
    const { chain, purse } = opened();
    const wallet = freshWallet();
    const early = await purse.fund(wallet.key(0, 0).address, 50_000n);
    const ahead = await purse.fund(wallet.key(0, 5).address, 60_000n);
    const change = await purse.fund(wallet.key(1, 2).address, 70_000n);
    await purse.mine(3);
    const first = await chain.changesSince(wallet.watched(1), undefined);
    expect(first.outputs).toMatchObject([{ ...early, index: 0, confirmations: 3 }]);
    const wider = await chain.changesSince(wallet.watched(6), first.cursor);
    expect(outputAt(wider.outputs, ahead)).toMatchObject([{ index: 5, confirmations: 3 }]);
    expect(outputAt(wider.outputs, change)).toEqual([]);
    const both = await chain.changesSince(wallet.watched(6, 3), wider.cursor);
    expect(outputAt(both.outputs, change)).toMatchObject([{ keyChain: 1, index: 2 }]);
  });

  test('a coinbase shows at once, and is a coin when it may be spent', async () => {
    const { chain, purse, mine } = opened();
    const wallet = freshWallet();
    await mine(1, wallet.key(0, 0).address);
    const young = await chain.changesSince(wallet.watched(1), undefined);
    expect(young.outputs).toMatchObject([{ index: 0, confirmations: 1, block: young.tip }]);
    await purse.mine(98);
    expect(await chain.coins(wallet.watched(1), 1)).toEqual([]);
    await purse.mine(2);
    expect(await chain.coins(wallet.watched(1), 1)).toMatchObject([{ confirmations: 101 }]);
  });

  test('of two outputs of one transaction and of fifty addresses each shows once', async () => {
    const { chain, purse } = opened();
    const wallet = freshWallet();
    const coin = purse.takeCoin();
    const outputs = Array.from({ length: 51 }, (_, index) => {
      return { to: wallet.key(0, index).address, amountSat: 10_000n + BigInt(index) };
    });
    const change = { to: wallet.key(1, 0).address, amountSat: coin.amountSat - 1_000_000n };
    const txid = await send({ inputs: [coin], outputs: [...outputs, change] });
    await purse.mine(1);
    const changes = await chain.changesSince(wallet.watched(51, 1), undefined);
    const shown = changes.outputs.toSorted((a, b) => a.vout - b.vout);
    expect(shown.map(({ vout }) => vout)).toEqual(Array.from({ length: 52 }, (_, vout) => vout));
    expect(shown.slice(0, 51).every(({ index, vout }) => index === vout)).toBe(true);
    expect(shown[51]).toMatchObject({ txid, keyChain: 1, index: 0, confirmations: 1 });
    expect(await chain.coins(wallet.watched(51), 1)).toHaveLength(51);
  });

  test('two wallets see each what it was paid', async () => {
    const { chain, purse } = opened();
    const [one, other] = [freshWallet(), freshWallet()];
    const toOne = await purse.fund(one.key(0, 0).address, 50_000n);
    const toOther = await purse.fund(other.key(0, 0).address, 60_000n);
    const seenByOne = await chain.changesSince(one.watched(3), undefined);
    const seenByOther = await chain.changesSince(other.watched(3), undefined);
    expect(seenByOne.outputs).toMatchObject([toOne]);
    expect(seenByOther.outputs).toMatchObject([toOther]);
  });

  test('a good transaction passes the test, which sends nothing', async () => {
    const { chain, purse } = opened();
    const coin = purse.takeCoin();
    const to = freshWallet().key(0, 0).address;
    const outputs = [{ to, amountSat: coin.amountSat - feeSat }];
    const transaction = signSpend({ inputs: [coin], outputs });
    const verdict = { ok: true, value: { txid: transaction.getId() } };
    expect(await chain.test(transaction.toHex())).toEqual(verdict);
    expect((await chain.places([transaction.getId() as TransactionId])).size).toBe(0);
    expect(await chain.broadcast(transaction.toHex())).toEqual(verdict);
  });

  test('what was sent may be sent again, from the mempool and from a block', async () => {
    const { chain, purse, settle } = opened();
    const coin = purse.takeCoin();
    const outputs = [{ to: purse.wallet.key(1, 0).address, amountSat: coin.amountSat - feeSat }];
    const transaction = signSpend({ inputs: [coin], outputs });
    const sent = { ok: true, value: { txid: transaction.getId() } };
    expect(await chain.broadcast(transaction.toHex())).toEqual(sent);
    await settle();
    expect(await chain.broadcast(transaction.toHex())).toEqual(sent);
    await purse.mine(1);
    expect(await chain.broadcast(transaction.toHex())).toEqual(sent);
  });

  test('what was sent may be sent again also when all that it paid is spent', async () => {
    const { chain, purse } = opened();
    const coin = purse.takeCoin();
    const key = purse.wallet.key(0, 0);
    const amountSat = coin.amountSat - feeSat;
    const first = signSpend({ inputs: [coin], outputs: [{ to: key.address, amountSat }] });
    const txid = first.getId() as TransactionId;
    expect(await chain.broadcast(first.toHex())).toMatchObject({ ok: true });
    await purse.mine(1);
    const outputs = [{ to: freshWallet().key(0, 0).address, amountSat: amountSat - feeSat }];
    await send({ inputs: [{ txid, vout: 0, amountSat, key }], outputs });
    await purse.mine(1);
    expect(await chain.broadcast(first.toHex())).toEqual({ ok: true, value: { txid } });
  });

  test('a transaction that does not pay is refused, in the words of the node', async () => {
    const { purse } = opened();
    const to = freshWallet().key(0, 0).address;
    const coin = purse.takeCoin();
    const { amountSat } = coin;
    const spend = (outputSat: bigint, change: Partial<TestInput> = {}): TestSpend => {
      return { inputs: [{ ...coin, ...change }], outputs: [{ to, amountSat: outputSat }] };
    };
    expect(await refusedBy(spend(amountSat - 50n))).toBe('min relay fee not met');
    expect(await refusedBy(spend(amountSat + 1n))).toBe('bad-txns-in-belowout');
    const rest = { to: purse.wallet.key(1, 0).address, amountSat: amountSat - feeSat - 293n };
    const dusty = { inputs: [coin], outputs: [{ to, amountSat: 293n }, rest] };
    expect(await refusedBy(dusty)).toBe('dust');
    const missing = spend(amountSat - feeSat, { txid: absent });
    expect(await refusedBy(missing)).toBe('missing-inputs');
    const forged = spend(amountSat - feeSat, { key: purse.wallet.key(0, 1) });
    expect(await refusedBy(forged)).toMatch(badSignature);
  });

  test('a transaction that was changed after it was signed is refused', async () => {
    const { purse } = opened();
    const coin = purse.takeCoin();
    const outputs = [{ to: freshWallet().key(0, 0).address, amountSat: coin.amountSat - feeSat }];
    const reason = await refusedBy({ inputs: [coin], outputs }, ({ outs }) => {
      for (const output of outs) output.value -= 1n;
    });
    expect(reason).toMatch(badSignature);
  });

  test('a coin that a block spends is gone; one that the mempool spends costs more', async () => {
    const { purse } = opened();
    const coin = purse.takeCoin();
    const spend = (fee: bigint): TestSpend => {
      const to = purse.wallet.key(1, 0).address;
      return { inputs: [coin], outputs: [{ to, amountSat: coin.amountSat - fee }] };
    };
    await send(spend(feeSat));
    expect(await refusedBy(spend(feeSat + 1n))).toMatch(/^insufficient fee/);
    await purse.mine(1);
    expect(await refusedBy(spend(5n * feeSat))).toBe('missing-inputs');
  });

  test('what is no transaction is refused', async () => {
    const { chain } = opened();
    for (const text of ['', 'not hex', '00', '02000000']) {
      expect(await chain.test(text)).toMatchObject({ ok: false });
      expect(await chain.broadcast(text)).toMatchObject({ ok: false });
    }
  });

  test('what a confirmation costs is a whole number of sat/kvB, where there is one', async () => {
    const { chain } = opened();
    const rate = await chain.estimateFeeRate(6);
    expect(rate === undefined || (Number.isSafeInteger(rate) && rate > 0)).toBe(true);
  });
});
