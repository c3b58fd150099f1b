import type { DatabaseSync } from 'node:sqlite';
import { Block, Transaction } from 'bitcoinjs-lib';

/** A coin by its outpoint, as `txid:vout`. */
export type ReplayedCoin = {
  readonly script: string;
  readonly amountSat: bigint;
  /** Of a coinbase: before, nothing may spend it. */
  readonly matureHeight: number;
};
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
  const times: number[] = [];
  for (const [height, row] of blocks.entries()) {
    const block = Block.fromBuffer(row['header'] as Uint8Array);
    const shown = Buffer.from(block.prevHash ?? [])
      .reverse()
      .toString('hex');
    const isNext = row['height'] === height && row['hash'] === block.getId();
    check(isNext && shown === previousHash, `block ${height} follows the one before`);
    check(block.checkProofOfWork(), `block ${height} has its work`);
    const median = times.slice(-11).sort((a, b) => a - b)[Math.floor(Math.min(height, 11) / 2)];
    check(block.timestamp > (median ?? 0), `block ${height} is later than the median before`);
    times.push(block.timestamp);
    previousHash = block.getId();
    if (height === 0) continue;
    block.transactions = transactionsOf(db, 'height = ? ORDER BY position', height);
    const isKnown = checkedBlocks.has(previousHash);
    check(isKnown || block.checkTxRoots(), `block ${height} commits to its transactions`);
    checkedBlocks.add(previousHash);
    for (const transaction of block.transactions) applyTo(coins, transaction, height);
  }
  const withMempool = new Map(coins);
  const mempool = transactionsOf(db, 'height IS NULL ORDER BY sequence');
  for (const transaction of mempool) applyTo(withMempool, transaction, blocks.length);
  return { confirmed: coins, withMempool, mempool, height: blocks.length - 1 };
}

/** Checked once: a hash stands for all that is in a block. */
const checkedBlocks = new Set<string>();

/** The coins that the file names unspent: by the best chain, and by the mempool too. */
export function storedCoins(db: DatabaseSync): Pick<ReplayedChain, 'confirmed' | 'withMempool'> {
  const from = `SELECT o.txid, vout, script, amountSat, t.height, t.position FROM outputs o
    JOIN transactions t USING (txid) LEFT JOIN transactions s ON s.txid = spentBy`;
  const confirmed = 't.height IS NOT NULL AND (spentBy IS NULL OR s.height IS NULL)';
  const coinsWhere = (condition: string): Coins => {
    const rows = db.prepare(`${from} WHERE ${condition}`).all();
    return new Map(
      rows.map((row) => {
        const { script, amountSat, position } = row;
        const matureHeight = position === 0 ? Number(row['height']) + 100 : 0;
        const coin = { script: String(script), amountSat: BigInt(Number(amountSat)), matureHeight };
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

function applyTo(coins: Coins, transaction: Transaction, height: number): void {
  const txid = transaction.getId();
  const isCoinbase = transaction.isCoinbase();
  for (const { hash, index } of isCoinbase ? [] : transaction.ins) {
    const spent = `${Buffer.from(hash).reverse().toString('hex')}:${index}`;
    const coin = coins.get(spent);
    check(coin !== undefined, `${txid} spends ${spent}, which is there`);
    check((coin?.matureHeight ?? 0) <= height, `${txid} spends ${spent}, which is mature`);
    coins.delete(spent);
  }
  const matureHeight = isCoinbase ? height + 100 : 0;
  for (const [vout, { script: bytes, value }] of transaction.outs.entries()) {
    const script = Buffer.from(bytes).toString('hex');
    if (!script.startsWith('6a'))
      coins.set(`${txid}:${vout}`, { script, amountSat: value, matureHeight });
  }
}

function check(isTrue: boolean, what: string): void {
  if (!isTrue) throw new Error(`not so: ${what}`);
}
