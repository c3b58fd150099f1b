import { describe, expect, test } from '@jest/globals';
import * as bitcoin from 'bitcoinjs-lib';
import * as ecc from 'tiny-secp256k1';
import { messageTransactions } from '../../shared/adapters/bitcoin/messageTransactions.ts';
import { openBitcoin } from '../../shared/adapters/bitcoin/openBitcoin.ts';
import { testWallet } from './testWallet.ts';

/** Signatures that are valid but for one thing: each is signed anew after it was changed. */
const { Transaction, payments, script: scripts, networks } = bitcoin;
const network = networks.regtest;
const regtest = await openBitcoin('regtest');
const wallet = testWallet('forms');
const message = 'pay me here';
const keys = [0, 1, 2].map((index) => wallet.key(0, index).node);
const [key = never()] = keys;
const keyHash = bitcoin.crypto.hash160(key.publicKey);
const witnessKeyHash = payments.p2wpkh({ hash: keyHash, network });
const all = Transaction.SIGHASH_ALL;

type Change = (toSign: bitcoin.Transaction) => void;

describe('a full signature for P2WPKH', () => {
  const { address = never(), output = never() } = witnessKeyHash;

  function isSigned(change: Change, late: Change = () => {}): boolean {
    const toSign = toSignOf(output);
    change(toSign);
    toSign.setWitness(0, [signWitness(toSign, keyCode(), key), key.publicKey]);
    late(toSign);
    return isFull(address, toSign.toBuffer());
  }

  test.each<[string, boolean, Change]>([
    ['as it must be', true, () => {}],
    ['of version 2', true, (toSign) => setVersion(toSign, 2)],
    ['of version 1', false, (toSign) => setVersion(toSign, 1)],
    ['with a time before which it is not good', true, (toSign) => setLocktime(toSign, 2016)],
    ['with an input more', false, (toSign) => toSign.addInput(new Uint8Array(32), 0)],
    ['with an output more', false, (toSign) => toSign.addOutput(output, 0n)],
    ['without its output', false, (toSign) => toSign.outs.pop()],
    ['with an amount', false, (toSign) => Object.assign(toSign.outs[0] ?? {}, { value: 1n })],
    ['to a script', false, (toSign) => Object.assign(toSign.outs[0] ?? {}, { script: output })],
    ['of another output', false, (toSign) => Object.assign(toSign.ins[0] ?? {}, { index: 1 })],
    [
      'of another transaction',
      false,
      (toSign) => Object.assign(toSign.ins[0] ?? {}, { hash: new Uint8Array(32) }),
    ],
  ])('%s: %s', (_form, isValid, change) => {
    expect(isSigned(change)).toBe(isValid);
  });

  test('with a script, which nodes would not take', () => {
    const withScript: Change = (toSign) => toSign.setInputScript(0, Uint8Array.of(0x51));
    expect(isSigned(() => {}, withScript)).toBe(false);
  });

  test('with a count that is written longer than it must be', () => {
    const toSign = toSignOf(output);
    toSign.setWitness(0, [signWitness(toSign, keyCode(), key), key.publicKey]);
    const bytes = [...toSign.toBuffer()];
    expect(bytes.slice(4, 7)).toEqual([0, 1, 1]);
    expect(isFull(address, bytes)).toBe(true);
    expect(isFull(address, bytes.toSpliced(6, 1, 0xfd, 1, 0))).toBe(false);
  });
});

describe('a full signature for P2WPKH in P2SH', () => {
  const {
    address = never(),
    output = never(),
    redeem,
  } = payments.p2sh({
    redeem: witnessKeyHash,
    network,
  });
  const redeemScript = scripts.compile([redeem?.output ?? never()]);

  test.each([
    ['with its script', true, redeemScript],
    ['without a script, as in the simple format', true, new Uint8Array()],
    ['with another script', false, Uint8Array.of(0x51)],
    ['with more than its script', false, Uint8Array.from([0x51, ...redeemScript])],
  ])('%s: %s', (_form, isValid, scriptSig) => {
    const toSign = toSignOf(output);
    toSign.setInputScript(0, scriptSig);
    toSign.setWitness(0, [signWitness(toSign, keyCode(), key), key.publicKey]);
    expect(isFull(address, toSign.toBuffer())).toBe(isValid);
  });
});

