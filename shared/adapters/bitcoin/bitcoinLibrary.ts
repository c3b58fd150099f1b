import type { BIP32API } from 'bip32';
import type { Network as Parameters } from 'bitcoinjs-lib';
import type { Network } from '../../domain/bitcoin.ts';

/** What the adapter computes with, and the parameters of its network. */
export type BitcoinLibrary = {
  readonly bitcoin: typeof import('bitcoinjs-lib');
  readonly bip32: BIP32API;
  readonly ecc: typeof import('tiny-secp256k1');
  readonly network: Network;
  readonly parameters: Parameters;
};

/** Loads the packages when they are needed: one of them brings WebAssembly along. */
export async function loadBitcoinLibrary(network: Network): Promise<BitcoinLibrary> {
  // One after the other: they share packages, and not every loader links one that is being linked.
  const bitcoin = await import('bitcoinjs-lib');
  const { BIP32Factory } = await import('bip32');
  const ecc = await import('tiny-secp256k1');
  bitcoin.initEccLib(ecc);
  const { networks } = bitcoin;
  const parameters = {
    mainnet: networks.bitcoin,
    testnet: networks.testnet,
    // Signet has no parameters of its own: its addresses and keys are written like testnet's.
    signet: networks.testnet,
    regtest: networks.regtest,
  } satisfies Record<Network, Parameters>;
  return { bitcoin, bip32: BIP32Factory(ecc), ecc, network, parameters: parameters[network] };
}
