import type { Coin } from './bitcoin.ts';
import { compareIds } from './ids.ts';
import { addSat, type Satoshi, zeroSat } from './units.ts';

/** How many coins one transaction spends at most. */
export const coinCountMax = 500;

/** Coins to take from the top: the largest first, no more than a transaction spends. */
export type CoinPile = {
  readonly coins: readonly Coin[];
  /** What the first so many coins are worth, from none to all. */
  readonly worthSat: readonly Satoshi[];
  /** What all coins are worth, those beyond the pile included. */
  readonly totalSat: Satoshi;
};

/** Piles coins up, the largest first, of equal ones the smaller output point. */
export function pileUp(coins: readonly Coin[], countMax: number = coinCountMax): CoinPile {
  const sorted = coins.toSorted(byWorth);
  const pile = sorted.slice(0, countMax);
  const worthSat = [zeroSat];
  let worth = zeroSat;
  for (const { amountSat } of pile) {
    worth = addSat(worth, amountSat);
    worthSat.push(worth);
  }
  const totalSat = sorted.slice(countMax).reduce((sum, coin) => addSat(sum, coin.amountSat), worth);
  return { coins: pile, worthSat, totalSat };
}

/** The fewest coins from the top that are worth so much; undefined where all are not. */
export function fewestWorth({ worthSat }: CoinPile, amountSat: Satoshi): number | undefined {
  let [low, high] = [0, worthSat.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((worthSat[middle] ?? zeroSat) >= amountSat) high = middle;
    else low = middle + 1;
  }
  return low < worthSat.length ? low : undefined;
}

function byWorth(a: Coin, b: Coin): number {
  if (a.amountSat !== b.amountSat) return a.amountSat > b.amountSat ? -1 : 1;
  return compareIds(a.txid, b.txid) || a.vout - b.vout;
}
