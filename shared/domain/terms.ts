import type { Grid, Terms } from './grid.ts';
import { tariffAt } from './tariffWindow.ts';
import {
  firstTimeframeFrom,
  type Instant,
  nextTimeframe,
  type Timeframe,
  timeframeAt,
} from './timeframe.ts';

/**
 * The terms of a timeframe: the version valid at its start, before the first version the first, with
 * the prices of the time of day that it starts at. The answer's tariff has no windows.
 */
export function termsAt(grid: Pick<Grid, 'terms' | 'timeZone'>, timeframe: Timeframe): Terms {
  const version = versionAt(grid, timeframe);
  const tariff = tariffAt(version.tariff, timeframe, grid.timeZone);
  return tariff === version.tariff ? version : { ...version, tariff };
}

/** The version valid at an instant, with its windows; before the first version, the first. */
export function versionAt(grid: Pick<Grid, 'terms'>, at: Instant): Terms {
  const [first] = grid.terms;
  return grid.terms[countUpTo(grid.terms, at) - 1] ?? first;
}

/** The version before the one that is, or would be, valid from an instant; of the first, itself. */
export function versionBefore({ terms }: Pick<Grid, 'terms'>, validFrom: Instant): Terms {
  return terms.findLast((version) => version.validFrom < validFrom) ?? terms[0];
}

/** The next timeframe of a grid to start after `now`: what has begun is settled as announced. */
export function nextStart(
  { activeFrom, timeframeMinutes }: Pick<Grid, 'activeFrom' | 'timeframeMinutes'>,
  now: Instant,
): Timeframe {
  const first = firstTimeframeFrom(activeFrom, timeframeMinutes);
  const next = nextTimeframe(timeframeAt(now, timeframeMinutes), timeframeMinutes);
  return next > first ? next : first;
}

/** The grid's versions with this one put in its place, or in that of the one with its `validFrom`. */
export function withTerms(grid: Pick<Grid, 'terms'>, terms: Terms): Grid['terms'] {
  const end = countUpTo(grid.terms, terms.validFrom);
  const isReplaced = grid.terms[end - 1]?.validFrom === terms.validFrom;
  const before = grid.terms.slice(0, isReplaced ? end - 1 : end);
  const [first, ...rest] = [...before, terms, ...grid.terms.slice(end)];
  return [first ?? terms, ...rest];
}

/** The grid's versions without the one that is valid from an instant. The first one always stays. */
export function withoutTerms({ terms }: Pick<Grid, 'terms'>, validFrom: Instant): Grid['terms'] {
  const [first, ...rest] = terms;
  return [first, ...rest.filter((version) => version.validFrom !== validFrom)];
}

/** The grid's versions where its first timeframe moved: what holds then is the first of them. */
export function withFirstAt({ terms }: Pick<Grid, 'terms'>, first: Instant): Grid['terms'] {
  const [version, ...rest] = terms.slice(Math.max(countUpTo(terms, first) - 1, 0));
  return [{ ...(version ?? terms[0]), validFrom: first }, ...rest];
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
