import { hamlet, hamletReadings } from './hamlet.ts';
import type { ModelReading } from './model.ts';
import { drawOf } from './random.ts';

/**
 * Eight days of the hamlet, over which clocks change in Berlin, lived through in steps of 24 hours.
 * What is measured between two steps comes in time at the second of them, and closes at the third.
 */
export const lateHamlet = {
  id: hamlet.id,
  activeFrom: '2021-03-23T23:00:00Z',
  activeUntil: hamlet.activeUntil,
  graceMinutes: 1_440,
} as const;
export const lateHamletStepsMax = 17;

const startMs = Date.parse(lateHamlet.activeFrom);
const dayMs = 86_400_000;
const quarterMs = 900_000;
/** Steps are a little after midnight, so that all of the day before is due. */
const afterMidnightMs = 300_000;
const daysLateMax = 7;
const lateShare = 0.05;
const wrongShare = 0.01;
const twiceShare = 0.01;
const tradesAhead = 40;
const orders = 60;
/** The days from this one on clear by auction, and so take orders. */
const auctionDay = 6;

/** The meter whose registers are posted, and that always does so in time. */
export const registered = 'home05';
/** Three meters, each silent for a local day: one comes late, one over the clock change, one never. */
const silent = [
  { prosumerId: 'home02', day: '2021-03-25', comesAt: 6 },
  { prosumerId: 'home11', day: '2021-03-28', comesAt: 10 },
  { prosumerId: 'home16', day: '2021-03-27', comesAt: undefined },
] as const;

/** A reading, and the step at which it is posted. */
export type Delivery = {
  readonly step: number;
  readonly reading: ModelReading & { readonly version: number };
};
export type AheadPlan = {
  readonly step: number;
  readonly prosumerId: string;
  readonly timeframe: string;
  readonly side: 'sell' | 'buy';
  readonly energyWh: number;
  readonly isCancelled: boolean;
};
export type OrderPlan = {
  readonly step: number;
  readonly prosumerId: string;
  /** Absent: a standing order. */
  readonly timeframe?: string;
  readonly side: 'sell' | 'buy';
  readonly energyWh: number;
  readonly limitPriceMsatPerKwh: number;
};

export const lateReadings = hamletReadings().filter(
  ({ timeframe }) => timeframe >= lateHamlet.activeFrom,
);
export const lateTimeframes = [...new Set(lateReadings.map(({ timeframe }) => timeframe))];

/** Every reading right and in time, but for those that never come. */
export function cleanDeliveries(): readonly Delivery[] {
  return lateReadings
    .filter((reading) => silenceOf(reading) === undefined || comesAt(reading) !== undefined)
    .map((reading) => ({ step: inTimeStep(reading), reading: { ...reading, version: 1 } }));
}

/** The same readings late, wrong at first, silent for a day and twice, as chance has it. */
export function disturbedDeliveries(random: () => number): readonly Delivery[] {
  const at = new Map(lateReadings.map((each) => [`${each.prosumerId} ${each.timeframe}`, each]));
  return lateReadings.flatMap((reading) => {
    const right = { ...reading, version: 1 };
    const inTime = inTimeStep(reading);
    const later = () => inTime + 1 + Math.floor(random() * daysLateMax);
    if (silenceOf(reading) !== undefined) {
      const step = comesAt(reading);
      return step === undefined ? [] : [{ step, reading: right }];
    }
    const chance = reading.prosumerId === registered ? 1 : random();
    if (chance < lateShare) return [{ step: later(), reading: right }];
    if (chance < lateShare + wrongShare) {
      const other = at.get(`${drawOf(homes, random)} ${reading.timeframe}`) ?? reading;
      const wrong = { ...wronged(reading, other, random), version: 1 };
      const [first, second] = [later(), later()].sort((a, b) => a - b);
      const again = { ...wronged(reading, other, random), version: 2 };
      const inBetween = random() < 0.3 ? [{ step: first ?? inTime, reading: again }] : [];
      return [
        { step: inTime, reading: wrong },
        ...inBetween,
        { step: second ?? inTime, reading: { ...right, version: 3 } },
      ];
    }
    const once = { step: inTime, reading: right };
    return random() < twiceShare ? [once, { ...once, step: later() }, once] : [once];
  });
}

/** What homes agree on with the mini grid, each before its timeframe has begun. */
export function aheadPlans(random: () => number): readonly AheadPlan[] {
  const days = Math.floor(lateTimeframes.length / 96);
  return Array.from({ length: tradesAhead }, (_, at) => {
    const step = Math.floor(random() * (days - 1));
    return {
      step,
      prosumerId: drawOf(homes, random),
      timeframe: lateTimeframes[step * 96 + 4 + Math.floor(random() * 150)] ?? '',
      side: random() < 0.5 ? ('sell' as const) : ('buy' as const),
      energyWh: 1 + Math.floor(random() * 900),
      isCancelled: at % 10 === 0,
    };
  });
}

/** What homes order in the auction, for a timeframe to come or for all from then on. */
export function orderPlans(random: () => number): readonly OrderPlan[] {
  return Array.from({ length: orders }, (_, at) => {
    const start = lateTimeframes[auctionDay * 96 + 4 + Math.floor(random() * 150)] ?? '';
    return {
      step: auctionDay,
      prosumerId: drawOf(homes, random),
      ...(at % 2 === 0 && { timeframe: start }),
      side: random() < 0.5 ? ('sell' as const) : ('buy' as const),
      energyWh: 1 + Math.floor(random() * 2_000),
      limitPriceMsatPerKwh: 60_000 + Math.floor(random() * 300_000),
    };
  });
}

/** The number of 24 hours since the start in which a timeframe lies; it closes two steps later. */
export function chunkOf({ timeframe }: Pick<ModelReading, 'timeframe'>): number {
  return Math.floor((Date.parse(timeframe) - startMs) / dayMs);
}

export function stepMs(step: number): number {
  return startMs + step * dayMs + afterMidnightMs;
}

/** The timeframes that are closed at a step. */
export function closedAt(step: number): readonly string[] {
  return lateTimeframes.filter((timeframe) => chunkOf({ timeframe }) <= step - 2);
}

/** Its local day, as 2021-03-28. */
export function localDay(timeframe: string): string {
  return dayFormat.format(Date.parse(timeframe));
}

export function endOf(timeframe: string): string {
  return new Date(Date.parse(timeframe) + quarterMs).toISOString().replace('.000Z', 'Z');
}

const dayFormat = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin' });
export const homes = [...new Set(lateReadings.map(({ prosumerId }) => prosumerId))].sort();

function inTimeStep(reading: ModelReading): number {
  return chunkOf(reading) + 1;
}

function silenceOf({ prosumerId, timeframe }: ModelReading) {
  const day = localDay(timeframe);
  return silent.find((each) => each.prosumerId === prosumerId && each.day === day);
}

function comesAt(reading: ModelReading): number | undefined {
  return silenceOf(reading)?.comesAt;
}

/** Absurdly much, nothing at all, or what another home has. */
function wronged(reading: ModelReading, other: ModelReading, random: () => number): ModelReading {
  const { producedWh, consumedWh } = other;
  return drawOf(
    [
      { ...reading, consumedWh: reading.consumedWh + 900_000 },
      { ...reading, producedWh: reading.producedWh * 1_000 + 50_000 },
      { ...reading, producedWh: 0, consumedWh: 0 },
      { ...reading, producedWh, consumedWh },
    ],
    random,
  );
}
