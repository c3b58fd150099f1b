import type { Prices } from './grid.ts';
import { type MsatPerKwh, msatPerKwh } from './units.ts';

export const noFee = msatPerKwh(0);

/** What the buyer of an import pays beside its price: nothing, where the grid says nothing. */
export function importFeeOf({ importGridFeeMsatPerKwh }: Prices): MsatPerKwh {
  return importGridFeeMsatPerKwh ?? noFee;
}
