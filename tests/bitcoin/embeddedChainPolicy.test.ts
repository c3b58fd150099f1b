import { beforeEach, describe, expect, test } from '@jest/globals';
import { opcodes, script as scripts, type Transaction } from 'bitcoinjs-lib';
import type { TransactionId } from '../../shared/domain/bitcoin.ts';
import { openPurse, type Purse } from '../contract/purse.ts';
import { freshEmbeddedChain } from './embeddedChainUnderTest.ts';
import { payKeys } from './paidKeys.ts';
import { type Spendable, signSpend, type TestSpend, testWallet } from './testWallet.ts';

const started = freshEmbeddedChain();
const wallet = testWallet('payer by policy');
const key = wallet.key(0, 0);
const amountSat = 1_000_000n;
const feeSat = 2_000n;
let purse: Purse;
let coins: readonly Spendable[];

beforeEach(async () => {
  const { chain, miner } = started();
  purse = await openPurse({ chain, mine: async (...block) => void (await miner.mine(...block)) });
  coins = await payKeys(chain, purse, [key, key], amountSat);
});

function coinOf(index: number): Spendable {
  const coin = coins[index];
  if (coin === undefined) throw new Error(`there is no coin ${index}`);
  return coin;
}

async function verdictOf(transaction: Transaction): Promise<string> {
  const verdict = await started().chain.test(transaction.toHex());
  return verdict.ok ? 'accepted' : verdict.refusal;
}

/** What one coin pays: the rest beside what is said goes to its own key. */
function spendOf(change: Partial<TestSpend> = {}): Transaction {
  const outputs = [{ to: key.script, amountSat: amountSat - feeSat }];
  return signSpend({ inputs: [coinOf(0)], outputs, ...change });
}

function payment(script: Uint8Array, sat: bigint): Transaction {
  const rest = { to: key.script, amountSat: amountSat - feeSat - sat };
  return spendOf({ outputs: [{ to: script, amountSat: sat }, rest] });
}

/**
 * A signature is a byte longer or shorter as it comes: of the transactions that differ in nothing
 * but a lock time of the past, one of the size that a limit was computed for.
 */
function ofSize(virtualSize: bigint, spend: (locktime: number) => Transaction): Transaction {
  const found = variants(spend).find((each) => BigInt(each.virtualSize()) === virtualSize);
  if (found === undefined) throw new Error(`no transaction has ${virtualSize} virtual bytes`);
  return found;
}

/** The largest size, which half of them have. */
function sizeOf(spend: (locktime: number) => Transaction): bigint {
  return BigInt(Math.max(...variants(spend).map((each) => each.virtualSize())));
}

function variants(spend: (locktime: number) => Transaction): Transaction[] {
  return Array.from({ length: 30 }, (_, locktime) => spend(locktime));
}

const of = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));
const publicKey = `02${'11'.repeat(32)}`;

describe('an output of a kind is relayed from its dust limit on', () => {
  test.each<[string, Uint8Array, bigint]>([
    ['P2PKH', of(`76a914${'11'.repeat(20)}88ac`), 546n],
    ['P2SH', of(`a914${'11'.repeat(20)}87`), 540n],
    ['P2WPKH', of(`0014${'11'.repeat(20)}`), 294n],
    ['P2WSH', of(`0020${'11'.repeat(32)}`), 330n],
    ['P2TR', of(`5120${'11'.repeat(32)}`), 330n],
    ['anchor', of('51024e73'), 240n],
    ['P2PK', of(`21${publicKey}ac`), 576n],
    ['bare multisig', of(`5121${publicKey}21${publicKey}52ae`), 684n],
    ['a later witness version', of(`60${'28'}${'11'.repeat(40)}`), 354n],
  ])('%s', async (_, script, dustSat) => {
    expect(await verdictOf(payment(script, dustSat))).toBe('accepted');
    expect(await verdictOf(payment(script, dustSat - 1n))).toBe('dust');
  });

  test('data is worth nothing', async () => {
    const data = scripts.compile([opcodes.OP_RETURN, new Uint8Array(80)]);
    expect(data).toHaveLength(83);
    expect(await verdictOf(payment(data, 0n))).toBe('accepted');
    const longer = scripts.compile([opcodes.OP_RETURN, new Uint8Array(81)]);
    expect(await verdictOf(payment(longer, 0n))).toBe('scriptpubkey');
    const two = [data.slice(0, 1), data.slice(0, 1)].map((to) => ({ to, amountSat: 0n }));
    const rest = { to: key.script, amountSat: amountSat - feeSat };
    expect(await verdictOf(spendOf({ outputs: [...two, rest] }))).toBe('multi-op-return');
  });
});

