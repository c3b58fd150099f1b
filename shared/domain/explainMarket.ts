import type { Clearing } from './clearing.ts';
import { clearMarket } from './clearMarket.ts';
import { type ExplainedPrice, explainPrice } from './explainPrice.ts';
import { type ExplainedShare, explainShare } from './explainShare.ts';
import type { Market, Terms } from './grid.ts';
import type { ProsumerId } from './ids.ts';
import type { NettoLine } from './netto.ts';
import type { Book } from './order.ts';
import { positionsOf } from './positions.ts';
import type { MsatPerKwh } from './units.ts';

/** The market of a timeframe, and what one prosumer is in it. */
export type ExplainedMarket = {
  readonly mechanism: Market['mechanism'];
  readonly supplyWh: number;
  readonly demandWh: number;
  /** Traded among accounts: M, in a pool the smaller of supply and demand. */
  readonly matchedWh: number;
  readonly price: ExplainedPrice;
  /** Absent for a position of 0. */
  readonly share?: ExplainedShare;
  readonly outcome: MarketOutcome;
};

/** What a market comes to for a prosumer: among accounts, and with the power plant. */
export type MarketOutcome = {
  readonly priceMsatPerKwh: MsatPerKwh;
  readonly soldWh: number;
  readonly boughtWh: number;
  readonly exportedWh: number;
  readonly importedWh: number;
};

/** Clears the market of these lines again, and explains how the prosumer fared in it. Pure. */
export function explainMarket(
  prosumerId: ProsumerId,
  lines: readonly NettoLine[],
  { ahead, orders }: Book,
  terms: Terms,
): ExplainedMarket {
  const clearing = clearMarket(positionsOf(lines, ahead), orders, terms);
  const share = explainShare(prosumerId, clearing, orders, terms);
  return {
    mechanism: terms.market.mechanism,
    supplyWh: clearing.sellers.totalWh,
    demandWh: clearing.buyers.totalWh,
    matchedWh: clearing.tradedWh,
    price: explainPrice(clearing, terms),
    ...(share && { share }),
    outcome: outcomeOf(clearing, share),
  };
}

function outcomeOf(
  { priceMsatPerKwh }: Clearing,
  share: ExplainedShare | undefined,
): MarketOutcome {
  const nothing = { priceMsatPerKwh, soldWh: 0, boughtWh: 0, exportedWh: 0, importedWh: 0 };
  if (share === undefined) return nothing;
  const { side, energyWh, tradedWh } = share;
  const plantWh = energyWh - tradedWh;
  return side === 'sell'
    ? { ...nothing, soldWh: tradedWh, exportedWh: plantWh }
    : { ...nothing, boughtWh: tradedWh, importedWh: plantWh };
}
