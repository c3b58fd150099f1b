import {
  type BlockReference,
  ChainUnavailableError,
  type TransactionPlace,
} from '../../../ports/chain.ts';
import type { EsploraHttp } from './esploraHttp.ts';

/** Where a transaction stands, as the index has it. */
export type EsploraStatus = {
  readonly confirmed: boolean;
  readonly block_height?: number;
  readonly block_hash?: string;
};

/** The last block that the index knows. */
export async function readTip(http: EsploraHttp): Promise<BlockReference> {
  const height = (await http.getText('/blocks/tip/height')) ?? '';
  const hash = heightPattern.test(height) ? await http.getText(`/block-height/${height}`) : '';
  if (hash === undefined || !hashPattern.test(hash)) {
    throw new ChainUnavailableError('the index does not name its last block');
  }
  return { height: Number(height), hash };
}

/** An empty answer is no height: it would be taken for the first block. */
const heightPattern = /^\d{1,9}$/;
const hashPattern = /^[0-9a-f]{64}$/;

/** Blocks come minutes apart, and a look takes seconds. */
const looksMax = 4;

/** Reads what takes several requests, and again where a block came in between. */
export async function atOneTip<Value>(
  http: EsploraHttp,
  read: (tip: BlockReference) => Promise<Value>,
): Promise<{ readonly result: Value; readonly tip: BlockReference }> {
  let tip = await readTip(http);
  for (let looks = 1; looks <= looksMax; looks += 1) {
    const result = await read(tip);
    const after = await readTip(http);
    if (after.hash === tip.hash) return { result, tip };
    tip = after;
  }
  throw new ChainUnavailableError('blocks come faster than they can be read');
}

/** The place that a status says, seen from a tip. */
export function placeOf(status: EsploraStatus, tip: BlockReference): TransactionPlace {
  const { confirmed, block_height: height, block_hash: hash } = status;
  if (!confirmed) return { confirmations: 0 };
  if (!Number.isSafeInteger(height) || height === undefined || hash === undefined) {
    throw new ChainUnavailableError('the index does not say which block a transaction is in');
  }
  // Below 1 where the index was ahead of the tip that it told: the tip is read again.
  return { confirmations: Math.max(tip.height - height + 1, 1), block: { height, hash } };
}
