import { expect, test } from '@jest/globals';
import { Block, Transaction } from 'bitcoinjs-lib';
import type { TransactionId } from '../../shared/domain/bitcoin.ts';
import { openPurse, type Purse } from '../contract/purse.ts';
import { freshEmbeddedChain } from './embeddedChainUnderTest.ts';
import { replayChain, storedCoins } from './replayedChain.ts';
import { type Spendable, signSpend, testWallet } from './testWallet.ts';

const started = freshEmbeddedChain();
const miner = testWallet('miner of the embedded chain').key(0, 0);
const feeSat = 1_000n;
const genesisHash = '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206';

async function purseOf(): Promise<Purse> {
  const { chain, miner: mining } = started();
  return openPurse({ chain, mine: async (...block) => void (await mining.mine(...block)) });
}

test('the chain begins with the block that every regtest chain begins with', async () => {
  const { chain, db } = started();
  expect(await chain.tip()).toEqual({ height: 0, hash: genesisHash });
  expect(replayChain(db)).toMatchObject({ height: 0, mempool: [] });
});

test('a block says its height, pays its miner, commits to witnesses and has its work', async () => {
  const { chain, miner: mining, db } = started();
  const purse = await purseOf();
  const { txid } = await purse.fund(miner.address, 50_000n);
  const tip = await mining.mine(1, miner.address);
  expect(tip).toEqual(await chain.tip());
  replayChain(db);
  const rows = db.prepare('SELECT bytes FROM transactions WHERE height = ? ORDER BY position');
  const [coinbase, payment] = rows
    .all(tip.height)
    .map(({ bytes }) => Transaction.fromBuffer(bytes as Uint8Array));
  expect(payment?.getId()).toBe(txid);
  // A height of 109 in one byte, and an extra nonce of nothing.
  expect(Buffer.from(coinbase?.ins[0]?.script ?? []).toString('hex')).toBe('016d00');
  expect(coinbase?.outs).toMatchObject([{ value: 5_000_000_000n + feeSat }, { value: 0n }]);
  const header = db.prepare('SELECT header FROM blocks WHERE height = ?').get(tip.height);
  const block = Block.fromBuffer(header?.['header'] as Uint8Array);
  expect(block).toMatchObject({ bits: 0x207fffff, version: 0x20000000 });
  expect(block.timestamp).toBeGreaterThanOrEqual(Date.UTC(2026, 10, 22, 12) / 1_000);
});

test('the first blocks write their heights as operations, as BIP34 is read', async () => {
  const { miner: mining, db } = started();
  await mining.mine(17, miner.address);
  const rows = db.prepare('SELECT bytes FROM transactions ORDER BY height').all();
  const scripts = rows.map(({ bytes }) => {
    const script = Transaction.fromBuffer(bytes as Uint8Array).ins[0]?.script ?? [];
    return Buffer.from(script).toString('hex');
  });
  expect([scripts[0], scripts[15], scripts[16]]).toEqual(['5100', '6000', '011100']);
});

test('new coins halve each 150 blocks', async () => {
  const { miner: mining, db } = started();
  await mining.mine(300, miner.address);
  const amounts = db.prepare('SELECT amountSat FROM outputs o JOIN transactions USING (txid)');
  const byHeight = amounts.all().map(({ amountSat }) => amountSat);
  expect(byHeight.filter((amount) => amount === 5_000_000_000)).toHaveLength(149);
  expect(byHeight.filter((amount) => amount === 2_500_000_000)).toHaveLength(150);
  expect(byHeight.filter((amount) => amount === 1_250_000_000)).toHaveLength(1);
});

test('the time of blocks follows the clock, and goes on where the clock stands still', async () => {
  const { miner: mining, clock, db } = started();
  const timeOf = async () => {
    const { height } = await mining.mine(1, miner.address);
    return db.prepare('SELECT timeSec FROM blocks WHERE height = ?').get(height)?.['timeSec'];
  };
  const first = Number(await timeOf());
  for (let mined = 0; mined < 20; mined += 1) await timeOf();
  clock.advance(3_600);
  expect(await timeOf()).toBe(first + 3_600);
  clock.advance(-7_200);
  // Later than the median of the eleven before, however the clock is set.
  await mining.mine(12, miner.address);
  replayChain(db);
});

test('a coinbase can be spent in the hundredth block after it, and not before', async () => {
  const { chain, miner: mining } = started();
  await mining.mine(1, miner.address);
  await mining.mine(98, testWallet('nobody').key(0, 0).address);
  const wallet = testWallet('miner of the embedded chain');
  const changes = await chain.changesSince(wallet.watched(1), undefined);
  const coins: Spendable[] = changes.outputs.map((output) => ({ ...output, key: miner }));
  const outputs = [{ to: miner.address, amountSat: 5_000_000_000n - feeSat }];
  const hex = signSpend({ inputs: coins, outputs }).toHex();
  expect(await chain.test(hex)).toEqual({
    ok: false,
    refusal: 'bad-txns-premature-spend-of-coinbase',
  });
  expect(await chain.coins(wallet.watched(1), 1)).toEqual([]);
  await mining.mine(1, testWallet('nobody').key(0, 0).address);
  expect(await chain.coins(wallet.watched(1), 1)).toMatchObject([{ confirmations: 100 }]);
  expect((await chain.broadcast(hex)).ok).toBe(true);
  const { height } = await mining.mine(1, testWallet('nobody').key(0, 0).address);
  expect(height).toBe(101);
});

