import type { Grid, Terms } from './grid.ts';
import type { Timeframe } from './timeframe.ts';
import { divHalfEven, type MsatPerKwh, msatPerKwh } from './units.ts';

/** The terms valid at the start of a timeframe; before the first version, the first. */
export function termsAt(grid: Pick<Grid, 'terms'>, timeframe: Timeframe): Terms {
  const [first] = grid.terms;
  return grid.terms[countUpTo(grid.terms, timeframe) - 1] ?? first;
}

/**
 * What prosumers pay each other in the pool: the mid-market rate, (import + export) / 2 with halves
 * to the even neighbour, or the grid's fixed price.
 */
export function peerPrice(terms: Terms): MsatPerKwh {
  const { price } = terms.market;
  if (price.rule === 'fixed') return price.priceMsatPerKwh;
  const { importPriceMsatPerKwh, exportPriceMsatPerKwh } = terms.tariff;
  const sum = BigInt(importPriceMsatPerKwh) + BigInt(exportPriceMsatPerKwh);
  return msatPerKwh(Number(divHalfEven(sum, 2n)));
}

/** The grid's versions with this one put in its place, or in that of the one with its `validFrom`. */
export function withTerms(grid: Pick<Grid, 'terms'>, terms: Terms): readonly [Terms, ...Terms[]] {
  const end = countUpTo(grid.terms, terms.validFrom);
  const isReplaced = grid.terms[end - 1]?.validFrom === terms.validFrom;
  const before = grid.terms.slice(0, isReplaced ? end - 1 : end);
  const [first, ...rest] = [...before, terms, ...grid.terms.slice(end)];
  return [first ?? terms, ...rest];
}

/** How many versions are valid from `at` or before it. They are in ascending order: halve and halve. */
function countUpTo(versions: readonly Terms[], at: Terms['validFrom']): number {
  let low = 0;
  let high = versions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const version = versions[middle];
    if (version !== undefined && version.validFrom <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
