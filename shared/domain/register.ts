import type { ProsumerId } from './ids.ts';
import type { Instant } from './timeframe.ts';
import type { WattHours } from './units.ts';

/** The cumulative registers of a meter at an instant, in Wh. A meter exchange is another `meterId`. */
export type RegisterReading = {
  readonly prosumerId: ProsumerId;
  readonly meterId: string;
  /** A boundary between two timeframes. */
  readonly at: Instant;
  readonly producedRegisterWh: WattHours;
  readonly consumedRegisterWh: WattHours;
  /** The value at which the registers start again from 0, in Wh; absent: they never do. */
  readonly rolloverWh?: WattHours;
  readonly source: string;
  readonly receivedAt: Instant;
};
