import {
  type History,
  type HistoryMarket,
  type HistoryPrices,
  type HistoryTerms,
  type HistoryWindow,
  instantAt,
  startOf,
} from './history.ts';

/** What a timeframe is settled at, in msat/kWh. */
export type FrameTerms = {
  readonly market: HistoryMarket;
  readonly importPrice: bigint;
  readonly exportPrice: bigint;
  readonly gridFee: bigint;
  readonly importFee: bigint;
};
export type Version = { readonly validFrom: number; readonly terms: HistoryTerms };

const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** Of the versions, the last that is valid at the start; of its windows, the first it lies in. */
export function termsOf(
  history: History,
  versions: readonly Version[],
  timeframe: number,
): FrameTerms {
  let valid = history.terms;
  const inTurn = versions.toSorted((a, b) => a.validFrom - b.validFrom);
  for (const { validFrom, terms } of inTurn) if (validFrom <= timeframe) valid = terms;
  const wall = wallClock(instantAt(history, startOf(history, timeframe)), history.timeZone);
  const window = valid.windows.find((candidate) => isWithin(candidate, wall));
  const prices: HistoryPrices = window ?? valid.prices;
  return {
    market: valid.market,
    importPrice: BigInt(prices.importPrice),
    exportPrice: BigInt(prices.exportPrice),
    gridFee: BigInt(prices.gridFee),
    importFee: BigInt(prices.importFee ?? 0),
  };
}

/** Half-way between import and export or the fixed price: what the mini grid trades at ahead. */
export function quoteOf({ market, importPrice, exportPrice }: FrameTerms): bigint {
  return market.kind === 'fixed' ? BigInt(market.price) : halfEven(importPrice + exportPrice, 2n);
}

/** The nearest whole number; half-way between two, the even one. For numbers that are not negative. */
export function halfEven(numerator: bigint, denominator: bigint): bigint {
  const below = numerator / denominator;
  const twiceRest = 2n * (numerator - below * denominator);
  if (twiceRest === denominator) return below % 2n === 0n ? below : below + 1n;
  return twiceRest > denominator ? below + 1n : below;
}

type WallClock = { readonly time: string; readonly day: number };

/** What a clock on the wall shows: `HH:MM`, and the day of the week from Sunday. */
export function wallClock(instant: string, timeZone: string): WallClock {
  const shown = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(new Date(instant));
  const part = (type: string) => shown.find((each) => each.type === type)?.value ?? '';
  return {
    time: `${part('hour')}:${part('minute')}`,
    day: dayNames.indexOf(part('weekday').toLowerCase()),
  };
}

/** One that ends before it begins runs over midnight: its second part belongs to the day before. */
function isWithin({ from, to, days }: HistoryWindow, { time, day }: WallClock): boolean {
  const holdsOn = (which: number) => {
    const name = dayNames[(which + 7) % 7];
    return days === undefined || (name !== undefined && days.includes(name));
  };
  if (from < to) return holdsOn(day) && from <= time && time < to;
  return (holdsOn(day) && from <= time) || (holdsOn(day - 1) && time < to);
}
