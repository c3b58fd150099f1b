import type { FeeRate, TransactionId } from '../../../domain/bitcoin.ts';
import { accept, type Result, refuse } from '../../../domain/result.ts';
import { CoreRpcError, faultCodes, isFault } from './coreFault.ts';
import { satoshiOf } from './coreJson.ts';
import { findPlaces } from './corePlaces.ts';
import type { CoreRpc } from './coreRpc.ts';

type Sent = Result<{ readonly txid: TransactionId }, string>;

/** Asks the node whether it would take a transaction. */
export async function testTransaction(rpc: CoreRpc, hex: string): Promise<Sent> {
  try {
    const [verdict] = (await rpc.call(['testmempoolaccept', [hex]])) as readonly Verdict[];
    if (verdict?.allowed === true) return accept({ txid: verdict.txid });
    return refuse(verdict?.['reject-reason'] ?? 'the node does not say why');
  } catch (error) {
    if (isFault(error, faultCodes.cannotBeRead)) return refuse(error.reason);
    throw error;
  }
}

/** Sends a transaction. Of one that is in a block, the node may only say that its inputs are gone. */
export async function sendTransaction(rpc: CoreRpc, hex: string): Promise<Sent> {
  try {
    return accept({ txid: (await rpc.call(['sendrawtransaction', hex])) as TransactionId });
  } catch (error) {
    if (!(error instanceof CoreRpcError) || !refusals.includes(error.code)) throw error;
    const txid = error.code === faultCodes.cannotBeRead ? undefined : await txidOf(rpc, hex);
    if (txid !== undefined && (await wasSent(rpc, txid, error.code))) return accept({ txid });
    return refuse(wordOf(error.reason));
  }
}

/** What a confirmation within so many blocks costs; undefined where the node has seen too little. */
export async function estimateFee(rpc: CoreRpc, blocks: number): Promise<FeeRate | undefined> {
  const target = Math.min(Math.max(Math.trunc(blocks), 1), targetBlocksMax);
  const { feerate } = (await rpc.call(['estimatesmartfee', target])) as Estimate;
  return feerate === undefined ? undefined : (Number(satoshiOf(feerate)) as FeeRate);
}

const targetBlocksMax = 1008;
const refusals: readonly number[] = [
  faultCodes.cannotBeRead,
  faultCodes.isMissingInputs,
  faultCodes.isRejected,
  faultCodes.isInChainAlready,
];

type Verdict = {
  readonly txid: TransactionId;
  readonly allowed?: boolean;
  readonly 'reject-reason'?: string;
};
/** Satoshi per 1000 virtual bytes, written as an amount. */
type Estimate = { readonly feerate?: string };

async function txidOf(rpc: CoreRpc, hex: string): Promise<TransactionId> {
  const decoded = await rpc.call(['decoderawtransaction', hex]);
  return (decoded as { readonly txid: TransactionId }).txid;
}

async function wasSent(rpc: CoreRpc, txid: TransactionId, code: number): Promise<boolean> {
  if (code === faultCodes.isInChainAlready) return true;
  if (code !== faultCodes.isMissingInputs) return false;
  return (await findPlaces(rpc, [txid])).has(txid);
}

/** The node adds to its word, after a comma, what was the matter with this transaction. */
function wordOf(reason: string): string {
  return reason.split(', ')[0] ?? reason;
}
