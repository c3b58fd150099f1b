import type { ProsumerId } from './ids.ts';
import type { Instant, Timeframe } from './timeframe.ts';
import type { WattHours } from './units.ts';

export const readingQualities = ['measured', 'estimated', 'questionable'] as const;
export type ReadingQuality = (typeof readingQualities)[number];

/** Energy of one prosumer in one timeframe. Never overwritten: a change is a higher version. */
export type Reading = {
  readonly prosumerId: ProsumerId;
  readonly timeframe: Timeframe;
  readonly producedWh: WattHours;
  readonly consumedWh: WattHours;
  readonly quality: ReadingQuality;
  readonly version: number;
  readonly source: string;
  readonly receivedAt: Instant;
};