test('what spends a coinbase that is undone vanishes with it, and its children too', async () => {
  const { chain, miner: mining, db } = started();
  const purse = await purseOf();
  const coin = purse.takeCoin();
  const sat = coin.amountSat - feeSat;
  const parent = signSpend({ inputs: [coin], outputs: [{ to: miner.address, amountSat: sat }] });
  await chain.broadcast(parent.toHex());
  const txid = parent.getId() as TransactionId;
  const child = signSpend({
    inputs: [{ txid, vout: 0, amountSat: sat, key: miner }],
    outputs: [{ to: miner.address, amountSat: sat - feeSat }],
  });
  await chain.broadcast(child.toHex());
  await mining.mine(2, miner.address);
  await mining.undo((await chain.tip()).height);
  expect((await chain.tip()).hash).toBe(genesisHash);
  expect(storedCoins(db).withMempool.size).toBe(0);
  expect((await chain.places([txid, child.getId() as TransactionId])).size).toBe(0);
});

test('no more blocks can be undone than there are, and then none is', async () => {
  const { chain, miner: mining } = started();
  const tip = await mining.mine(3, miner.address);
  await expect(mining.undo(4)).rejects.toThrow('of 3 blocks 4 cannot be undone');
  await expect(mining.mine(1_001, miner.address)).rejects.toThrow('not 1001');
  await expect(mining.mine(1, 'no address')).rejects.toThrow();
  expect(await chain.tip()).toEqual(tip);
});

test('everything is there when the file is opened again', async () => {
  const { chain, close, openAnother, db } = started();
  const purse = await purseOf();
  const wallet = testWallet('a wallet of the embedded chain').watched(2, 1);
  const start = await chain.changesSince(wallet, undefined);
  const { txid } = await purse.fund(
    testWallet('a wallet of the embedded chain').key(0, 1).address,
    50_000n,
  );
  const before = replayChain(db);
  const tip = await chain.tip();
  close();
  close();
  const again = await openAnother();
  expect(await again.chain.tip()).toEqual(tip);
  expect(replayChain(db)).toEqual(before);
  const changes = await again.chain.changesSince(wallet, start.cursor);
  expect(changes.outputs).toMatchObject([{ txid, index: 1, confirmations: 0 }]);
  await again.miner.mine(1, miner.address);
  expect((await again.chain.places([txid])).get(txid)?.confirmations).toBe(1);
});

test('two connections write at once, and each sees what the other wrote', async () => {
  const { chain, miner: mining, openAnother, db } = started();
  const purse = await purseOf();
  const other = await openAnother();
  const { height } = await chain.tip();
  const [coin, sameCoin] = [purse.takeCoin(), purse.takeCoin()];
  const to = miner.address;
  const hexOf = (fee: bigint) =>
    signSpend({
      inputs: [sameCoin],
      outputs: [{ to, amountSat: sameCoin.amountSat - fee }],
    }).toHex();
  const single = signSpend({
    inputs: [coin],
    outputs: [{ to, amountSat: coin.amountSat - feeSat }],
  });
  await Promise.all([
    ...Array.from({ length: 10 }, () => mining.mine(1, to)),
    ...Array.from({ length: 10 }, () => other.miner.mine(1, to)),
    chain.broadcast(single.toHex()),
    other.chain.broadcast(single.toHex()),
    chain.broadcast(hexOf(feeSat)),
    other.chain.broadcast(hexOf(feeSat + 1n)),
  ]);
  expect((await other.chain.tip()).height).toBe(height + 20);
  await other.miner.mine(1, to);
  const txid = single.getId() as TransactionId;
  expect((await chain.places([txid])).size).toBe(1);
  expect(storedCoins(db).confirmed).toEqual(replayChain(db).confirmed);
});

test('its health is that of its file', async () => {
  const { health, close } = started();
  expect(health.map(({ name }) => name)).toEqual(['chain']);
  await health[0]?.check();
  close();
  await expect(health[0]?.check()).rejects.toThrow();
});

test('what a confirmation costs is known once twenty transactions have paid for one', async () => {
  const { chain, miner: mining } = started();
  const purse = await purseOf();
  expect(await chain.estimateFeeRate(2)).toBeUndefined();
  const wallet = testWallet('payer of the embedded chain');
  const coin = purse.takeCoin();
  const keys = Array.from({ length: 30 }, (_, index) => wallet.key(0, index));
  const outputs = keys.map(({ address }) => ({ to: address, amountSat: 100_000n }));
  const split = signSpend({
    inputs: [coin],
    outputs: [...outputs, { to: miner.address, amountSat: coin.amountSat - 3_010_000n }],
  });
  await chain.broadcast(split.toHex());
  await mining.mine(1, miner.address);
  for (const [vout, key] of keys.entries()) {
    const input = { txid: split.getId() as TransactionId, vout, amountSat: 100_000n, key };
    // 110 virtual bytes at 2 sat/vB.
    const spend = signSpend({
      inputs: [input],
      outputs: [{ to: miner.address, amountSat: 99_780n }],
    });
    await chain.broadcast(spend.toHex());
  }
  await mining.mine(1, miner.address);
  expect(await chain.estimateFeeRate(2)).toBe(2_000);
});
