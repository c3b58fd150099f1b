import type { BIP32Interface } from 'bip32';
import type { AccountKey, WalletId } from '../../domain/bitcoin.ts';
import { looksPrivate } from '../../domain/looksPrivate.ts';
import { accept, type Result, refuse } from '../../domain/result.ts';
import type { AccountKeyFault, Wallet } from '../../ports/bitcoin.ts';
import { sha256 } from '../digest.ts';
import type { BitcoinLibrary } from './bitcoinLibrary.ts';

/** Reads the extended public key of a BIP84 account. What is refused is never part of an answer. */
export function readAccountKey(
  library: BitcoinLibrary,
  text: string,
): Result<Wallet, AccountKeyFault> {
  if (text.length > textLengthMax) return refuse('malformed');
  if (looksPrivate(text)) return refuse('private_key');
  const kind = kindOf(text);
  const node = kind && nodeOf(library, text, kind.version);
  if (kind === undefined || node === undefined) return refuse('malformed');
  if (!kind.isAccount) return refuse('not_an_account');
  if (kind.isMainnet !== (library.network === 'mainnet')) return refuse('wrong_network');
  if (node.depth !== accountDepth || node.index < firstHardened) return refuse('not_an_account');
  node.network = library.parameters;
  const accountKey = node.toBase58() as AccountKey;
  return accept({ walletId: sha256(accountKey).slice(0, walletIdDigits) as WalletId, accountKey });
}

const textLengthMax = 500;
/** m / purpose' / coin' / account' */
const accountDepth = 3;
const firstHardened = 0x8000_0000;
const walletIdDigits = 16;

type Kind = {
  readonly version: number;
  readonly isMainnet: boolean;
  /** Can it be that of an account of P2WPKH? The others are nested or of many signers. */
  readonly isAccount: boolean;
};

/** Extended public keys by how they begin, with their versions: BIP32 and SLIP-0132. */
const kinds: Readonly<Record<string, Kind>> = {
  xpub: { version: 0x0488b21e, isMainnet: true, isAccount: true },
  zpub: { version: 0x04b24746, isMainnet: true, isAccount: true },
  ypub: { version: 0x049d7cb2, isMainnet: true, isAccount: false },
  Ypub: { version: 0x0295b43f, isMainnet: true, isAccount: false },
  Zpub: { version: 0x02aa7ed3, isMainnet: true, isAccount: false },
  tpub: { version: 0x043587cf, isMainnet: false, isAccount: true },
  vpub: { version: 0x045f1cf6, isMainnet: false, isAccount: true },
  upub: { version: 0x044a5262, isMainnet: false, isAccount: false },
  Upub: { version: 0x024289ef, isMainnet: false, isAccount: false },
  Vpub: { version: 0x02575483, isMainnet: false, isAccount: false },
};

function kindOf(text: string): Kind | undefined {
  const prefix = text.slice(0, 4);
  return Object.hasOwn(kinds, prefix) ? kinds[prefix] : undefined;
}

function nodeOf(
  { bip32, parameters }: BitcoinLibrary,
  text: string,
  version: number,
): BIP32Interface | undefined {
  try {
    // A private version that no key has: what is private was refused before, and is not read here.
    return bip32.fromBase58(text, { ...parameters, bip32: { public: version, private: 0 } });
  } catch {
    // It says no more than that a person has typed something else.
    return undefined;
  }
}