test.each([
  ['without a hash type', true, Transaction.SIGHASH_DEFAULT, []],
  ['with SIGHASH_ALL', true, all, [all]],
  ['with SIGHASH_DEFAULT in words', false, Transaction.SIGHASH_DEFAULT, [0]],
  ['with SIGHASH_NONE', false, Transaction.SIGHASH_NONE, [Transaction.SIGHASH_NONE]],
  ['with a byte more', false, all, [all, all]],
])('P2TR is signed %s: %s', (_form, isValid, hashType, end) => {
  const { address, script, node } = wallet.taprootKey(0);
  const toSign = toSignOf(script);
  const hash = toSign.hashForWitnessV1(0, [script], [0n], hashType);
  const tweak = bitcoin.crypto.taggedHash('TapTweak', node.publicKey.subarray(1));
  const signature = Uint8Array.from([...node.tweak(tweak).signSchnorr(hash), ...end]);
  toSign.setWitness(0, [signature]);
  expect(isFull(address, toSign.toBuffer())).toBe(isValid);
});

describe('P2PKH', () => {
  const long = ecc.pointFromScalar(key.privateKey ?? never(), false) ?? never();
  const pay = (publicKey: Uint8Array) =>
    payments.p2pkh({ hash: bitcoin.crypto.hash160(publicKey), network });
  const { address = never(), output = never() } = pay(key.publicKey);

  function isSigned(scriptSigOf: (signature: Uint8Array) => Uint8Array, witness?: Uint8Array) {
    const toSign = toSignOf(output);
    const hash = toSign.hashForSignature(0, output, all);
    const signature = scripts.signature.encode(key.sign(hash), all);
    toSign.setInputScript(0, scriptSigOf(signature));
    if (witness !== undefined) toSign.setWitness(0, [witness]);
    return isFull(address, toSign.toBuffer());
  }

  test.each<[string, boolean, (signature: Uint8Array) => Uint8Array]>([
    ['as it must be', true, (signature) => scripts.compile([signature, key.publicKey])],
    ['with a push more', false, (signature) => scripts.compile([signature, key.publicKey, 0x51])],
    ['without a key', false, (signature) => scripts.compile([signature])],
    [
      'with a push that is longer than it must be',
      false,
      (signature) => Uint8Array.from([0x4c, signature.length, ...signature, 33, ...key.publicKey]),
    ],
  ])('a full signature %s: %s', (_form, isValid, scriptSigOf) => {
    expect(isSigned(scriptSigOf)).toBe(isValid);
  });

  test('a full signature with a witness is none', () => {
    expect(
      isSigned((signature) => scripts.compile([signature, key.publicKey]), key.publicKey),
    ).toBe(false);
  });

  test.each([
    ['of the short key', true, key.publicKey, 31],
    ['of the long key', true, long, 27],
    ['of the short key, as of the long', false, key.publicKey, 27],
    ['of the long key, as of the short', false, long, 31],
    ['as of P2WPKH in P2SH', false, key.publicKey, 35],
    ['as of P2WPKH', false, key.publicKey, 39],
    ['with a header of nothing', false, key.publicKey, 23],
  ])('a BIP137 signature %s: %s', (_form, isValid, publicKey, header) => {
    const text = Buffer.from(`\x18Bitcoin Signed Message:\n\x0b${message}`, 'latin1');
    const signed = ecc.signRecoverable(bitcoin.crypto.hash256(text), key.privateKey ?? never());
    const bytes = [header + signed.recoveryId, ...signed.signature];
    const signature = Buffer.from(bytes).toString('base64');
    expect(regtest.isSignedBy(pay(publicKey).address ?? never(), message, signature)).toBe(isValid);
  });
});

