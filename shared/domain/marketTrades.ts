import { assert } from './assert.ts';
import type { ClearedSide, Clearing } from './clearing.ts';
import type { Prices } from './grid.ts';
import { powerPlant } from './ids.ts';
import { importFeeOf, noFee } from './importFee.ts';
import type { TradeTerms } from './trade.ts';
import { type MsatPerKwh, wattHours } from './units.ts';

/**
 * The trades of a cleared market: peer trades first, then imports, then exports, each by id
 * ascending. Sellers and buyers are paired by a walk over the two in id order, which makes at most
 * sellers + buyers − 1 trades.
 */
export function marketTrades(clearing: Clearing, prices: Prices): TradeTerms[] {
  const trades: TradeTerms[] = [];
  addPeerTrades(trades, clearing, prices.gridFeeMsatPerKwh);
  addImports(trades, clearing.buyers, prices);
  addExports(trades, clearing.sellers, prices);
  return trades;
}

/** Pairs what is sold with what is bought, both in id order, until one of the two is used up. */
function addPeerTrades(
  trades: TradeTerms[],
  { priceMsatPerKwh, sellers, buyers }: Clearing,
  gridFeeMsatPerKwh: MsatPerKwh,
): void {
  let buyer = 0;
  let wantedWh = buyers.peerWh[0] ?? 0;
  for (const [seller, sellerId] of sellers.ids.entries()) {
    let offeredWh = sellers.peerWh[seller] ?? 0;
    while (offeredWh > 0) {
      const buyerId = buyers.ids[buyer];
      assert(buyerId !== undefined, 'as much is bought among accounts as is sold');
      if (wantedWh === 0) {
        buyer += 1;
        wantedWh = buyers.peerWh[buyer] ?? 0;
        continue;
      }
      const energyWh = Math.min(offeredWh, wantedWh);
      offeredWh -= energyWh;
      wantedWh -= energyWh;
      trades.push({
        kind: 'peer',
        sellerId,
        buyerId,
        energyWh: wattHours(energyWh),
        priceMsatPerKwh,
        gridFeeMsatPerKwh,
      });
    }
  }
}

function addImports(trades: TradeTerms[], buyers: ClearedSide, prices: Prices): void {
  const gridFeeMsatPerKwh = importFeeOf(prices);
  for (const [index, buyerId] of buyers.ids.entries()) {
    const energyWh = (buyers.energiesWh[index] ?? 0) - (buyers.peerWh[index] ?? 0);
    if (energyWh === 0) continue;
    trades.push({
      kind: 'import',
      sellerId: powerPlant,
      buyerId,
      energyWh: wattHours(energyWh),
      priceMsatPerKwh: prices.importPriceMsatPerKwh,
      gridFeeMsatPerKwh,
    });
  }
}

function addExports(trades: TradeTerms[], sellers: ClearedSide, prices: Prices): void {
  for (const [index, sellerId] of sellers.ids.entries()) {
    const energyWh = (sellers.energiesWh[index] ?? 0) - (sellers.peerWh[index] ?? 0);
    if (energyWh === 0) continue;
    trades.push({
      kind: 'export',
      sellerId,
      buyerId: powerPlant,
      energyWh: wattHours(energyWh),
      priceMsatPerKwh: prices.exportPriceMsatPerKwh,
      gridFeeMsatPerKwh: noFee,
    });
  }
}
