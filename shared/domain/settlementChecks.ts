import { assert } from './assert.ts';
import type { Terms } from './grid.ts';
import type { AccountId } from './ids.ts';
import type { Position } from './netto.ts';
import { peerPrice } from './terms.ts';
import type { Trade } from './trade.ts';
import { amountOf, type WattHours, wattHours } from './units.ts';

/** What was traded among prosumers, taken from the power plant and given to it. */
export type Energies = {
  readonly tradedWh: WattHours;
  readonly importedWh: WattHours;
  readonly exportedWh: WattHours;
};

/** Sums the energy of a pool's trades by kind. */
export function energiesOf(trades: readonly Trade[]): Energies {
  let tradedWh = 0;
  let importedWh = 0;
  let exportedWh = 0;
  for (const { kind, energyWh } of trades) {
    if (kind === 'peer') tradedWh += energyWh;
    else if (kind === 'import') importedWh += energyWh;
    else if (kind === 'export') exportedWh += energyWh;
    else assert(false, () => `the pool makes no trade of kind ${kind}`);
  }
  return {
    tradedWh: wattHours(tradedWh),
    importedWh: wattHours(importedWh),
    exportedWh: wattHours(exportedWh),
  };
}

/** Throws unless, per prosumer, netto = sold − bought over all its trades, to the Wh. */
export function checkNettos(positions: readonly Position[], trades: readonly Trade[]): void {
  const soldMinusBought = new Map<AccountId, number>();
  for (const { sellerId, buyerId, energyWh } of trades) {
    soldMinusBought.set(sellerId, (soldMinusBought.get(sellerId) ?? 0) + energyWh);
    soldMinusBought.set(buyerId, (soldMinusBought.get(buyerId) ?? 0) - energyWh);
  }
  for (const { prosumerId, positionWh } of positions) {
    const traded = soldMinusBought.get(prosumerId) ?? 0;
    assert(
      traded === positionWh,
      () => `${prosumerId} traded ${traded} Wh on a netto of ${positionWh}`,
    );
  }
}

/**
 * Throws unless the trades move exactly what their energy costs in one sum. As no trade is rounded
 * the two are the same number: a difference is money from nowhere.
 */
export function checkMoney(terms: Terms, trades: readonly Trade[], energies: Energies): void {
  let amountUsat = 0n;
  let feeUsat = 0n;
  for (const trade of trades) {
    amountUsat += trade.amountUsat;
    feeUsat += trade.feeUsat;
  }
  const { importPriceMsatPerKwh, exportPriceMsatPerKwh, gridFeeMsatPerKwh } = terms.tariff;
  const expectedUsat =
    amountOf(energies.tradedWh, peerPrice(terms)) +
    amountOf(energies.importedWh, importPriceMsatPerKwh) +
    amountOf(energies.exportedWh, exportPriceMsatPerKwh);
  assert(amountUsat === expectedUsat, `trades move ${amountUsat} µsat instead of ${expectedUsat}`);
  const expectedFeeUsat = amountOf(energies.tradedWh, gridFeeMsatPerKwh);
  assert(feeUsat === expectedFeeUsat, `fees are ${feeUsat} µsat instead of ${expectedFeeUsat}`);
}
