import { setImmediate } from 'node:timers/promises';
import type { Address, KeyChain } from '../../../domain/bitcoin.ts';
import type { WatchedWallet } from '../../../ports/chain.ts';
import { transaction } from '../database.ts';
import { hex } from './bytes.ts';
import type { ChainFile } from './chainFile.ts';
import type { ChainLibrary } from './chainLibrary.ts';

/** The chains of a wallet, with how many of their indexes are given away. */
export function keyChainsOf(wallet: WatchedWallet): readonly (readonly [KeyChain, number])[] {
  return [
    [0, wallet.receiveCount],
    [1, wallet.changeCount],
  ];
}

/** Derives the scripts of a wallet's addresses that are not watched yet, and keeps them. */
export async function watchWallet(file: ChainFile, wallet: WatchedWallet): Promise<void> {
  for (const [keyChain, count] of keyChainsOf(wallet)) {
    const last = file.statements.selectLastWatched.get(wallet.walletId, keyChain);
    for (let from = (last?.keyIndex ?? -1) + 1; from < count; from += indexesPerWrite) {
      const scripts = scriptsOf(file.library, wallet, keyChain, {
        from,
        to: Math.min(count, from + indexesPerWrite),
      });
      transaction(file.db, () => {
        for (const { index, script, address } of scripts) {
          const values = [wallet.walletId, keyChain, index, script, address] as const;
          file.statements.insertWatched.run(...values);
        }
      });
      // Lets others run: deriving is what takes the time.
      await setImmediate();
    }
  }
}

const indexesPerWrite = 500;

type WatchedScript = {
  readonly index: number;
  readonly script: string;
  readonly address: Address;
};

function scriptsOf(
  { bip32, bitcoin, network }: ChainLibrary,
  { accountKey }: WatchedWallet,
  keyChain: KeyChain,
  { from, to }: { readonly from: number; readonly to: number },
): readonly WatchedScript[] {
  const chainNode = bip32.fromBase58(accountKey, network).derive(keyChain);
  const scripts: WatchedScript[] = [];
  for (let index = from; index < to; index += 1) {
    const keyHash = bitcoin.crypto.hash160(chainNode.derive(index).publicKey);
    const address = bitcoin.address.toBech32(keyHash, 0, network.bech32) as Address;
    scripts.push({ index, script: `0014${hex(keyHash)}`, address });
  }
  return scripts;
}