describe('P2WSH', () => {
  const pubkeys = keys.map(({ publicKey }) => publicKey);
  const twoOfThree = payments.p2ms({ m: 2, pubkeys, network }).output ?? never();
  const oneKey = payments.p2pk({ pubkey: key.publicKey, network }).output ?? never();
  const empty = new Uint8Array();

  /** Signs with the keys at these places, in this order. */
  function isSigned(witnessScript: Uint8Array, first: Uint8Array[], signers: number[]): boolean {
    const { address = never(), output = never() } = payments.p2wsh({
      redeem: { output: witnessScript },
      network,
    });
    const toSign = toSignOf(output);
    const signatures = signers.map((at) => signWitness(toSign, witnessScript, keys[at] ?? never()));
    toSign.setWitness(0, [...first, ...signatures, witnessScript]);
    return isFull(address, toSign.toBuffer());
  }

  test.each([
    ['by the first two', true, [empty], [0, 1]],
    ['by the last two', true, [empty], [1, 2]],
    ['by the first and the last', true, [empty], [0, 2]],
    ['in another order', false, [empty], [1, 0]],
    ['by one twice', false, [empty], [1, 1]],
    ['by one', false, [empty], [1]],
    ['by all three', false, [empty], [0, 1, 2]],
    ['with something in the place of nothing', false, [Uint8Array.of(1)], [0, 1]],
    ['with nothing missing', false, [], [0, 1]],
  ])('of two of three keys is signed %s: %s', (_form, isValid, first, signers) => {
    expect(isSigned(twoOfThree, first, signers)).toBe(isValid);
  });

  test.each([
    ['by it', true, [], [0]],
    ['by another', false, [], [1]],
    ['by it and another', false, [], [0, 1]],
    ['with an item more', false, [empty], [0]],
  ])('of one key is signed %s: %s', (_form, isValid, first, signers) => {
    expect(isSigned(oneKey, first, signers)).toBe(isValid);
  });

  test.each([
    ['anyone can spend', Uint8Array.of(0x51)],
    ['none of one', scripts.compile([0x50, key.publicKey, 0x51, 0xae])],
    ['two of one', scripts.compile([0x52, key.publicKey, 0x51, 0xae])],
    ['one of two, with one key', scripts.compile([0x51, key.publicKey, 0x52, 0xae])],
  ])('of a script that is not known is not signed: %s', (_form, witnessScript) => {
    const { output } = payments.p2wsh({ hash: bitcoin.crypto.sha256(witnessScript), network });
    const toSign = toSignOf(output ?? never());
    toSign.setWitness(0, [signWitness(toSign, witnessScript, key), witnessScript]);
    const address = bitcoin.address.fromOutputScript(output ?? never(), network);
    expect(isFull(address, toSign.toBuffer())).toBe(false);
    expect(regtest.isSignedBy(address, message, 'AQFR')).toBe(false);
  });
});

function toSignOf(output: Uint8Array): bitcoin.Transaction {
  return messageTransactions({ bitcoin }, output, message).toSign;
}

function isFull(address: string, bytes: Iterable<number>): boolean {
  return regtest.isSignedBy(address, message, `ful${Buffer.from([...bytes]).toString('base64')}`);
}

function signWitness(
  toSign: bitcoin.Transaction,
  code: Uint8Array,
  signer: (typeof keys)[number],
): Uint8Array {
  return scripts.signature.encode(signer.sign(toSign.hashForWitnessV0(0, code, 0n, all)), all);
}

function keyCode(): Uint8Array {
  return payments.p2pkh({ hash: keyHash, network }).output ?? never();
}

function setVersion(toSign: bitcoin.Transaction, version: number): void {
  toSign.version = version;
}

function setLocktime(toSign: bitcoin.Transaction, locktime: number): void {
  toSign.locktime = locktime;
}

function never(): never {
  throw new Error('it is there');
}
