import {
  type Deed,
  type History,
  type HistoryReading,
  type HistoryTerms,
  type OrderAsked,
  type Step,
  startOf,
  timeframeIn,
} from './history.ts';
import { quoteOf, termsOf, type Version } from './modelTerms.ts';

type Of<Which extends Deed['deed']> = Extract<Step, { readonly deed: Which }>;

export type MemberOf = { readonly from: number; until: number; readonly joinedAt: number };
export type AheadOf = Of<'ahead'> & {
  readonly price: bigint;
  readonly fee: bigint;
  cancelled: boolean;
};
/** What an order asked for, from a time on; absent: nothing any more. */
export type OrderOf = Of<'order'> & {
  readonly states: { readonly at: number; readonly asked?: OrderAsked }[];
};
export type ReadingOf = HistoryReading & { readonly step: number };

/** What stands of everything that was tried, and which of it was taken. */
export type Memory = {
  /** Per step, whether it was taken; of readings, each. */
  readonly verdicts: readonly (readonly boolean[])[];
  /** By place among the prosumers. */
  readonly members: Map<number, MemberOf>;
  readonly versions: Version[];
  /** In order of acceptance. */
  readonly ahead: AheadOf[];
  readonly orders: OrderOf[];
  readonly readings: ReadingOf[];
};

const aheadEnergyWhMax = 100_000;
const aheadMinutesMax = 31 * 1_440;

/** Goes through a history once and decides about each step by what was taken before it. */
export function remember(history: History): Memory {
  const verdicts: (readonly boolean[])[] = [];
  const memory: Memory = {
    verdicts,
    members: new Map(),
    versions: [],
    ahead: [],
    orders: [],
    readings: [],
  };
  for (const [index, step] of history.steps.entries()) {
    verdicts.push(
      step.deed === 'read'
        ? step.readings.map((reading) => takeReading(history, memory, step.at, index, reading))
        : [take(history, memory, step)],
    );
  }
  return memory;
}

function take(history: History, memory: Memory, step: Exclude<Step, Of<'read'>>): boolean {
  switch (step.deed) {
    case 'join':
      return takeMember(memory, step);
    case 'leave':
      return takeLeave(history, memory, step);
    case 'ahead':
      return takeAhead(history, memory, step);
    case 'cancelAhead': {
      const trade = memory.ahead.find(({ id }) => id === step.id);
      if (trade === undefined) return false;
      if (trade.cancelled) return true;
      if (step.at >= startOf(history, trade.timeframe)) return false;
      trade.cancelled = true;
      return true;
    }
    case 'order':
      return takeOrder(history, memory, step);
    case 'replace':
    case 'cancelOrder':
      return takeChange(history, memory, step);
    case 'tariff':
      return takeVersion(history, memory, step);
    case 'tick':
      return true;
  }
}

function takeMember({ members }: Memory, step: Of<'join'>): boolean {
  const { who, from = 0, until = Number.POSITIVE_INFINITY, at } = step;
  if (until <= from) return false;
  members.set(who, { from, until, joinedAt: at });
  return true;
}

/** Who leaves takes part to the end of the timeframe that runs. */
function takeLeave(history: History, { members }: Memory, { who, at }: Of<'leave'>): boolean {
  const member = members.get(who);
  if (member === undefined) return false;
  member.until = Math.min(member.until, timeframeIn(history, at) + 1);
  return true;
}

function takeAhead(history: History, memory: Memory, step: Of<'ahead'>): boolean {
  const { who, timeframe, side, energyWh, limit, at } = step;
  if (!takesPart(history, memory, who, timeframe)) return false;
  if (startOf(history, timeframe + 1) <= at) return false;
  if (startOf(history, timeframe) > at + aheadMinutesMax) return false;
  const terms = termsOf(history, memory.versions, timeframe);
  const price = quoteOf(terms);
  if (limit !== undefined && (side === 'sell' ? price < limit : price > limit)) return false;
  const pending = memory.ahead
    .filter((trade) => trade.who === who && trade.timeframe === timeframe && trade.side === side)
    .reduce((sum, trade) => sum + (trade.cancelled ? 0 : trade.energyWh), 0);
  const own = history.prosumers[who]?.aheadEnergyWhMax;
  if (pending + energyWh > (own ?? history.aheadEnergyWhMax ?? aheadEnergyWhMax)) return false;
  memory.ahead.push({ ...step, price, fee: terms.gridFee, cancelled: false });
  return true;
}

