import type { Instant } from '../domain/timeframe.ts';

/** What time it is. Nothing else in the app may ask the system. */
export type Clock = { now(): Instant };
