import type { BIP32Interface } from 'bip32';
import * as bitcoin from 'bitcoinjs-lib';
import { messageTransactions } from '../../shared/adapters/bitcoin/messageTransactions.ts';

/** The kinds of addresses that messages are signed for here. */
export type MessageAddressKind = 'p2wpkh' | 'p2tr';

/** What signs: a key of BIP32, which can be tweaked for P2TR. */
export type MessageKey = Pick<BIP32Interface, 'publicKey' | 'sign' | 'tweak'>;

/**
 * Signs a message for an address of a key: BIP322, simple, base64. P2TR is by its key path, without
 * scripts, as BIP86 has it. The same message gives the same signature.
 */
export function signMessage(key: MessageKey, kind: MessageAddressKind, message: string): string {
  if (!message.isWellFormed()) throw new Error('The message has half a surrogate pair in it.');
  const witness = kind === 'p2tr' ? signTaproot(key, message) : signKeyHash(key, message);
  return Buffer.concat([
    Uint8Array.of(witness.length),
    ...witness.flatMap((item) => [Uint8Array.of(item.length), item]),
  ]).toString('base64');
}

/** witness: <signature> <key>; script: OP_0 <20 bytes> */
function signKeyHash(key: MessageKey, message: string): readonly Uint8Array[] {
  const { publicKey } = key;
  const keyHash = bitcoin.crypto.hash160(publicKey);
  const script = Uint8Array.from([0x00, 0x14, ...keyHash]);
  const { toSign } = messageTransactions({ bitcoin }, script, message);
  // DUP HASH160 <20 bytes> EQUALVERIFY CHECKSIG
  const scriptCode = Uint8Array.from([0x76, 0xa9, 0x14, ...keyHash, 0x88, 0xac]);
  const hashType = bitcoin.Transaction.SIGHASH_ALL;
  const hash = toSign.hashForWitnessV0(0, scriptCode, 0n, hashType);
  return [bitcoin.script.signature.encode(key.sign(hash), hashType), publicKey];
}

/** witness: <signature>; script: OP_1 <output key> */
function signTaproot(key: MessageKey, message: string): readonly Uint8Array[] {
  const tweaked = key.tweak(bitcoin.crypto.taggedHash('TapTweak', xOnly(key.publicKey)));
  const script = Uint8Array.from([0x51, 0x20, ...xOnly(tweaked.publicKey)]);
  const { toSign } = messageTransactions({ bitcoin }, script, message);
  const hashType = bitcoin.Transaction.SIGHASH_DEFAULT;
  const hash = toSign.hashForWitnessV1(0, [script], [0n], hashType);
  return [tweaked.signSchnorr(hash)];
}

function xOnly(publicKey: Uint8Array): Uint8Array {
  return publicKey.subarray(1);
}
