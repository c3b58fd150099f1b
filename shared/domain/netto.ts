import type { ProsumerId } from './ids.ts';
import type { WattHours } from './units.ts';

/** What one prosumer is settled on in one timeframe. `version` is that of the reading used, 0 for none. */
export type NettoLine = {
  readonly prosumerId: ProsumerId;
  readonly producedWh: WattHours;
  readonly consumedWh: WattHours;
  readonly status: 'received' | 'missing' | 'estimated';
  readonly version: number;
};

/** produced − consumed: positive is a surplus, negative a deficit. */
export type Position = { readonly prosumerId: ProsumerId; readonly positionWh: WattHours };
