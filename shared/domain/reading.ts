import type { Actor } from './audit.ts';
import type { ProsumerId } from './ids.ts';
import type { Instant, Timeframe } from './timeframe.ts';
import type { WattHours } from './units.ts';

export const readingQualities = ['measured', 'estimated', 'questionable'] as const;
export type ReadingQuality = (typeof readingQualities)[number];

/**
 * What is suspicious about a reading. One that is suspicious is settled all the same, and counts as
 * questionable until a higher version says better.
 */
export const readingChecks = ['above_connection_limit', 'frozen', 'clock_drift'] as const;
export type ReadingCheck = (typeof readingChecks)[number];

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
  /** Who posted it; absent: it came before that was kept. No part of what tells a duplicate. */
  readonly postedBy?: Actor;
  /** What it failed when it came; absent: nothing. No part of what tells a duplicate from a conflict. */
  readonly checks?: readonly ReadingCheck[];
  /** For how many timeframes right before it the same energies, not both 0, were read; absent: 0. */
  readonly unchangedFor?: number;
};
