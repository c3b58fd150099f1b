import { type Network, networks } from '../domain/bitcoin.ts';
import {
  type Environment,
  givenOf,
  optional,
  refuseWithout,
  required,
  SettingsError,
} from './environment.ts';
import { serviceUrl } from './serviceUrl.ts';

/** How the chain is followed: by a chain of our own, a node, or an index. */
export type ChainSettings =
  | { readonly kind: 'embedded'; readonly directory: string }
  | CoreSettings
  | EsploraSettings;

/** A node of Bitcoin Core. */
export type CoreSettings = {
  readonly kind: 'core';
  readonly network: Network;
  /** Without a slash at its end. */
  readonly url: string;
  readonly access:
    | { readonly kind: 'password'; readonly user: string; readonly password: string }
    | { readonly kind: 'cookie'; readonly file: string };
};

/** An index that speaks the HTTP API of Esplora. */
export type EsploraSettings = {
  readonly kind: 'esplora';
  readonly network: Network;
  /** Without a slash at its end. */
  readonly url: string;
};

/** The network that keys and addresses are of, and what follows it; undefined: nothing does. */
export type BitcoinSettings = {
  readonly network: Network;
  readonly chain: ChainSettings | undefined;
};

const accessSettings = ['BITCOIN_RPC_USER', 'BITCOIN_RPC_PASSWORD', 'BITCOIN_RPC_COOKIE_FILE'];

/**
 * Where a node or an index is named, the network must be. Where neither is, a data directory has a
 * regtest chain of its own, unless another network is named; without one nothing is followed, and
 * the network is mainnet: there a key of a test network is refused at once, while bills in worthless
 * coins would be noticed by nobody. Throws SettingsError.
 */
export function bitcoinSettings(environment: Environment): BitcoinSettings {
  const network = networkOf(environment);
  const rpcUrl = optional(environment, 'BITCOIN_RPC_URL');
  const esploraUrl = optional(environment, 'ESPLORA_URL');
  if (rpcUrl !== undefined && esploraUrl !== undefined) {
    throw new SettingsError('Only one of BITCOIN_RPC_URL and ESPLORA_URL may be set.');
  }
  if (rpcUrl !== undefined) {
    const access = coreAccess(environment);
    const url = serviceUrl('BITCOIN_RPC_URL', rpcUrl);
    return followed(network, (known) => ({ kind: 'core', network: known, url, access }));
  }
  refuseWithout(environment, 'BITCOIN_RPC_URL', accessSettings);
  if (esploraUrl !== undefined) {
    const url = serviceUrl('ESPLORA_URL', esploraUrl);
    return followed(network, (known) => ({ kind: 'esplora', network: known, url }));
  }
  const directory = optional(environment, 'DATA_DIR');
  if (directory === undefined) return { network: network ?? 'mainnet', chain: undefined };
  if (network !== undefined && network !== 'regtest') return { network, chain: undefined };
  return { network: 'regtest', chain: { kind: 'embedded', directory } };
}

function networkOf(environment: Environment): Network | undefined {
  const name = optional(environment, 'BITCOIN_NETWORK');
  if (name === undefined) return undefined;
  const network = networks.find((each) => each === name);
  if (network !== undefined) return network;
  throw new SettingsError(`BITCOIN_NETWORK is none of ${networks.join(', ')}.`);
}

function followed(
  network: Network | undefined,
  chainOn: (network: Network) => ChainSettings,
): BitcoinSettings {
  if (network !== undefined) return { network, chain: chainOn(network) };
  throw new SettingsError(
    'BITCOIN_NETWORK is not set: it must say which network the node or the index is on.',
  );
}

function coreAccess(environment: Environment): CoreSettings['access'] {
  const file = optional(environment, 'BITCOIN_RPC_COOKIE_FILE');
  if (file === undefined) {
    const meaning = 'the login of the node, where there is no BITCOIN_RPC_COOKIE_FILE';
    const user = required(environment, 'BITCOIN_RPC_USER', meaning);
    const password = required(environment, 'BITCOIN_RPC_PASSWORD', 'that of BITCOIN_RPC_USER');
    return { kind: 'password', user, password };
  }
  const [given] = givenOf(environment, ['BITCOIN_RPC_USER', 'BITCOIN_RPC_PASSWORD']);
  if (given === undefined) return { kind: 'cookie', file };
  throw new SettingsError(`Only one of ${given} and BITCOIN_RPC_COOKIE_FILE may be set.`);
}
