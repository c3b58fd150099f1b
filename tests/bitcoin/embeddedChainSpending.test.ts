import { beforeEach, describe, expect, test } from '@jest/globals';
import { script as scripts, type Transaction } from 'bitcoinjs-lib';
import { openPurse, type Purse } from '../contract/purse.ts';
import { freshEmbeddedChain } from './embeddedChainUnderTest.ts';
import { payKeys } from './paidKeys.ts';
import { type Spendable, signInput, signSpend, type TestInput, testWallet } from './testWallet.ts';

const started = freshEmbeddedChain();
const wallet = testWallet('spender of the embedded chain');
const keys = [wallet.key(0, 0), wallet.key(0, 1), wallet.taprootKey(0), wallet.taprootKey(1)];
const amountSat = 1_000_000n;
const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const falseStack =
  'Script evaluated without error but finished with a false/empty top stack element';
let purse: Purse;
let coins: readonly Spendable[];

beforeEach(async () => {
  const { chain, miner } = started();
  purse = await openPurse({ chain, mine: async (...block) => void (await miner.mine(...block)) });
  coins = await payKeys(chain, purse, keys, amountSat);
});

function coinOf(index: number): Spendable {
  const coin = coins[index];
  if (coin === undefined) throw new Error(`there is no coin ${index}`);
  return coin;
}

function spend(inputs: readonly TestInput[], outputCount = 1): Transaction {
  const each = (amountSat * BigInt(inputs.length) - 2_000n) / BigInt(outputCount);
  const to = purse.wallet.key(1, 0).address;
  const outputs = Array.from({ length: outputCount }, () => ({ to, amountSat: each }));
  return signSpend({ inputs, outputs });
}

async function verdictOf(transaction: Transaction): Promise<string> {
  const verdict = await started().chain.test(transaction.toHex());
  return verdict.ok ? 'accepted' : verdict.refusal;
}

function mandatory(error: string): string {
  return `mandatory-script-verify-flag-failed (${error})`;
}

const hashTypes = [0x01, 0x02, 0x03, 0x81, 0x82, 0x83];

test.each(hashTypes)('both kinds are spent with a signature of type %i', async (hashType) => {
  const inputs = [0, 1, 2, 3].map((index) => ({ ...coinOf(index), hashType }));
  expect(await verdictOf(spend(inputs, 4))).toBe('accepted');
  const mixed = inputs.map((input, index) => ({ ...input, hashType: hashTypes[index] ?? 1 }));
  expect(await verdictOf(spend(mixed, 4))).toBe('accepted');
});

test('P2TR is spent with a signature of no type, in the mempool and in blocks', async () => {
  const { chain, miner } = started();
  const transaction = spend([coinOf(2), coinOf(3)]);
  expect(transaction.ins.map(({ witness }) => witness[0]?.length)).toEqual([64, 64]);
  expect((await chain.broadcast(transaction.toHex())).ok).toBe(true);
  await miner.mine(1, keys[0]?.address ?? '');
});

test('what a signature does not cover may change, and nothing else', async () => {
  for (const index of [0, 2]) {
    const changed = (hashType: number) => {
      const transaction = spend([{ ...coinOf(index), hashType }], 2);
      for (const output of transaction.outs.slice(1)) output.value -= 1n;
      return verdictOf(transaction);
    };
    expect(await changed(0x01)).toMatch(/^mandatory/);
    expect(await changed(0x02)).toBe('accepted');
    expect(await changed(0x03)).toBe('accepted');
  }
});

test('an amount or a script that is not that of the coin is not signed for', async () => {
  for (const index of [0, 2]) {
    const other = spend([{ ...coinOf(index), amountSat: amountSat + 1n }]);
    expect(await verdictOf(other)).toMatch(/^mandatory/);
  }
  // Taproot signs for the coins of the other inputs too.
  const inputs = [coinOf(2), { ...coinOf(0), amountSat: amountSat - 1n }];
  const transaction = spend(inputs);
  signInput(transaction, [coinOf(2), coinOf(0)], 1);
  expect(await verdictOf(transaction)).toBe(mandatory('Invalid Schnorr signature'));
});

