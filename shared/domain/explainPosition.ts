import type { NettoLine } from './netto.ts';
import type { TradeAhead } from './order.ts';
import { type WattHours, wattHours } from './units.ts';

/** positionWh = nettoWh − soldAheadWh + boughtAheadWh */
export type ExplainedPosition = {
  readonly nettoWh: WattHours;
  readonly soldAheadWh: WattHours;
  readonly boughtAheadWh: WattHours;
  readonly positionWh: WattHours;
};

/** What a prosumer is left with for the market: its line, if it has one, and its own trades ahead. */
export function explainPosition(
  line: NettoLine | undefined,
  ahead: readonly Pick<TradeAhead, 'side' | 'energyWh'>[],
): ExplainedPosition {
  const nettoWh = line === undefined ? 0 : line.producedWh - line.consumedWh;
  let soldAheadWh = 0;
  let boughtAheadWh = 0;
  for (const { side, energyWh } of ahead) {
    if (side === 'sell') soldAheadWh += energyWh;
    else boughtAheadWh += energyWh;
  }
  return {
    nettoWh: wattHours(nettoWh),
    soldAheadWh: wattHours(soldAheadWh),
    boughtAheadWh: wattHours(boughtAheadWh),
    positionWh: wattHours(nettoWh - soldAheadWh + boughtAheadWh),
  };
}
