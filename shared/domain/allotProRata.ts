import { assert } from './assert.ts';
import { wattHours } from './units.ts';

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

/** share·total = quotient·Σ + remainder, with 0 ≤ remainder < Σ. */
export type Quota = { readonly quotient: number; readonly remainder: number };

/** Σ of energies, none of them negative. Throws when it is no longer a safe integer. */
export function sumOf(shares: readonly number[]): number {
  let sum = 0;
  for (const share of shares) {
    assert(share >= 0, () => `a share must not be negative: ${share}`);
    sum += share;
  }
  return wattHours(sum);
}

/** share·total by sum, exactly: in bigint where the product may not be exact as a number. */
export function divideProduct(share: number, total: number, sum: number): Quota {
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
