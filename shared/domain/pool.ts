import { assert } from './assert.ts';
import type { Terms } from './grid.ts';
import { type ProsumerId, powerPlant } from './ids.ts';
import type { Position } from './netto.ts';
import { peerPrice } from './terms.ts';
import type { TradeTerms } from './trade.ts';
import { msatPerKwh, wattHours } from './units.ts';

/**
 * Clears the pool of one timeframe: peer trades first, then imports, then exports, each by id
 * ascending. Positions come by id ascending. Pure: the same positions and terms, the same trades.
 * The scarce side trades in full, the abundant one by `allotProRata`; both are then paired by a walk
 * over the two in id order, which makes at most sellers + buyers − 1 trades.
 */
export function clearPool(positions: readonly Position[], terms: Terms): readonly TradeTerms[] {
  const sellers = sideOf(positions, 1);
  const buyers = sideOf(positions, -1);
  const tradedWh = Math.min(sellers.totalWh, buyers.totalWh);
  const sold = allotProRata(sellers.energiesWh, tradedWh);
  const bought = allotProRata(buyers.energiesWh, tradedWh);
  const trades: TradeTerms[] = [];
  addPeerTrades(trades, sellers, buyers, sold, bought, terms);
  addImports(trades, buyers, bought, terms);
  addExports(trades, sellers, sold, terms);
  return trades;
}

/**
 * Shares `total` out in proportion to `shares`, by largest remainder: floor(s·total/Σs) each, what
 * is left over one each to the largest remainders s·total mod Σs, ties to the smaller index. Exact
 * for all safe integers. Σ of the answer = total; nobody gets more than its share. n log n.
 */
export function allotProRata(shares: readonly number[], total: number): number[] {
  const sum = sumOf(shares);
  assert(
    Number.isSafeInteger(total) && total >= 0 && total <= sum,
    `cannot share ${total} out among shares of ${sum} in all`,
  );
  // The scarce side, served in full; also shares that are all 0 and have no proportion.
  if (total === sum) return shares.slice();
  const remainders = new Float64Array(shares.length);
  let left = total;
  const allotted = shares.map((share, index) => {
    const { quotient, remainder } = divideProduct(share, total, sum);
    remainders[index] = remainder;
    left -= quotient;
    return quotient;
  });
  giveToLargest(allotted, remainders, left);
  return allotted;
}

type Side = {
  readonly ids: readonly ProsumerId[];
  readonly energiesWh: readonly number[];
  readonly totalWh: number;
};

/** Sellers (sign 1) or buyers (sign −1) of the positions, with what they have to spare or lack. */
function sideOf(positions: readonly Position[], sign: 1 | -1): Side {
  const ids: ProsumerId[] = [];
  const energiesWh: number[] = [];
  let lastId = '';
  for (const { prosumerId, positionWh } of positions) {
    assert(lastId < prosumerId, () => `positions must ascend by id: ${prosumerId} after ${lastId}`);
    lastId = prosumerId;
    const energyWh = sign * positionWh;
    if (energyWh <= 0) continue;
    ids.push(prosumerId);
    energiesWh.push(energyWh);
  }
  return { ids, energiesWh, totalWh: sumOf(energiesWh) };
}

function sumOf(shares: readonly number[]): number {
  let sum = 0;
  for (const share of shares) {
    assert(share >= 0, () => `a share must not be negative: ${share}`);
    sum += share;
  }
  return wattHours(sum);
}

/** share·total by sum, exactly: in bigint where the product may not be exact as a number. */
function divideProduct(share: number, total: number, sum: number) {
  const product = share * total;
  if (product <= Number.MAX_SAFE_INTEGER) {
    const remainder = product % sum;
    return { quotient: (product - remainder) / sum, remainder };
  }
  const exact = BigInt(share) * BigInt(total);
  const divisor = BigInt(sum);
  const quotient = exact / divisor;
  return { quotient: Number(quotient), remainder: Number(exact - quotient * divisor) };
}

/** Adds 1 where the `count` largest remainders are; of equal ones the first. */
function giveToLargest(allotted: number[], remainders: Float64Array, count: number): void {
  if (count === 0) return;
  const ascending = remainders.toSorted();
  const threshold = ascending[ascending.length - count] ?? 0;
  // Each remainder is under Σ shares and they add up to count·Σ: more than `count` are above 0.
  assert(threshold > 0, `${count} cannot be left over among ${remainders.length} shares`);
  let equals = count;
  for (let at = ascending.length - 1; (ascending[at] ?? 0) > threshold; at -= 1) equals -= 1;
  for (const [index, remainder] of remainders.entries()) {
    if (remainder < threshold) continue;
    if (remainder === threshold) {
      if (equals === 0) continue;
      equals -= 1;
    }
    allotted[index] = (allotted[index] ?? 0) + 1;
  }
}

/** Pairs what is sold with what is bought, both in id order, until one of the two is used up. */
function addPeerTrades(
  trades: TradeTerms[],
  sellers: Side,
  buyers: Side,
  sold: readonly number[],
  bought: readonly number[],
  terms: Terms,
): void {
  const priceMsatPerKwh = peerPrice(terms);
  const { gridFeeMsatPerKwh } = terms.tariff;
  let buyer = 0;
  let wantedWh = bought[0] ?? 0;
  for (const [seller, sellerId] of sellers.ids.entries()) {
    let offeredWh = sold[seller] ?? 0;
    while (offeredWh > 0) {
      const buyerId = buyers.ids[buyer];
      assert(buyerId !== undefined, 'as much is bought in the pool as is sold');
      if (wantedWh === 0) {
        buyer += 1;
        wantedWh = bought[buyer] ?? 0;
        continue;
      }
      const energyWh = Math.min(offeredWh, wantedWh);
      offeredWh -= energyWh;
      wantedWh -= energyWh;
      trades.push({
        kind: 'peer',
        sellerId,
        buyerId,
        energyWh: wattHours(energyWh),
        priceMsatPerKwh,
        gridFeeMsatPerKwh,
      });
    }
  }
}

function addImports(
  trades: TradeTerms[],
  buyers: Side,
  bought: readonly number[],
  { tariff }: Terms,
): void {
  for (const [index, buyerId] of buyers.ids.entries()) {
    const energyWh = (buyers.energiesWh[index] ?? 0) - (bought[index] ?? 0);
    if (energyWh === 0) continue;
    trades.push({
      kind: 'import',
      sellerId: powerPlant,
      buyerId,
      energyWh: wattHours(energyWh),
      priceMsatPerKwh: tariff.importPriceMsatPerKwh,
      gridFeeMsatPerKwh: noFee,
    });
  }
}

function addExports(
  trades: TradeTerms[],
  sellers: Side,
  sold: readonly number[],
  { tariff }: Terms,
): void {
  for (const [index, sellerId] of sellers.ids.entries()) {
    const energyWh = (sellers.energiesWh[index] ?? 0) - (sold[index] ?? 0);
    if (energyWh === 0) continue;
    trades.push({
      kind: 'export',
      sellerId,
      buyerId: powerPlant,
      energyWh: wattHours(energyWh),
      priceMsatPerKwh: tariff.exportPriceMsatPerKwh,
      gridFeeMsatPerKwh: noFee,
    });
  }
}

const noFee = msatPerKwh(0);
