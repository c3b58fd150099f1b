import type { BIP32Interface } from 'bip32';
import type { AccountKey, KeyChain } from '../../domain/bitcoin.ts';
import type { BitcoinLibrary } from './bitcoinLibrary.ts';

/** Where a public key comes from, as a PSBT tells the signer. */
export type KeyOrigin = {
  readonly masterFingerprint: Uint8Array;
  readonly path: string;
  readonly pubkey: Uint8Array;
};

/** An account as a PSBT names it: all its own keys, each with its origin. */
export type AccountOrigins = {
  /** The account's extended key itself, for the global part. */
  readonly account: {
    readonly masterFingerprint: Uint8Array;
    readonly path: string;
    readonly extendedPubkey: Uint8Array;
  };
  originAt(keyChain: KeyChain, index: number): KeyOrigin;
};

/**
 * Origins of an account's keys. An account key does not tell its master key: the fingerprint is
 * 00000000, which signers take for unknown, and the path is that of BIP84. The account's number is
 * the key's own.
 */
export function accountOrigins(
  { bip32, network, parameters }: BitcoinLibrary,
  accountKey: AccountKey,
): AccountOrigins {
  const account = bip32.fromBase58(accountKey, parameters);
  const coinType = network === 'mainnet' ? 0 : 1;
  const path = `m/84'/${coinType}'/${account.index - firstHardened}'`;
  const chains = { 0: account.derive(0), 1: account.derive(1) };
  return {
    account: {
      masterFingerprint,
      path,
      extendedPubkey: extendedBytes(account, parameters.bip32.public),
    },
    originAt: (keyChain, index) => ({
      masterFingerprint,
      path: `${path}/${keyChain}/${index}`,
      pubkey: chains[keyChain].derive(index).publicKey,
    }),
  };
}

const masterFingerprint = new Uint8Array(4);
const firstHardened = 0x8000_0000;
const extendedKeyBytes = 78;

/** version (4), depth (1), parent's fingerprint (4), child number (4), chain code (32), key (33) */
function extendedBytes(node: BIP32Interface, version: number): Uint8Array {
  const bytes = new Uint8Array(extendedKeyBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, version);
  view.setUint8(4, node.depth);
  view.setUint32(5, node.parentFingerprint);
  view.setUint32(9, node.index);
  bytes.set(node.chainCode, 13);
  bytes.set(node.publicKey, 45);
  return bytes;
}
