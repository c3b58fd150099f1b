import type { DatabaseSync } from 'node:sqlite';
import { Block, Transaction } from 'bitcoinjs-lib';

/** A coin by its outpoint, as `txid:vout`. */
export type ReplayedCoin = { readonly script: string; readonly amountSat: bigint };
export type Coins = Map<string, ReplayedCoin>;

export type ReplayedChain = {
  /** What the best chain leaves unspent, and what is left when the mempool is added to it. */
  readonly confirmed: Coins;
  readonly withMempool: Coins;
  readonly mempool: readonly Transaction[];
  readonly height: number;
};

/**
 * Replays the file of an embedded chain from its first block with the stored bytes alone, and checks
 * each block as a node would. Throws where one does not follow from those before.
 */
export function replayChain(db: DatabaseSync): ReplayedChain {
  const coins: Coins = new Map();
  const blocks = db.prepare('SELECT height, hash, header FROM blocks ORDER BY height').all();
  let previousHash = '0'.repeat(64);
  for (const [height, row] of blocks.entries()) {
    const block = Block.fromBuffer(row['header'] as Uint8Array);
    const shown = Buffer.from(block.prevHash ?? [])
      .reverse()
      .toString('hex');
    const isNext = row['height'] === height && row['hash'] === block.getId();
    check(isNext && shown === previousHash, `block ${height} follows the one before`);
    check(block.checkProofOfWork(), `block ${height} has its work`);
    previousHash = block.getId();
    if (height === 0) continue;
    block.transactions = transactionsOf(db, 'height = ? ORDER BY position', height);
    check(block.checkTxRoots(), `block ${height} commits to its transactions`);
    for (const transaction of block.transactions) applyTo(coins, transaction);
  }
  const withMempool = new Map(coins);
  const mempool = transactionsOf(db, 'height IS NULL ORDER BY sequence');
  for (const transaction of mempool) applyTo(withMempool, transaction);
  return { confirmed: coins, withMempool, mempool, height: blocks.length - 1 };
}

/** The coins that the file names unspent: by the best chain, and by the mempool too. */
export function storedCoins(db: DatabaseSync): Pick<ReplayedChain, 'confirmed' | 'withMempool'> {
  const from = `SELECT o.txid, vout, script, amountSat FROM outputs o
    JOIN transactions t USING (txid) LEFT JOIN transactions s ON s.txid = spentBy`;
  const confirmed = 't.height IS NOT NULL AND (spentBy IS NULL OR s.height IS NULL)';
  const coinsWhere = (condition: string): Coins => {
    const rows = db.prepare(`${from} WHERE ${condition}`).all();
    return new Map(
      rows.map((row) => {
        const coin = { script: String(row['script']), amountSat: BigInt(Number(row['amountSat'])) };
        return [`${row['txid']}:${row['vout']}`, coin];
      }),
    );
  };
  return { confirmed: coinsWhere(confirmed), withMempool: coinsWhere('spentBy IS NULL') };
}

export function totalSat(coins: Coins): bigint {
  return coins.values().reduce((sum, { amountSat }) => sum + amountSat, 0n);
}

function transactionsOf(db: DatabaseSync, where: string, ...values: number[]): Transaction[] {
  const rows = db.prepare(`SELECT bytes FROM transactions WHERE ${where}`).all(...values);
  return rows.map((row) => Transaction.fromBuffer(row['bytes'] as Uint8Array));
}

function applyTo(coins: Coins, transaction: Transaction): void {
  const txid = transaction.getId();
  for (const { hash, index } of transaction.isCoinbase() ? [] : transaction.ins) {
    const spent = `${Buffer.from(hash).reverse().toString('hex')}:${index}`;
    check(coins.delete(spent), `${txid} spends ${spent}, which is there`);
  }
  for (const [vout, { script, value }] of transaction.outs.entries()) {
    if (script[0] === 0x6a) continue;
    coins.set(`${txid}:${vout}`, { script: Buffer.from(script).toString('hex'), amountSat: value });
  }
}

function check(isTrue: boolean, what: string): void {
  if (!isTrue) throw new Error(`not so: ${what}`);
}
