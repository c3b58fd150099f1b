import type { KeyChain } from '../../../domain/bitcoin.ts';
import type { WatchedWallet } from '../../../ports/chain.ts';
import type { CoreRpc } from './coreRpc.ts';

/** Where in the account an address is. */
export type Key = { readonly keyChain: KeyChain; readonly index: number };

/** The descriptor of a chain of the account, with the checksum that the node asks for. */
export async function descriptorOf(
  rpc: CoreRpc,
  { accountKey }: WatchedWallet,
  keyChain: KeyChain,
): Promise<string> {
  const info = await rpc.call(['getdescriptorinfo', `wpkh(${accountKey}/${keyChain}/*)`]);
  return (info as { readonly descriptor: string }).descriptor;
}

/** Reads `wpkh([…/0/5]…)`, as the node describes an address of its wallet; undefined for others. */
export function keyOf(descriptor: string | undefined): Key | undefined {
  const match = /\/([01])\/(\d+)\]/.exec(descriptor ?? '');
  if (match === null) return undefined;
  return { keyChain: match[1] === '0' ? 0 : 1, index: Number(match[2]) };
}

/** Has the wallet given this address away? */
export function isGivenAway({ receiveCount, changeCount }: WatchedWallet, key: Key): boolean {
  return key.index < (key.keyChain === 0 ? receiveCount : changeCount);
}
