import { expect, test } from '@jest/globals';
import type { TransactionId } from '../../shared/domain/bitcoin.ts';
import { openPurse } from '../contract/purse.ts';
import { freshEmbeddedChain } from './embeddedChainUnderTest.ts';
import { signSpend, testWallet } from './testWallet.ts';

const started = freshEmbeddedChain();
const wallet = testWallet('a large wallet');

async function purseOf() {
  const { chain, miner } = started();
  return openPurse({ chain, mine: async (...block) => void (await miner.mine(...block)) });
}

test('a cursor that has missed many blocks, or whose blocks were undone, misses nothing', async () => {
  const { chain, miner } = started();
  const purse = await purseOf();
  const key = wallet.key(0, 0);
  const start = await chain.changesSince(wallet.watched(1), undefined);
  const paid = await purse.fund(key.address, 50_000n);
  await purse.mine(130);
  const seen = await chain.changesSince(wallet.watched(1), start.cursor);
  expect(seen.outputs).toMatchObject([{ ...paid, confirmations: 130 }]);
  // What has settled is not told again.
  expect((await chain.changesSince(wallet.watched(1), seen.cursor)).outputs).toEqual([]);
  await miner.undo(140);
  await purse.mine(10);
  const undone = await chain.changesSince(wallet.watched(1), seen.cursor);
  expect(undone.outputs).toEqual([]);
  await purse.mine(200);
  const again = await purse.fund(key.address, 60_000n);
  const later = await chain.changesSince(wallet.watched(1), seen.cursor);
  expect(later.outputs).toMatchObject([{ ...again, confirmations: 0 }]);
});

test('what an address was paid long before it was given away is told', async () => {
  const { chain } = started();
  const purse = await purseOf();
  const ahead = await purse.fund(wallet.key(0, 3).address, 50_000n);
  const change = await purse.fund(wallet.key(1, 1).address, 60_000n);
  await purse.mine(130);
  const { outputs, cursor } = await chain.changesSince(wallet.watched(3), undefined);
  expect(outputs).toEqual([]);
  const wider = await chain.changesSince(wallet.watched(4), cursor);
  expect(wider.outputs).toMatchObject([{ ...ahead, index: 3, confirmations: 130 }]);
  const both = await chain.changesSince(wallet.watched(4, 2), wider.cursor);
  expect(both.outputs).toMatchObject([{ ...change, keyChain: 1, index: 1 }]);
  // What is watched, but not asked for, is not told.
  await purse.fund(wallet.key(0, 3).address, 70_000n);
  expect((await chain.changesSince(wallet.watched(3), both.cursor)).outputs).toEqual([]);
});

test('a payment that was undone deep and mined again is told at its new place', async () => {
  const { chain, miner } = started();
  const purse = await purseOf();
  await purse.mine(5);
  const paid = await purse.fund(wallet.key(0, 0).address, 50_000n);
  await purse.mine(3);
  const seen = await chain.changesSince(wallet.watched(1), undefined);
  await purse.mine(2);
  const alsoSeen = await chain.changesSince(wallet.watched(1), seen.cursor);
  await miner.undo(5);
  await purse.mine(150);
  const { height } = await chain.tip();
  for (const { cursor } of [seen, alsoSeen]) {
    const told = await chain.changesSince(wallet.watched(1), cursor);
    expect(told.outputs).toMatchObject([{ ...paid, block: { height: height - 149 } }]);
  }
});

test('a cursor of another chain, or none at all, begins again', async () => {
  const { chain } = started();
  const purse = await purseOf();
  const paid = await purse.fund(wallet.key(0, 0).address, 50_000n);
  await purse.mine(120);
  for (const cursor of ['', 'nonsense', `${'ab'.repeat(32)}:1:0`]) {
    const told = await chain.changesSince(wallet.watched(1), cursor);
    expect(told.outputs).toMatchObject([paid]);
  }
});

test('a wallet of ten thousand addresses is followed as quickly as its news are few', async () => {
  const { chain, db } = started();
  const purse = await purseOf();
  const indexes = Array.from({ length: 20 }, (_, n) => n * 500 + 499);
  const coin = purse.takeCoin();
  const outputs = indexes.map((index) => {
    return { to: wallet.key(0, index).address, amountSat: 10_000n + BigInt(index) };
  });
  const rest = { to: purse.wallet.key(1, 0).address, amountSat: coin.amountSat - 1_000_000n };
  const sent = await chain.broadcast(
    signSpend({ inputs: [coin], outputs: [...outputs, rest] }).toHex(),
  );
  expect(sent.ok).toBe(true);
  const watched = wallet.watched(10_000, 10);
  const first = await chain.changesSince(watched, undefined);
  expect(first.outputs.map(({ index }) => index).sort((a, b) => a - b)).toEqual(indexes);
  const count = db.prepare('SELECT count(*) AS count FROM watched WHERE walletId = ?');
  expect(count.get(wallet.walletId)).toEqual({ count: 10_010 });
  await purse.mine(120);
  const second = await chain.changesSince(watched, first.cursor);
  expect(second.outputs).toHaveLength(20);
  const msOf = async (cursor: string | undefined) => {
    const startMs = performance.now();
    for (let round = 0; round < 10; round += 1) await chain.changesSince(watched, cursor);
    return performance.now() - startMs;
  };
  // Without a cursor all addresses are looked up.
  const [allMs, newsMs] = [await msOf(undefined), await msOf(second.cursor)];
  expect(newsMs).toBeLessThan(allMs / 3);
  expect(await chain.coins(watched, 1)).toHaveLength(20);
}, 30_000);

test('an address of two wallets is watched for both', async () => {
  const { chain } = started();
  const purse = await purseOf();
  const twin = { ...wallet.watched(1), walletId: testWallet('twin').walletId };
  await purse.fund(wallet.key(0, 0).address, 50_000n);
  const [one, other] = [wallet.watched(1), twin];
  expect((await chain.changesSince(one, undefined)).outputs).toHaveLength(1);
  expect((await chain.changesSince(other, undefined)).outputs).toHaveLength(1);
  const places = await chain.places(['ab'.repeat(32) as TransactionId]);
  expect(places.size).toBe(0);
});