test.each<[string, Uint8Array]>([
  ['a short program of version 0', of(`0015${'11'.repeat(21)}`)],
  ['nothing', of('')],
  ['an operation', of('51')],
  ['data with an operation', of('6a51ac')],
  ['a push that is cut', of('4c')],
  ['a key that is none', of(`2105${'11'.repeat(32)}ac`)],
  ['a multisig of four', of(`51${`21${publicKey}`.repeat(4)}54ae`)],
  ['a multisig of three of two', of(`53${`21${publicKey}`.repeat(2)}52ae`)],
])('an output of %s is not relayed', async (_, script) => {
  expect(await verdictOf(payment(script, 10_000n))).toBe('scriptpubkey');
});

describe('a transaction is refused', () => {
  const nobody = 'ab'.repeat(32) as TransactionId;

  test('without inputs or outputs', async () => {
    expect(await verdictOf(spendOf({ outputs: [] }))).toBe('bad-txns-vout-empty');
    const { chain } = started();
    // Version, no input, no output, no lock; read as a witness it would have no inputs either.
    expect(await chain.test('02000000000000000000')).toMatchObject({ ok: false });
  });

  test.each<[string, bigint[], string]>([
    ['a negative output', [-1n], 'bad-txns-vout-negative'],
    ['an output of more than there is', [2_100_000_000_000_001n], 'bad-txns-vout-toolarge'],
    ['a sum of more than there is', [2_100_000_000_000_000n, 1n], 'bad-txns-txouttotal-toolarge'],
    ['more than its coins', [amountSat + 1n], 'bad-txns-in-belowout'],
    ['two outputs of dust', [100n, 100n, 900_000n], 'dust'],
    ['no fee', [amountSat], 'min relay fee not met'],
  ])('with %s', async (_, amounts, verdict) => {
    // What is worth less than nothing cannot even be signed.
    const transaction = spendOf();
    transaction.outs = amounts.map((value) => ({ script: key.script, value }));
    expect(await verdictOf(transaction)).toBe(verdict);
  });

  test('at one satoshi under a fee of 1 sat/vB', async () => {
    const spend = (sat: bigint) => (locktime: number) =>
      spendOf({ outputs: [{ to: key.script, amountSat: amountSat - sat }], locktime });
    const virtualSize = sizeOf(spend(feeSat));
    const paying = (sat: bigint) => ofSize(virtualSize, spend(sat));
    expect(await verdictOf(paying(virtualSize))).toBe('accepted');
    expect(await verdictOf(paying(virtualSize - 1n))).toBe('min relay fee not met');
  });

  test('with a fee that must be a mistake', async () => {
    const coin = purse.takeCoin();
    const spend = (sat: bigint) => (locktime: number) => {
      const outputs = [{ to: key.script, amountSat: coin.amountSat - sat }];
      return signSpend({ inputs: [coin], outputs, locktime });
    };
    const virtualSize = sizeOf(spend(1_000n));
    const paying = (sat: bigint) => ofSize(virtualSize, spend(sat));
    const most = virtualSize * 10_000n;
    expect(await verdictOf(paying(most))).toBe('accepted');
    expect(await verdictOf(paying(most + 1n))).toBe('max-fee-exceeded');
  });

  test('with a coin twice, a coin of nothing or an unknown coin', async () => {
    const coin = coinOf(0);
    expect(await verdictOf(spendOf({ inputs: [coin, coin] }))).toBe('bad-txns-inputs-duplicate');
    const nothing = { ...coin, txid: '0'.repeat(64) as TransactionId, vout: 0xffffffff };
    expect(await verdictOf(spendOf({ inputs: [coin, nothing] }))).toBe('bad-txns-prevout-null');
    const coinbase = spendOf({ inputs: [nothing] });
    expect(await verdictOf(coinbase)).toBe('bad-cb-length');
    coinbase.setInputScript(0, Uint8Array.of(1, 1));
    expect(await verdictOf(coinbase)).toBe('coinbase');
    const unknown = spendOf({ inputs: [coin, { ...coin, txid: nobody }] });
    expect(await verdictOf(unknown)).toBe('missing-inputs');
    const sent = await started().chain.broadcast(unknown.toHex());
    expect(sent).toEqual({ ok: false, refusal: 'bad-txns-inputs-missingorspent' });
  });

  test('of a version that is not known', async () => {
    const verdicts = [];
    for (const version of [0, 1, 2, 3, 4, 0xffffffff]) {
      verdicts.push(await verdictOf(spendOf({ version })));
    }
    expect(verdicts).toEqual(['version', 'accepted', 'accepted', 'accepted', 'version', 'version']);
  });

  test('when it is too large or too small', async () => {
    const outputs = Array.from({ length: 3_300 }, () => ({ to: key.script, amountSat: 300n }));
    expect(await verdictOf(spendOf({ outputs }))).toBe('tx-size');
    const tiny = spendOf({ outputs: [{ to: of('6a'), amountSat: 0n }] });
    expect(tiny.byteLength(false)).toBe(61);
    expect(await verdictOf(tiny)).toBe('tx-size-small');
  });

  test('for too many checks of signatures', async () => {
    const to = of(`51${`21${publicKey}`.repeat(3)}53ae`);
    const outputs = Array.from({ length: 201 }, () => ({ to, amountSat: 1_000n }));
    expect(await verdictOf(spendOf({ outputs }))).toBe('bad-txns-too-many-sigops');
    const fewer = spendOf({ outputs: outputs.slice(0, 50) });
    // 50 × 20 × 4 checks make 20 000 virtual bytes of what has some 5 700.
    expect(fewer.virtualSize()).toBeLessThan(6_000);
    expect(await verdictOf(fewer)).toBe('accepted');
    const cheap = [...outputs.slice(0, 50), { to: key.script, amountSat: 935_000n }];
    expect(await verdictOf(spendOf({ outputs: cheap }))).toBe('min relay fee not met');
  });

  test('when the node has it', async () => {
    const { chain, miner } = started();
    const transaction = spendOf();
    await chain.broadcast(transaction.toHex());
    expect(await verdictOf(transaction)).toBe('txn-already-in-mempool');
    const unsigned = transaction.clone();
    unsigned.setWitness(0, []);
    expect(await verdictOf(unsigned)).toBe('txn-same-nonwitness-data-in-mempool');
    await miner.mine(1, key.address);
    expect(await verdictOf(transaction)).toBe('txn-already-known');
    const txid = transaction.getId() as TransactionId;
    const inputs = [{ ...coinOf(0), txid, vout: 0, amountSat: amountSat - feeSat }];
    const child = spendOf({ inputs, outputs: [{ to: key.script, amountSat: 900_000n }] });
    await chain.broadcast(child.toHex());
    expect(await verdictOf(transaction)).toBe('txn-already-known');
    await miner.mine(1, key.address);
    expect(await verdictOf(transaction)).toBe('missing-inputs');
  });
});