function takesPart(history: History, { members }: Memory, who: number, timeframe: number): boolean {
  const member = members.get(who);
  if (member === undefined || timeframe < 0 || timeframe >= history.timeframes) return false;
  return member.from <= timeframe && timeframe < member.until;
}

/** An order for a timeframe needs an auction then; a standing one, then or later. */
function takeOrder(history: History, memory: Memory, step: Of<'order'>): boolean {
  const { who, timeframe, at, side, energyWh, limit } = step;
  const member = memory.members.get(who);
  if (member === undefined) return false;
  const first = timeframe ?? Math.max(timeframeIn(history, at), member.from, 0);
  if (!takesPart(history, memory, who, first)) return false;
  if (startOf(history, first + 1) <= at && timeframe !== undefined) return false;
  const later = memory.versions.filter(({ validFrom }) => validFrom > first);
  const isAuction =
    termsOf(history, memory.versions, first).market.kind === 'auction' ||
    (timeframe === undefined && later.some(({ terms }) => terms.market.kind === 'auction'));
  if (!isAuction) return false;
  const asked = { side, limit, ...(energyWh !== undefined && { energyWh }) };
  memory.orders.push({ ...step, states: [{ at, asked }] });
  return true;
}

function takeChange(
  history: History,
  { orders }: Memory,
  step: Of<'replace'> | Of<'cancelOrder'>,
): boolean {
  const order = orders.find(({ id }) => id === step.id);
  if (order === undefined) return false;
  if (order.states.at(-1)?.asked === undefined) return step.deed === 'cancelOrder';
  if (order.timeframe !== undefined && order.timeframe < timeframeIn(history, step.at))
    return false;
  if (step.deed === 'cancelOrder') {
    order.states.push({ at: step.at });
    return true;
  }
  const { at, side, energyWh, limit } = step;
  const asked = { side, limit, ...(energyWh !== undefined && { energyWh }) };
  order.states.push({ at, asked });
  return true;
}

/** A version is taken until it begins, or where it says what is said already. */
function takeVersion(history: History, { versions }: Memory, step: Of<'tariff'>): boolean {
  const { timeframe: validFrom, terms, at } = step;
  if (validFrom < 0) return false;
  const place = versions.findIndex((version) => version.validFrom === validFrom);
  const known = versions[place]?.terms ?? (validFrom === 0 ? history.terms : undefined);
  if (known !== undefined && isSame(known, terms)) return true;
  if (startOf(history, validFrom) <= at) return false;
  if (place >= 0) versions.splice(place, 1);
  versions.push({ validFrom, terms });
  return true;
}

function isSame(a: HistoryTerms, b: HistoryTerms): boolean {
  const sorted = (_key: string, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1)))
      : value;
  return JSON.stringify(a, sorted) === JSON.stringify(b, sorted);
}

/** Of a timeframe that has begun and has this member; the first content of a version is its content. */
function takeReading(
  history: History,
  memory: Memory,
  at: number,
  step: number,
  reading: HistoryReading,
): boolean {
  const { who, timeframe, version } = reading;
  if (startOf(history, timeframe) > at || !takesPart(history, memory, who, timeframe)) return false;
  const there = memory.readings.find(
    (other) => other.who === who && other.timeframe === timeframe && other.version === version,
  );
  if (there === undefined) {
    memory.readings.push({ ...reading, step });
    return true;
  }
  return (
    there.producedWh === reading.producedWh &&
    there.consumedWh === reading.consumedWh &&
    there.quality === reading.quality
  );
}
