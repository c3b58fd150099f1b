import type { Transaction } from 'bitcoinjs-lib';

/** The first input of a transaction, with the script that it is to unlock. */
export type Spend = {
  readonly transaction: Transaction;
  readonly script: Uint8Array;
  readonly scriptSig: Uint8Array;
  readonly witness: readonly Uint8Array[];
};

/** What is signed for a P2WPKH input (BIP143): DUP HASH160 <20 bytes> EQUALVERIFY CHECKSIG */
export function scriptCodeOf(keyHash: Uint8Array): Uint8Array {
  return Uint8Array.from([0x76, 0xa9, 0x14, ...keyHash, 0x88, 0xac]);
}
