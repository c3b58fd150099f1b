import { createHmac, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BIP32Factory, type BIP32Interface } from 'bip32';
import { initEccLib, networks, payments } from 'bitcoinjs-lib';
import * as ecc from 'tiny-secp256k1';
import type { AccountKey, Address, WalletId } from '../../shared/domain/bitcoin.ts';
import type { Instant } from '../../shared/domain/timeframe.ts';
import type { WatchedWallet } from '../../shared/ports/chain.ts';
import { readIfThere } from '../readIfThere.ts';

initEccLib(ecc);

export const demonstrationNetwork = networks.regtest;

/** A wallet of the demonstration with its private keys, on a chain where nothing is worth anything. */
export type DemonstrationWallet = {
  /** The key of the account m/84'/1'/0', with the private part. */
  readonly account: BIP32Interface;
  /** The public part, as a grid is told it. */
  readonly accountKey: AccountKey;
  /** The one address that the wallet receives at (P2WPKH), and its key. */
  readonly address: Address;
  readonly key: BIP32Interface;
  /** The wallet as a chain watches it. */
  readonly watched: WatchedWallet;
};

const fileName = 'demonstration-seed.hex';
const seedBytes = 32;
const since = '2000-01-01T00:00:00Z' as Instant;

/**
 * The wallets of a data directory, by name: those of the grid, of the homes, and of who mines. Their
 * seed is made at the first use and kept in the directory. The app never sees it.
 */
export function demonstrationWallets(dataDirectory: string): (name: string) => DemonstrationWallet {
  const seed = Buffer.from(readOrMakeSeed(dataDirectory), 'hex');
  const bip32 = BIP32Factory(ecc);
  return (name) => {
    const own = createHmac('sha512', seed).update(name).digest();
    const account = bip32.fromSeed(own, demonstrationNetwork).derivePath("m/84'/1'/0'");
    const accountKey = account.neutered().toBase58() as AccountKey;
    const key = account.derive(0).derive(0);
    const { address } = payments.p2wpkh({
      pubkey: key.publicKey,
      network: demonstrationNetwork,
    });
    const walletId = `demonstration-${name}` as WalletId;
    const watched = { walletId, accountKey, receiveCount: 1, changeCount: 0, since };
    return { account, accountKey, address: address as Address, key, watched };
  };
}

function readOrMakeSeed(dataDirectory: string): string {
  const path = join(dataDirectory, fileName);
  const kept = readIfThere(path)?.trim();
  if (kept !== undefined) return kept;
  mkdirSync(dataDirectory, { recursive: true });
  const seed = randomBytes(seedBytes).toString('hex');
  writeFileSync(path, `${seed}\n`, { mode: 0o600, flag: 'wx' });
  return seed;
}
