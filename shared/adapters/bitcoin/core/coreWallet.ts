import type { WalletId } from '../../../domain/bitcoin.ts';
import { ChainUnavailableError, type WatchedWallet } from '../../../ports/chain.ts';
import { firstBlockSince } from './blockSince.ts';
import { descriptorOf } from './coreDescriptor.ts';
import { CoreRpcError, faultCodes, isFault } from './coreFault.ts';
import type { CoreRpc } from './coreRpc.ts';
import { progressIn, type WatchProgress, writeProgress } from './watchProgress.ts';

/** Begins the name of each wallet that the app keeps in the node. */
export const walletPrefix = 'mini-smart-grid-';

/**
 * Makes the node watch a wallet of the grid's own, in a wallet of the node's with no private key,
 * and answers the name of that. A repeat changes nothing; what was cut off is gone on with. Throws
 * ChainUnavailableError while there are older blocks left to look through.
 */
export async function watchWallet(rpc: CoreRpc, wallet: WatchedWallet): Promise<string> {
  const name = nameOf(wallet.walletId);
  try {
    const found = progressIn(await listLabels(rpc, name));
    const progress = hasRoom(found, wallet) ? found : await importMore(rpc, name, wallet, found);
    await scanOlderBlocks(rpc, name, wallet, progress);
    return name;
  } catch (error) {
    if (!isFault(error, faultCodes.isWalletBusy)) throw error;
    throw new ChainUnavailableError(`the node's wallet is busy: ${error.reason}`, { cause: error });
  }
}

/** Which wallets of the app the node has open. */
export async function openWallets(rpc: CoreRpc): Promise<readonly string[]> {
  const names = (await rpc.call(['listwallets'])) as readonly string[];
  return names.filter((name) => name.startsWith(walletPrefix));
}

/** Indexes that are watched beyond those given away, and as many again as those. */
const gap = 1_000;
/** More are watched while there is still room: what nobody has yet, nobody can have paid. */
const roomMin = 500;
/**
 * Looking through so many blocks takes seconds, and on a slow disk a second each. A request that is
 * given up leaves no trace of what the node has looked through: the next would begin where it began.
 */
const blocksPerScanMax = 20;
/** Scans in one call: the next call goes on. */
const scansMax = 100;

function nameOf(walletId: WalletId): string {
  return `${walletPrefix}${walletId}`;
}

async function listLabels(rpc: CoreRpc, name: string): Promise<readonly string[]> {
  const list = async () => (await rpc.call(['listlabels'], name)) as readonly string[];
  try {
    return await list();
  } catch (error) {
    if (!isFault(error, faultCodes.hasNoWallet)) throw error;
    await loadOrCreate(rpc, name);
    return await list();
  }
}

async function loadOrCreate(rpc: CoreRpc, name: string): Promise<void> {
  try {
    await rpc.call(['loadwallet', name, true]);
  } catch (error) {
    if (isFault(error, faultCodes.isLoadedAlready)) return;
    if (!isFault(error, faultCodes.hasNoWallet)) throw error;
    // name, disable_private_keys, blank, passphrase, avoid_reuse, descriptors, load_on_startup
    await rpc.call(['createwallet', name, true, true, '', false, true, true]);
  }
}

function hasRoom(
  { receiveCount, changeCount }: WatchProgress,
  wallet: WatchedWallet,
  room = roomMin,
): boolean {
  return receiveCount >= wallet.receiveCount + room && changeCount >= wallet.changeCount + room;
}

/** From now on the node sees what pays to them; what may have come before, a scan has to find. */
async function importMore(
  rpc: CoreRpc,
  name: string,
  wallet: WatchedWallet,
  found: WatchProgress,
): Promise<WatchProgress> {
  const scanTo = (await rpc.call(['getblockcount'])) as number;
  const counts = [2 * wallet.receiveCount + gap, 2 * wallet.changeCount + gap] as const;
  const known = await knownRanges(rpc, name);
  const receive = await descriptorOf(rpc, wallet, 0);
  const descriptors = [receive, await descriptorOf(rpc, wallet, 1)] as const;
  const imports = ([0, 1] as const).map((keyChain) => {
    const desc = descriptors[keyChain];
    // The node itself goes beyond what it was given when a late index is paid, and never back.
    const last = Math.max(counts[keyChain] - 1, known.get(desc) ?? 0);
    return { desc, range: [0, last], timestamp: 'now', active: false, internal: keyChain === 1 };
  });
  const results = (await rpc.call(['importdescriptors', imports], name)) as readonly ImportResult[];
  for (const { success, error } of results) {
    if (!success) throw new CoreRpcError('importdescriptors', error);
  }
  const scan = hasRoom(found, wallet, 0)
    ? found
    : { scannedTo: (await firstBlockSince(rpc, wallet.since, scanTo)) - 1, scanTo };
  const progress = { ...scan, receiveCount: counts[0], changeCount: counts[1] };
  await writeProgress(rpc, name, receive, progress);
  return progress;
}

type ImportResult = {
  readonly success: boolean;
  readonly error?: { readonly code: number; readonly message: string };
};

async function knownRanges(rpc: CoreRpc, name: string): Promise<ReadonlyMap<string, number>> {
  const { descriptors } = (await rpc.call(['listdescriptors'], name)) as {
    readonly descriptors: readonly { readonly desc: string; readonly range?: [number, number] }[];
  };
  return new Map(descriptors.map(({ desc, range }) => [desc, range?.[1] ?? 0]));
}

async function scanOlderBlocks(
  rpc: CoreRpc,
  name: string,
  wallet: WatchedWallet,
  progress: WatchProgress,
): Promise<void> {
  if (progress.scannedTo >= progress.scanTo) return;
  // Blocks may have been undone since: the node has seen those that took their place.
  const tip = (await rpc.call(['getblockcount'])) as number;
  const scanTo = Math.min(progress.scanTo, tip);
  const receive = await descriptorOf(rpc, wallet, 0);
  let { scannedTo } = progress;
  for (let scans = 0; scannedTo < scanTo; scans += 1) {
    if (scans === scansMax) {
      throw new ChainUnavailableError(`the node looks for old payments: ${scannedTo} of ${scanTo}`);
    }
    const last = Math.min(scannedTo + blocksPerScanMax, scanTo);
    await rpc.call(['rescanblockchain', scannedTo + 1, last], name);
    scannedTo = last;
    await writeProgress(rpc, name, receive, { ...progress, scannedTo, scanTo });
  }
}
