import type { BIP32API } from 'bip32';
import type { Network } from 'bitcoinjs-lib';

/** What the chain reads, hashes and checks with. */
export type ChainLibrary = {
  readonly bitcoin: typeof import('bitcoinjs-lib');
  readonly bip66: typeof import('bitcoinjs-lib/src/bip66');
  readonly bip32: BIP32API;
  readonly ecc: typeof import('tiny-secp256k1');
  readonly network: Network;
};

/** Loads the packages when they are needed: one of them brings WebAssembly along. */
export async function loadChainLibrary(): Promise<ChainLibrary> {
  // One after the other: they share packages, and not every loader links one that is being linked.
  const bitcoin = await import('bitcoinjs-lib');
  const bip66 = await import('bitcoinjs-lib/src/bip66');
  const { BIP32Factory } = await import('bip32');
  const ecc = await import('tiny-secp256k1');
  bitcoin.initEccLib(ecc);
  return { bitcoin, bip66, bip32: BIP32Factory(ecc), ecc, network: bitcoin.networks.regtest };
}
