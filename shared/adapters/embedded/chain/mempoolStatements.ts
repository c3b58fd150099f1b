import type { DatabaseSync } from 'node:sqlite';
import type { TransactionId } from '../../../domain/bitcoin.ts';
import { query } from '../statement.ts';

/** A transaction of the mempool, as fees and room in a block are counted. */
export type EntryRow = {
  readonly txid: TransactionId;
  readonly weight: number;
  readonly virtualSize: number;
  readonly sigopCost: number;
  readonly feeSat: number;
};

type Txid = { readonly txid: TransactionId };
type Raw = { readonly txid: TransactionId; readonly bytes: Uint8Array };
type Link = { readonly parent: TransactionId; readonly child: TransactionId };

/** The mempool: transactions that have no height. */
export function prepareMempool(db: DatabaseSync) {
  const columns = 'SELECT txid, weight, virtualSize, sigopCost, feeSat FROM transactions';
  return {
    selectMempool: query<EntryRow>(db, `${columns} WHERE height IS NULL ORDER BY sequence`),
    selectEntry: query<EntryRow>(db, `${columns} WHERE txid = ? AND height IS NULL`),
    selectMempoolBytes: query<Raw>(
      db,
      'SELECT txid, bytes FROM transactions WHERE height IS NULL ORDER BY sequence',
    ),
    countMempool: query<{ count: number }>(
      db,
      'SELECT count(*) AS count FROM transactions WHERE height IS NULL',
    ),
    selectParents: query<Txid>(
      db,
      `SELECT DISTINCT o.txid FROM outputs o JOIN transactions t USING (txid)
       WHERE spentBy = ? AND t.height IS NULL`,
    ),
    selectChildren: query<Txid>(
      db,
      'SELECT DISTINCT spentBy AS txid FROM outputs WHERE txid = ? AND spentBy IS NOT NULL',
    ),
    selectLinks: query<Link>(
      db,
      `SELECT DISTINCT o.txid AS parent, o.spentBy AS child
       FROM transactions c CROSS JOIN outputs o ON o.spentBy = c.txid
         CROSS JOIN transactions p ON p.txid = o.txid
       WHERE c.height IS NULL AND p.height IS NULL`,
    ),
  };
}
