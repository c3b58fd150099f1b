import type { CoreRpc } from './coreRpc.ts';

/** What the node watches, and up to which height the blocks from before then were looked through. */
export type WatchProgress = {
  readonly receiveCount: number;
  readonly changeCount: number;
  readonly scannedTo: number;
  readonly scanTo: number;
};

/** Before the first look. */
const nothing: WatchProgress = { receiveCount: 0, changeCount: 0, scannedTo: 0, scanTo: 0 };

/** Reads it from the labels of a wallet of the node. */
export function progressIn(labels: readonly string[]): WatchProgress {
  const match = labels.map((label) => pattern.exec(label)).find((each) => each !== null);
  if (match === undefined || match === null) return nothing;
  const [receiveCount = 0, changeCount = 0, scannedTo = 0, scanTo = 0] = match.slice(1).map(Number);
  return { receiveCount, changeCount, scannedTo, scanTo };
}

const pattern = /^watched (\d+) and (\d+), scanned (\d+) of (\d+)$/;

/** Keeps it as the label of the first address: the node keeps that with the wallet, and for long. */
export async function writeProgress(
  rpc: CoreRpc,
  name: string,
  receiveDescriptor: string,
  { receiveCount, changeCount, scannedTo, scanTo }: WatchProgress,
): Promise<void> {
  const addresses = await rpc.call(['deriveaddresses', receiveDescriptor, [0, 0]]);
  const [first] = addresses as readonly string[];
  const label = `watched ${receiveCount} and ${changeCount}, scanned ${scannedTo} of ${scanTo}`;
  await rpc.call(['setlabel', first, label], name);
}
