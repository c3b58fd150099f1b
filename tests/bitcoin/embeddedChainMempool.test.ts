import { beforeEach, expect, test } from '@jest/globals';
import type { Transaction } from 'bitcoinjs-lib';
import type { TransactionId } from '../../shared/domain/bitcoin.ts';
import { openPurse, type Purse } from '../contract/purse.ts';
import { freshEmbeddedChain } from './embeddedChainUnderTest.ts';
import { payKeys } from './paidKeys.ts';
import { type Spendable, signSpend, type TestSpend, testWallet } from './testWallet.ts';

const started = freshEmbeddedChain();
const key = testWallet('payer in the mempool').key(0, 0);
const amountSat = 1_000_000n;
const coinCount = 40;
/** Of one input and one output. */
const size = 110n;
let purse: Purse;
let coins: readonly Spendable[];

beforeEach(async () => {
  const { chain, miner } = started();
  purse = await openPurse({ chain, mine: async (...block) => void (await miner.mine(...block)) });
  coins = await payKeys(
    chain,
    purse,
    Array.from({ length: coinCount }, () => key),
    amountSat,
  );
});

function coinOf(index: number): Spendable {
  const coin = coins[index];
  if (coin === undefined) throw new Error(`there is no coin ${index}`);
  return coin;
}

/** Spends coins for a fee, to as many outputs of the own key. */
function spendOf(
  inputs: readonly Spendable[],
  feeSat: bigint,
  change: Partial<TestSpend> & { count?: number } = {},
): Transaction {
  const { count = 1, ...rest } = change;
  const sumSat = inputs.reduce((sum, coin) => sum + coin.amountSat, 0n);
  const each = (sumSat - feeSat) / BigInt(count);
  const outputs = Array.from({ length: count }, () => ({ to: key.script, amountSat: each }));
  return signSpend({ inputs, outputs, ...rest });
}

async function send(transaction: Transaction): Promise<string> {
  const sent = await started().chain.broadcast(transaction.toHex());
  return sent.ok ? 'accepted' : sent.refusal;
}

function outputOf(transaction: Transaction, vout = 0): Spendable {
  const txid = transaction.getId() as TransactionId;
  return { txid, vout, amountSat: transaction.outs[vout]?.value ?? 0n, key };
}

async function chainOf(length: number, first: Spendable): Promise<Transaction[]> {
  const family: Transaction[] = [];
  for (let coin = first; family.length < length; ) {
    const transaction = spendOf([coin], 1_000n);
    expect(await send(transaction)).toBe('accepted');
    family.push(transaction);
    coin = outputOf(transaction);
  }
  return family;
}

async function knownOf(transactions: readonly Transaction[]): Promise<boolean[]> {
  const txids = transactions.map((transaction) => transaction.getId() as TransactionId);
  const places = await started().chain.places(txids);
  return txids.map((txid) => places.has(txid));
}

test('a replacement pays for what it evicts, and a satoshi for each byte of its own', async () => {
  const parent = spendOf([coinOf(0)], 1_000n);
  expect(await send(parent)).toBe('accepted');
  const heir = spendOf([outputOf(parent)], 5_000n);
  expect(await send(heir)).toBe('accepted');
  expect(await send(spendOf([coinOf(0)], 6_000n))).toBe('insufficient fee');
  expect(await send(spendOf([coinOf(0)], 6_000n + size - 1n))).toBe('insufficient fee');
  const replacement = spendOf([coinOf(0)], 6_000n + size);
  expect(await send(replacement)).toBe('accepted');
  expect(await knownOf([parent, heir, replacement])).toEqual([false, false, true]);
});

test('no signal is needed to be replaced', async () => {
  const inputs = [{ ...coinOf(0), sequence: 0xffffffff }];
  expect(await send(spendOf(inputs, 1_000n))).toBe('accepted');
  expect(await send(spendOf(inputs, 2_000n))).toBe('accepted');
});

test('a replacement pays a higher rate, not only more', async () => {
  expect(await send(spendOf([coinOf(0)], 2_000n))).toBe('accepted');
  const large = spendOf([coinOf(0), coinOf(1), coinOf(2), coinOf(3)], 3_000n);
  expect(await send(large)).toBe('insufficient fee');
});

test('a replacement does not spend what it replaces, nor what is new to the mempool', async () => {
  const replaced = spendOf([coinOf(0)], 1_000n);
  const other = spendOf([coinOf(1)], 1_000n);
  expect([await send(replaced), await send(other)]).toEqual(['accepted', 'accepted']);
  const heir = spendOf([coinOf(0), outputOf(replaced)], 100_000n);
  expect(await send(heir)).toBe('bad-txns-spends-conflicting-tx');
  const adding = spendOf([coinOf(0), outputOf(other)], 100_000n);
  expect(await send(adding)).toBe('replacement-adds-unconfirmed');
});

test('a replacement evicts a hundred at most', async () => {
  const evicted = coins.slice(0, 34);
  for (const coin of evicted) {
    const parent = spendOf([coin], 1_000n);
    await send(parent);
    const child = spendOf([outputOf(parent)], 1_000n);
    await send(child);
    await send(spendOf([outputOf(child)], 1_000n));
  }
  expect(await send(spendOf(evicted, 1_000_000n))).toBe('too many potential replacements');
  expect(await send(spendOf(evicted.slice(0, 33), 1_000_000n))).toBe('accepted');
});

