import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { allotProRata } from '../../shared/domain/allotProRata.ts';

/** Largest remainder as one would do it by hand, share by share and Wh by Wh, all in bigint. */
function allotByHand(shares: readonly number[], total: number): number[] {
  const sum = shares.reduce((all, share) => all + BigInt(share), 0n);
  if (sum === 0n) return shares.map(() => 0);
  const rows = shares.map((share, index) => {
    const product = BigInt(share) * BigInt(total);
    return { index, got: product / sum, remainder: product % sum, hasExtra: false };
  });
  let left = BigInt(total) - rows.reduce((all, row) => all + row.got, 0n);
  while (left > 0n) {
    let best: (typeof rows)[number] | undefined;
    for (const row of rows) {
      if (!row.hasExtra && (best === undefined || row.remainder > best.remainder)) best = row;
    }
    if (best === undefined) throw new Error('more is left over than there are shares');
    best.got += 1n;
    best.hasExtra = true;
    left -= 1n;
  }
  return rows.map((row) => Number(row.got));
}

const anyShare = fc.oneof(
  fc.integer({ min: 0, max: 4 }),
  fc.integer({ min: 0, max: 10_000 }),
  fc.integer({ min: 999_999_995, max: 1_000_000_000 }),
  fc.integer({ min: 0, max: 2 ** 46 }),
);
const anySharing = fc.array(anyShare, { maxLength: 60 }).chain((shares) => {
  const sum = shares.reduce((all, share) => all + share, 0);
  return fc.tuple(fc.constant(shares), fc.integer({ min: 0, max: sum }));
});

describe('allotProRata', () => {
  test.each([
    [[], 0, []],
    [[0, 0], 0, [0, 0]],
    [[5], 3, [3]],
    [[1, 1, 1], 2, [1, 1, 0]],
    [[1, 1, 1], 1, [1, 0, 0]],
    [[2, 1, 1], 2, [1, 1, 0]],
    [[1, 2, 1], 3, [1, 1, 1]],
    [[0, 3, 0, 3], 3, [0, 2, 0, 1]],
    [[1500, 1500], 2000, [1000, 1000]],
    [[1500, 1501], 2000, [1000, 1000]],
    [[7, 11, 13], 31, [7, 11, 13]],
    [[7, 11, 13], 30, [7, 11, 12]],
    [[7, 11, 13], 0, [0, 0, 0]],
  ])('%j shares %i as %j', (shares, total, expected) => {
    expect(allotProRata(shares, total)).toEqual(expected);
  });

  test('agrees with largest remainder done by hand, also where products pass 2^53', () => {
    fc.assert(
      fc.property(anySharing, ([shares, total]) => {
        expect(allotProRata(shares, total)).toEqual(allotByHand(shares, total));
      }),
      { numRuns: 500 },
    );
  });

  test.each([-1, 0, 1])('is exact where a product is 2^53 %i', (offset) => {
    // 94906267² is the first square above 2^53; its neighbours lie to both sides of the border.
    const shares = [94_906_266 + offset, 94_906_265, 3];
    for (const total of [94_906_264, 94_906_265, 94_906_266, 94_906_267]) {
      expect(allotProRata(shares, total)).toEqual(allotByHand(shares, total));
    }
  });

  test('gives all of the total, and to nobody more than its share', () => {
    fc.assert(
      fc.property(anySharing, ([shares, total]) => {
        const allotted = allotProRata(shares, total);
        expect(allotted.reduce((all, one) => all + one, 0)).toBe(total);
        for (const [index, one] of allotted.entries()) {
          expect(one >= 0 && one <= (shares[index] ?? 0)).toBe(true);
        }
      }),
    );
  });

  test.each([
    [[1, 2], 4],
    [[1, 2], -1],
    [[1, 2], 0.5],
    [[], 1],
    [[-1, 2], 1],
    [[Number.MAX_SAFE_INTEGER, 1], 1],
  ])('refuses to share with %j %d', (shares, total) => {
    expect(() => allotProRata(shares, total)).toThrow();
  });

  test('does not change the shares it is given', () => {
    const shares = [1, 2, 3];
    const allotted = allotProRata(shares, 6);
    expect(allotted).not.toBe(shares);
    expect(shares).toEqual([1, 2, 3]);
  });
});
