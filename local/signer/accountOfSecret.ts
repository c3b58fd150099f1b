import { mnemonicToSeedSync, validateMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import type { BIP32Interface } from 'bip32';
import type { BitcoinLibrary } from '../../shared/adapters/bitcoin/bitcoinLibrary.ts';
import type { AccountKey } from '../../shared/domain/bitcoin.ts';
import { SignerError } from './signerError.ts';

/** m / purpose' / coin' / account' */
const accountDepth = 3;
const purpose = 84;

/**
 * The account that a secret holds, with its private key. The secret is the words of a BIP39 seed in
 * English, or an extended private key of the master or of the account. Which account it is the
 * account key says. Throws SignerError when the secret is not that of the account key; no part of it
 * is in a message.
 */
export function accountOfSecret(
  library: BitcoinLibrary,
  { secret, passphrase }: { readonly secret: string; readonly passphrase: string },
  accountKey: AccountKey,
): BIP32Interface {
  const watched = library.bip32.fromBase58(accountKey, library.parameters);
  const given = rootOf(library, secret.trim(), passphrase);
  const coin = library.network === 'mainnet' ? 0 : 1;
  const account =
    given.depth === accountDepth
      ? given
      : given
          .deriveHardened(purpose)
          .deriveHardened(coin)
          .deriveHardened(watched.index - hardened);
  if (account.neutered().toBase58() !== accountKey) {
    throw new SignerError('This is not the key of the account that the payout spends from.');
  }
  return account;
}
const hardened = 0x8000_0000;

function rootOf(library: BitcoinLibrary, secret: string, passphrase: string): BIP32Interface {
  if (!/\s/.test(secret)) return extendedKeyOf(library, secret, passphrase);
  const words = secret.toLowerCase().split(/\s+/).join(' ');
  if (!validateMnemonic(words, wordlist)) {
    throw new SignerError(
      'These are not the words of a seed: one is unknown, missing or mistyped.',
    );
  }
  return library.bip32.fromSeed(mnemonicToSeedSync(words, passphrase), library.parameters);
}

function extendedKeyOf(
  { bip32, parameters, network }: BitcoinLibrary,
  secret: string,
  passphrase: string,
): BIP32Interface {
  if (passphrase !== '') throw new SignerError('A passphrase belongs to words, not to a key.');
  const versions = network === 'mainnet' ? [0x0488ade4, 0x04b2430c] : [0x04358394, 0x045f18bc];
  for (const version of versions) {
    try {
      const bip32Versions = { public: parameters.bip32.public, private: version };
      const node = bip32.fromBase58(secret, { ...parameters, bip32: bip32Versions });
      node.network = parameters;
      if (!node.isNeutered() && (node.depth === 0 || node.depth === accountDepth)) return node;
    } catch {
      // What is thrown could have the secret in it: all that is told is that it is none.
    }
  }
  throw new SignerError('This is neither the words of a seed nor a private key of this network.');
}
