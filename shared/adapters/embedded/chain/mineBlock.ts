import { assert } from '../../../domain/assert.ts';
import { msOf } from '../../../domain/timeframe.ts';
import type { BlockReference } from '../../../ports/chain.ts';
import { blockTemplate } from './blockTemplate.ts';
import { fromShownHash } from './bytes.ts';
import { type ChainFile, medianTimeSec, tipOf } from './chainFile.ts';
import { coinbaseOf } from './coinbase.ts';
import { insertTransaction } from './insertTransaction.ts';
import type { EntryRow } from './mempoolStatements.ts';
import { consensus } from './policy.ts';
import { knownTransaction } from './readTransaction.ts';

/** Mines a block on the tip, with what the mempool offers, and pays its reward to a script. */
export function mineBlock(file: ChainFile, script: Uint8Array): BlockReference {
  const { Block, Transaction } = file.library.bitcoin;
  const { statements } = file;
  const tip = tipOf(file);
  const height = tip.height + 1;
  const entries = blockTemplate(file);
  const others = entries.map(({ txid }) => {
    const bytes = statements.selectBytes.get(txid)?.bytes;
    assert(bytes !== undefined, () => `transaction ${txid} is in the mempool`);
    return Transaction.fromBuffer(bytes);
  });
  const extraNonce = statements.countUndone.get()?.count ?? 0;
  const reward = { height, extraNonce, script, feesSat: feesSatOf(entries) };
  const coinbase = coinbaseOf(file.library, reward, others);
  const block = new Block();
  block.version = version;
  block.prevHash = fromShownHash(tip.hash);
  block.merkleRoot = Block.calculateMerkleRoot([coinbase, ...others]);
  block.timestamp = timeSecAfter(file, tip.height);
  block.bits = consensus.bits;
  while (!block.checkProofOfWork()) block.nonce += 1;
  const measured = { ...knownTransaction(coinbase), feeSat: 0n, sigopCost: 0 };
  const virtualSize = coinbase.virtualSize();
  insertTransaction(file, { ...measured, virtualSize }, { height, position: 0 });
  for (const [index, { txid }] of entries.entries())
    statements.confirm.run(height, index + 1, txid);
  statements.insertBlock.run(height, block.getId(), block.toBuffer(true), block.timestamp);
  return { height, hash: block.getId() };
}

/** BIP9: no fork is signalled. */
const version = 0x20000000;

function feesSatOf(entries: readonly EntryRow[]): bigint {
  return entries.reduce((sum, { feeSat }) => sum + BigInt(feeSat), 0n);
}

/** Now, or the first second that the rules allow where the clock is behind them. */
function timeSecAfter(file: ChainFile, tipHeight: number): number {
  const nowSec = Math.floor(msOf(file.clock.now()) / 1_000);
  return Math.max(nowSec, medianTimeSec(file, tipHeight) + 1);
}