test('a chain in the mempool has 25 links, and one more of two', async () => {
  const family = await chainOf(25, coinOf(0));
  const last = family.at(-1);
  if (last === undefined) throw new Error('there is a last link');
  expect(await send(spendOf([outputOf(last)], 1_000n))).toBe('too-long-mempool-chain');
  await started().miner.mine(1, key.address);
  expect(await send(spendOf([outputOf(last)], 1_000n))).toBe('accepted');
  const parent = spendOf([coinOf(1)], 10_000n, { count: 30 });
  await send(parent);
  const verdicts = [];
  for (let vout = 0; vout < 27; vout += 1) {
    verdicts.push(await send(spendOf([outputOf(parent, vout)], 1_000n)));
  }
  // 24 children, one more by the carve-out for a child of one parent, and then none.
  expect(verdicts.slice(0, 25).every((verdict) => verdict === 'accepted')).toBe(true);
  expect(verdicts.slice(25)).toEqual(['too-long-mempool-chain', 'too-long-mempool-chain']);
  // One that takes the place of a child takes no more room.
  expect(await send(spendOf([outputOf(parent, 0)], 5_000n))).toBe('accepted');
});

test('version 3 has a parent of its own version at most, and that one child', async () => {
  const parent = spendOf([coinOf(0)], 1_000n, { version: 3, count: 2 });
  expect(await send(parent)).toBe('accepted');
  expect(await send(spendOf([outputOf(parent)], 1_000n))).toBe('TRUC-violation');
  const child = spendOf([outputOf(parent)], 1_000n, { version: 3 });
  expect(await send(child)).toBe('accepted');
  const grandchild = spendOf([outputOf(child)], 1_000n, { version: 3 });
  expect(await send(grandchild)).toBe('TRUC-violation');
  expect(await send(spendOf([outputOf(parent, 1)], 1_000n, { version: 3 }))).toBe('TRUC-violation');
  expect(await send(spendOf([outputOf(parent)], 5_000n, { version: 3 }))).toBe('accepted');
  const plain = spendOf([coinOf(1)], 1_000n);
  await send(plain);
  expect(await send(spendOf([outputOf(plain)], 1_000n, { version: 3 }))).toBe('TRUC-violation');
});

test('a block takes first what pays most, a child that pays for its parent with it', async () => {
  const { miner, db } = started();
  const poor = spendOf([coinOf(0)], size);
  const rich = spendOf([outputOf(poor)], 100n * size);
  const middle = spendOf([coinOf(1)], 20n * size);
  const lone = spendOf([coinOf(2)], 2n * size);
  for (const transaction of [lone, poor, middle, rich]) await send(transaction);
  const { height } = await miner.mine(1, key.address);
  const rows = db.prepare('SELECT txid FROM transactions WHERE height = ? ORDER BY position');
  const order = rows
    .all(height)
    .map(({ txid }) => txid)
    .slice(1);
  expect(order).toEqual([poor, rich, middle, lone].map((transaction) => transaction.getId()));
});

test('what has no room in a block waits for the next', async () => {
  const { miner, db, chain } = started();
  const sent: Transaction[] = [];
  for (let index = 0; index < 20; index += 1) {
    const transaction = spendOf([coinOf(index)], 200_000n + BigInt(index), { count: 2_000 });
    expect(await send(transaction)).toBe('accepted');
    sent.push(transaction);
  }
  const { height } = await miner.mine(1, key.address);
  const rows = db.prepare(
    'SELECT sum(weight) AS weight, count(*) AS count FROM transactions WHERE height = ?',
  );
  const block = rows.get(height);
  expect(Number(block?.['weight'])).toBeLessThan(4_000_000);
  expect(Number(block?.['count'])).toBeLessThan(sent.length);
  await miner.mine(1, key.address);
  const places = await chain.places(
    sent.map((transaction) => transaction.getId() as TransactionId),
  );
  expect(places.values().every(({ confirmations }) => confirmations > 0)).toBe(true);
}, 30_000);

test('what is undone waits again, as far as the mempool has room for its family', async () => {
  const { miner } = started();
  const family: Transaction[] = [];
  let coin = coinOf(0);
  for (let round = 0; round < 3; round += 1) {
    const links = await chainOf(20, coin);
    family.push(...links);
    coin = links.map((link) => outputOf(link)).at(-1) ?? coin;
    await miner.mine(1, key.address);
  }
  await miner.undo(1);
  expect((await knownOf(family)).every(Boolean)).toBe(true);
  await miner.undo(2);
  expect((await knownOf(family)).lastIndexOf(true)).toBe(24);
  await miner.mine(1, key.address);
  const kept = family.slice(0, 25).map((link) => link.getId() as TransactionId);
  const places = await started().chain.places(kept);
  expect([...places.values()].map(({ confirmations }) => confirmations)).toEqual(
    Array.from({ length: 25 }, () => 1),
  );
});

test('of many children that were mined by and by all wait again', async () => {
  const { miner } = started();
  const parent = spendOf([coinOf(0)], 10_000n, { count: 30 });
  await send(parent);
  const children: Transaction[] = [];
  for (let vout = 0; vout < 30; vout += 1) {
    if (vout === 20) await miner.mine(1, key.address);
    const child = spendOf([outputOf(parent, vout)], 1_000n);
    expect(await send(child)).toBe('accepted');
    children.push(child);
  }
  await miner.undo(1);
  expect((await knownOf(children)).every(Boolean)).toBe(true);
  expect(await send(spendOf([outputOf(parent, 0)], 5_000n))).toBe('too-long-mempool-chain');
});