describe('locks', () => {
  const height = async () => (await started().chain.tip()).height;
  const locked = (sequence: number, change: Partial<TestSpend> = {}) =>
    spendOf({ inputs: [{ ...coinOf(0), sequence }], ...change });

  test('a locktime is a height that the next block has passed, or no input asks for it', async () => {
    const next = (await height()) + 1;
    expect(await verdictOf(locked(0, { locktime: next - 1 }))).toBe('accepted');
    expect(await verdictOf(locked(0, { locktime: next }))).toBe('non-final');
    expect(await verdictOf(locked(0xffffffff, { locktime: next }))).toBe('accepted');
    await purse.mine(1);
    expect(await verdictOf(locked(0, { locktime: next }))).toBe('accepted');
  });

  test('or a time that the median of the last blocks has passed', async () => {
    const { clock, db } = started();
    clock.advance(3_600);
    await purse.mine(11);
    const times = db.prepare('SELECT timeSec FROM blocks ORDER BY height DESC LIMIT 11').all();
    const median = Number(times.map(({ timeSec }) => Number(timeSec)).sort((a, b) => a - b)[5]);
    expect(await verdictOf(locked(0, { locktime: median - 1 }))).toBe('accepted');
    expect(await verdictOf(locked(0, { locktime: median }))).toBe('non-final');
  });

  test('a sequence number may ask for an age in blocks', async () => {
    // The coin is in the tip: the next block is one later.
    expect(await verdictOf(locked(1))).toBe('accepted');
    expect(await verdictOf(locked(2))).toBe('non-BIP68-final');
    expect(await verdictOf(locked(2, { version: 1 }))).toBe('accepted');
    expect(await verdictOf(locked(0x8000_0002))).toBe('accepted');
    await purse.mine(1);
    expect(await verdictOf(locked(2))).toBe('accepted');
  });

  test('or for an age in units of 512 seconds', async () => {
    const { clock } = started();
    const oneUnit = 0x40_0001;
    expect(await verdictOf(locked(oneUnit))).toBe('non-BIP68-final');
    clock.advance(600);
    await purse.mine(6);
    expect(await verdictOf(locked(oneUnit))).toBe('accepted');
    expect(await verdictOf(locked(oneUnit + 1))).toBe('non-BIP68-final');
  });

  test('an age in time is counted between medians, from the block before the coin', async () => {
    const { chain, clock } = started();
    const mineApart = async (count: number) => {
      for (let mined = 0; mined < count; mined += 1) {
        clock.advance(512);
        await purse.mine(1);
      }
    };
    await mineApart(24);
    clock.advance(512);
    coins = await payKeys(chain, purse, [key], amountSat);
    await mineApart(5);
    expect(await verdictOf(locked(0x40_0006))).toBe('accepted');
    expect(await verdictOf(locked(0x40_0007))).toBe('non-BIP68-final');
  });

  test('what is undone back to before its lock leaves the mempool', async () => {
    const { chain, miner } = started();
    const transaction = locked(0, { locktime: await height() });
    expect((await chain.broadcast(transaction.toHex())).ok).toBe(true);
    await miner.mine(1, key.address);
    await miner.undo(1);
    const txid = transaction.getId() as TransactionId;
    expect((await chain.places([txid])).get(txid)).toEqual({ confirmations: 0 });
    await miner.undo(1);
    expect((await chain.places([txid])).size).toBe(0);
  });
});
