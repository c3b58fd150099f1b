import type { KeyChain, WalletId } from '../../../domain/bitcoin.ts';
import { ChainUnavailableError, type WatchedWallet } from '../../../ports/chain.ts';
import { firstBlockSince } from './blockSince.ts';
import { CoreRpcError, faultCodes, isFault } from './coreFault.ts';
import type { CoreRpc } from './coreRpc.ts';

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
    const found = await readProgress(rpc, name);
    const isEnough =
      found.receiveCount >= wallet.receiveCount && found.changeCount >= wallet.changeCount;
    const progress = isEnough ? found : await importDescriptors(rpc, name, wallet);
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

/** Indexes that are watched beyond those given away: more are given away while nobody looks. */
const gap = 1000;
/** Looking through so many blocks takes seconds; a request must not take much longer. */
const blocksPerScanMax = 500;
/** Scans in one call: the next call goes on. */
const scansMax = 40;

/** What the node watches, and up to which height the blocks from before then were looked through. */
type Progress = {
  readonly receiveCount: number;
  readonly changeCount: number;
  readonly scannedTo: number;
  readonly scanTo: number;
};

const nothing: Progress = { receiveCount: 0, changeCount: 0, scannedTo: 0, scanTo: 0 };

function nameOf(walletId: WalletId): string {
  return `${walletPrefix}${walletId}`;
}

/** The label of the first address says it: the node keeps that with the wallet, and for long. */
async function readProgress(rpc: CoreRpc, name: string): Promise<Progress> {
  const labels = (await listLabels(rpc, name)) as readonly string[];
  const match = labels.map((label) => progressPattern.exec(label)).find((each) => each !== null);
  if (match === undefined || match === null) return nothing;
  const [receiveCount = 0, changeCount = 0, scannedTo = 0, scanTo = 0] = match.slice(1).map(Number);
  return { receiveCount, changeCount, scannedTo, scanTo };
}

const progressPattern = /^watched (\d+) and (\d+), scanned (\d+) of (\d+)$/;

async function writeProgress(
  rpc: CoreRpc,
  name: string,
  wallet: WatchedWallet,
  progress: Progress,
): Promise<void> {
  const [address] = (await rpc.call([
    'deriveaddresses',
    await descriptorOf(rpc, wallet, 0),
    [0, 0],
  ])) as readonly string[];
  const { receiveCount, changeCount, scannedTo, scanTo } = progress;
  const label = `watched ${receiveCount} and ${changeCount}, scanned ${scannedTo} of ${scanTo}`;
  await rpc.call(['setlabel', address, label], name);
}

async function listLabels(rpc: CoreRpc, name: string): Promise<unknown> {
  try {
    return await rpc.call(['listlabels'], name);
  } catch (error) {
    if (!isFault(error, faultCodes.hasNoWallet)) throw error;
    await loadOrCreate(rpc, name);
    return await rpc.call(['listlabels'], name);
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

/** From now on the node sees what pays to them; what came before, a scan finds. */
async function importDescriptors(
  rpc: CoreRpc,
  name: string,
  wallet: WatchedWallet,
): Promise<Progress> {
  const scanTo = (await rpc.call(['getblockcount'])) as number;
  const counts = [wallet.receiveCount + gap, wallet.changeCount + gap] as const;
  const known = await knownRanges(rpc, name);
  const imports = await Promise.all(
    ([0, 1] as const).map(async (keyChain) => {
      const desc = await descriptorOf(rpc, wallet, keyChain);
      // The node itself goes beyond what it was given when a late index is paid, and never back.
      const last = Math.max(counts[keyChain] - 1, known.get(desc) ?? 0);
      return { desc, range: [0, last], timestamp: 'now', active: false, internal: keyChain === 1 };
    }),
  );
  const results = (await rpc.call(['importdescriptors', imports], name)) as readonly ImportResult[];
  for (const { success, error } of results) {
    if (!success) throw new CoreRpcError('importdescriptors', error);
  }
  const scannedTo = (await firstBlockSince(rpc, wallet.since, scanTo)) - 1;
  const progress = { receiveCount: counts[0], changeCount: counts[1], scannedTo, scanTo };
  await writeProgress(rpc, name, wallet, progress);
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

/** The descriptor of a chain, with the checksum that the node asks for. */
async function descriptorOf(
  rpc: CoreRpc,
  { accountKey }: WatchedWallet,
  keyChain: KeyChain,
): Promise<string> {
  const info = await rpc.call(['getdescriptorinfo', `wpkh(${accountKey}/${keyChain}/*)`]);
  return (info as { readonly descriptor: string }).descriptor;
}

async function scanOlderBlocks(
  rpc: CoreRpc,
  name: string,
  wallet: WatchedWallet,
  progress: Progress,
): Promise<void> {
  if (progress.scannedTo >= progress.scanTo) return;
  // Blocks may have been undone since: the node has seen those that took their place.
  const tip = (await rpc.call(['getblockcount'])) as number;
  const scanTo = Math.min(progress.scanTo, tip);
  let { scannedTo } = progress;
  for (let scans = 0; scannedTo < scanTo; scans += 1) {
    if (scans === scansMax) {
      throw new ChainUnavailableError(`the node looks for old payments: ${scannedTo} of ${scanTo}`);
    }
    const last = Math.min(scannedTo + blocksPerScanMax, scanTo);
    await rpc.call(['rescanblockchain', scannedTo + 1, last], name);
    scannedTo = last;
    await writeProgress(rpc, name, wallet, { ...progress, scannedTo, scanTo });
  }
  if (scanTo < progress.scanTo)
    await writeProgress(rpc, name, wallet, { ...progress, scannedTo, scanTo });
}