describe('a P2WPKH input is refused', () => {
  type Witness = (signature: Uint8Array, key: Uint8Array) => Uint8Array[];
  const withWitness = (change: Witness) => {
    const transaction = spend([coinOf(0)]);
    const [signature, key] = transaction.ins[0]?.witness ?? [];
    if (signature === undefined || key === undefined) throw new Error('an input is signed');
    transaction.setWitness(0, change(signature, key));
    return verdictOf(transaction);
  };

  test.each<[string, Witness, string]>([
    ['without a witness', () => [], 'Witness program hash mismatch'],
    ['without a key', (signature) => [signature], 'Witness program hash mismatch'],
    ['with more', (signature, key) => [signature, key, key], 'Witness program hash mismatch'],
    [
      'with another key',
      (signature) => [signature, keys[1]?.node.publicKey ?? signature],
      'Script failed an OP_EQUALVERIFY operation',
    ],
    ['with no signature', (_, key) => [new Uint8Array(), key], falseStack],
    ['with a type alone', (_, key) => [Uint8Array.of(1), key], 'Non-canonical DER signature'],
    [
      'with a signature that is cut',
      (signature, key) => [signature.slice(1), key],
      'Non-canonical DER signature',
    ],
    [
      'with a signature of another type',
      (signature, key) => [Uint8Array.from([...signature.slice(0, -1), 2]), key],
      falseStack,
    ],
    [
      'with a long element',
      (_, key) => [new Uint8Array(521), key],
      'Push value size limit exceeded',
    ],
  ])('%s', async (_, change, error) => {
    expect(await withWitness(change)).toBe(mandatory(error));
  });

  test('with a high S, which is right but not relayed', async () => {
    const verdict = await withWitness((encoded, key) => {
      const { signature, hashType } = scripts.signature.decode(encoded);
      const low = BigInt(`0x${Buffer.from(signature.subarray(32)).toString('hex')}`);
      const high = Buffer.from((order - low).toString(16).padStart(64, '0'), 'hex');
      return [
        scripts.signature.encode(
          Uint8Array.from([...signature.subarray(0, 32), ...high]),
          hashType,
        ),
        key,
      ];
    });
    expect(verdict).toBe(
      'non-mandatory-script-verify-flag (Non-canonical signature: S value is unnecessarily high)',
    );
  });

  test('with a number that the curve does not have', async () => {
    const verdict = await withWitness((encoded, key) => {
      const tooLarge = Buffer.from(order.toString(16), 'hex');
      const r = scripts.signature.decode(encoded).signature.subarray(0, 32);
      return [scripts.signature.encode(Uint8Array.from([...r, ...tooLarge]), 1), key];
    });
    expect(verdict).toBe(mandatory(falseStack));
  });

  test('with a script beside the witness', async () => {
    const transaction = spend([coinOf(0)]);
    transaction.setInputScript(0, Uint8Array.of(0x51));
    expect(await verdictOf(transaction)).toBe(mandatory('Witness requires empty scriptSig'));
    transaction.setInputScript(0, Uint8Array.of(0xac));
    expect(await verdictOf(transaction)).toBe('scriptsig-not-pushonly');
  });
});

describe('a P2TR input is refused', () => {
  type Witness = (signature: Uint8Array) => Uint8Array[];
  test.each<[string, Witness, string]>([
    ['without a witness', () => [], mandatory('Witness program was passed an empty witness')],
    [
      'with a short signature',
      (signature) => [signature.slice(1)],
      mandatory('Invalid Schnorr signature size'),
    ],
    [
      'with the default type spelled',
      (signature) => [Uint8Array.from([...signature, 0])],
      mandatory('Invalid Schnorr signature hash type'),
    ],
    [
      'with a type that is none',
      (signature) => [Uint8Array.from([...signature, 4])],
      mandatory('Invalid Schnorr signature hash type'),
    ],
    [
      'with another type',
      (signature) => [Uint8Array.from([...signature, 1])],
      mandatory('Invalid Schnorr signature'),
    ],
    ['with zeros', () => [new Uint8Array(64)], mandatory('Invalid Schnorr signature')],
    ['with ones', () => [new Uint8Array(64).fill(0xff)], mandatory('Invalid Schnorr signature')],
    ['with an annex', (signature) => [signature, Uint8Array.of(0x50)], 'bad-witness-nonstandard'],
    [
      'with a script',
      (signature) => [signature, signature, signature],
      'unsupported-input (a script path cannot be spent on this chain)',
    ],
  ])('%s', async (_, change, verdict) => {
    const transaction = spend([coinOf(2)]);
    const [signature] = transaction.ins[0]?.witness ?? [];
    if (signature === undefined) throw new Error('an input is signed');
    transaction.setWitness(0, change(signature));
    expect(await verdictOf(transaction)).toBe(verdict);
  });

  test('with a signature for the output beside it, where there is none', async () => {
    const transaction = spend([coinOf(0), { ...coinOf(2), hashType: 0x81 }]);
    const [signature] = transaction.ins[1]?.witness ?? [];
    transaction.setWitness(1, [Uint8Array.from([...(signature ?? []).slice(0, 64), 0x83])]);
    expect(await verdictOf(transaction)).toBe(mandatory('Invalid Schnorr signature hash type'));
  });
});

test('other kinds can be paid to, and are not spent here', async () => {
  const { chain } = started();
  const to = Buffer.from(`76a914${'1'.repeat(40)}88ac`, 'hex');
  const outputs = [{ to, amountSat: amountSat - 1_000n }];
  const sent = await chain.broadcast(signSpend({ inputs: [coinOf(0)], outputs }).toHex());
  if (!sent.ok) throw new Error(sent.refusal);
  const input = { ...coinOf(1), txid: sent.value.txid, vout: 0, amountSat: amountSat - 1_000n };
  const transaction = signSpend({
    inputs: [input],
    outputs: [{ to: keys[1]?.script ?? to, amountSat: amountSat - 2_000n }],
  });
  expect(await verdictOf(transaction)).toBe('bad-witness-nonstandard');
  transaction.setWitness(0, []);
  const verdict = await verdictOf(transaction);
  expect(verdict).toBe('unsupported-input (p2pkh cannot be spent on this chain)');
});
