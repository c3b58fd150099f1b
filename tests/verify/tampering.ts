import { hashOf } from '../endToEnd/canonicalJson.ts';
import type { GridBooks, Row } from './booksOfGrid.ts';

/** The rows with those that fit changed; it is a fault of the test where none fits. */
export function edited(
  rows: readonly Row[],
  isOne: (row: Row) => boolean,
  change: Row | ((row: Row) => Row),
): readonly Row[] {
  if (!rows.some(isOne)) throw new Error('no row to change');
  return rows.map((row) =>
    isOne(row) ? { ...row, ...(typeof change === 'function' ? change(row) : change) } : row,
  );
}

export function without(rows: readonly Row[], isOne: (row: Row) => boolean): readonly Row[] {
  if (!rows.some(isOne)) throw new Error('no row to leave out');
  return rows.filter((row) => !isOne(row));
}

/** Is it this trade, or a posting of it? By the end of its id, as `1000Z.0.3`. */
export function trade(end: string, side?: string) {
  return ({ id, tradeId, side: own }: Row) =>
    String(id ?? tradeId).endsWith(end) && (side === undefined || side === own);
}

/** The same with its own hash made anew. */
export function hashed({ hash: _, ...content }: Row): Row {
  return { ...content, hash: hashOf(content) };
}

/** Makes amounts and the whole chain anew, in its order, as who owns the store could. */
export function rehashed(trades: readonly Row[], original: readonly Row[]): readonly Row[] {
  const byStart = new Map(original.map((row) => [row['previousHash'], row]));
  const made = new Map<unknown, Row>();
  let previousHash: unknown = '0'.repeat(64);
  let newHash: unknown = previousHash;
  for (let row = byStart.get(previousHash); row !== undefined; row = byStart.get(previousHash)) {
    const { id, hash } = row;
    const changed = trades.find((one) => one['id'] === id);
    previousHash = hash;
    if (changed === undefined) continue;
    const remade = hashed({ ...changed, ...amountsOf(changed), previousHash: newHash });
    made.set(id, remade);
    newHash = remade['hash'];
  }
  return trades.map((row) => made.get(row['id']) ?? row);
}

/** energyWh × price and × fee. */
export function amountsOf({ energyWh, priceMsatPerKwh, gridFeeMsatPerKwh }: Row): Row {
  const times = (price: unknown) => String(BigInt(Number(energyWh)) * BigInt(Number(price)));
  return { amountUsat: times(priceMsatPerKwh), feeUsat: times(gridFeeMsatPerKwh) };
}

export type Dataset = keyof GridBooks;
export const all: readonly Dataset[] = ['trades', 'postings', 'nettos', 'timeframes', 'accounts'];
