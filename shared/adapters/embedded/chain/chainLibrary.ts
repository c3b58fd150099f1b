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
  const [bitcoin, bip66, { BIP32Factory }, ecc] = await Promise.all([
    import('bitcoinjs-lib'),
    import('bitcoinjs-lib/src/bip66'),
    import('bip32'),
    import('tiny-secp256k1'),
  ]);
  bitcoin.initEccLib(ecc);
  return { bitcoin, bip66, bip32: BIP32Factory(ecc), ecc, network: bitcoin.networks.regtest };
}
