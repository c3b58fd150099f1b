import type { TransactionId } from '../../../domain/bitcoin.ts';
import { hex } from './bytes.ts';
import { type ChainFile, tipOf } from './chainFile.ts';
import type { ReadTransaction } from './readTransaction.ts';
import { isUnspendable } from './scriptKind.ts';

/** Where a transaction is: in a block. */
export type BlockPlace = { readonly height: number; readonly position: number };

type Measured = ReadTransaction & {
  readonly feeSat: bigint;
  readonly sigopCost: number;
  readonly virtualSize: number;
};

/** Puts a transaction into a block, or without a place into the mempool, and spends its coins. */
export function insertTransaction(
  file: ChainFile,
  transaction: Measured,
  place: BlockPlace | undefined,
): void {
  const { statements } = file;
  const { content, txid, spends } = transaction;
  statements.insertTransaction.run(
    txid,
    content.toBuffer(),
    transaction.weight,
    transaction.virtualSize,
    transaction.sigopCost,
    transaction.feeSat,
    tipOf(file).height,
    place?.height ?? null,
    place?.position ?? null,
  );
  for (const spent of spends) statements.spend.run(txid, spent.txid, spent.vout);
  insertOutputs(file, txid, transaction);
}

function insertOutputs(
  { statements }: ChainFile,
  txid: TransactionId,
  { content }: ReadTransaction,
): void {
  for (const [vout, { script, value }] of content.outs.entries()) {
    if (!isUnspendable(script)) statements.insertOutput.run(txid, vout, hex(script), value);
  }
}
