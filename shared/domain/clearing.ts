import type { MarketSide } from './marketSide.ts';
import { type MsatPerKwh, type WattHours, wattHours } from './units.ts';

/** A side of the market, and how much of each account's energy is traded among accounts. */
export type ClearedSide = MarketSide & {
  /** From 0 to its energy; what is left of that is with the power plant. Lines up with `ids`. */
  readonly peerWh: readonly number[];
};

/** The limits at which the volume of an auction ran out: all that is better was traded in full. */
export type Margin = {
  readonly sellLimitMsatPerKwh: number;
  readonly buyLimitMsatPerKwh: number;
};

/** What the market of a timeframe comes to. Σ sellers' peerWh = Σ buyers' peerWh = tradedWh. */
export type Clearing = {
  /** What energy traded among accounts costs, without the grid's fee. */
  readonly priceMsatPerKwh: MsatPerKwh;
  readonly tradedWh: number;
  /** Of an auction in which something was traded. */
  readonly margin?: Margin;
  readonly sellers: ClearedSide;
  readonly buyers: ClearedSide;
};

/** What is traded among accounts, taken from the power plant and given to it. */
export type Energies = {
  readonly tradedWh: WattHours;
  readonly importedWh: WattHours;
  readonly exportedWh: WattHours;
};

/** The energies of a cleared market in sum. */
export function energiesOf({ tradedWh, sellers, buyers }: Clearing): Energies {
  return {
    tradedWh: wattHours(tradedWh),
    importedWh: wattHours(buyers.totalWh - tradedWh),
    exportedWh: wattHours(sellers.totalWh - tradedWh),
  };
}
