import { assert } from './assert.ts';
import { type ClearedSide, type Clearing, energiesOf } from './clearing.ts';
import type { Prices } from './grid.ts';
import { type AccountId, miniGrid, powerPlant } from './ids.ts';
import { importFeeOf } from './importFee.ts';
import { postingsOf } from './ledger.ts';
import type { NettoLine } from './netto.ts';
import type { Trade, TradeTerms } from './trade.ts';
import { amountOf, wattHours } from './units.ts';

type NettoEnergies = Pick<NettoLine, 'prosumerId' | 'producedWh' | 'consumedWh'>;

/**
 * Throws unless, per account, sold − bought over all the trades is the netto of its line, to the Wh,
 * and 0 where it has none, as `mini-grid`: of a first closing all lines, of a correction what they
 * changed by. The power plant takes and gives what is left.
 */
export function checkNettos(lines: readonly NettoEnergies[], trades: readonly Trade[]): void {
  const soldMinusBought = new Map<AccountId, number>();
  for (const { sellerId, buyerId, energyWh } of trades) {
    soldMinusBought.set(sellerId, (soldMinusBought.get(sellerId) ?? 0) + energyWh);
    soldMinusBought.set(buyerId, (soldMinusBought.get(buyerId) ?? 0) - energyWh);
  }
  soldMinusBought.delete(powerPlant);
  const check = (accountId: AccountId, tradedWh: number, nettoWh: number) =>
    assert(
      tradedWh === nettoWh,
      () => `${accountId} traded ${tradedWh} Wh on a netto of ${nettoWh}`,
    );
  for (const { prosumerId, producedWh, consumedWh } of lines) {
    check(prosumerId, soldMinusBought.get(prosumerId) ?? 0, producedWh - consumedWh);
    soldMinusBought.delete(prosumerId);
  }
  for (const [accountId, tradedWh] of soldMinusBought) check(accountId, tradedWh, 0);
}

/**
 * Throws unless the trades of a first closing move exactly what their energy costs in one sum, beside
 * what was agreed on ahead. As no trade is rounded the two are the same number: a difference is money
 * from nowhere.
 */
export function checkMoney(
  trades: readonly Trade[],
  ahead: readonly TradeTerms[],
  market: Clearing,
  prices: Prices,
): void {
  let amountUsat = 0n;
  let feeUsat = 0n;
  for (const trade of trades) {
    amountUsat += trade.amountUsat;
    feeUsat += trade.feeUsat;
  }
  const { tradedWh, importedWh, exportedWh } = energiesOf(market);
  let expectedUsat =
    amountOf(tradedWh, market.priceMsatPerKwh) +
    amountOf(importedWh, prices.importPriceMsatPerKwh) +
    amountOf(exportedWh, prices.exportPriceMsatPerKwh);
  let expectedFeeUsat =
    amountOf(tradedWh, prices.gridFeeMsatPerKwh) + amountOf(importedWh, importFeeOf(prices));
  for (const { energyWh, priceMsatPerKwh, gridFeeMsatPerKwh } of ahead) {
    expectedUsat += amountOf(energyWh, priceMsatPerKwh);
    expectedFeeUsat += amountOf(energyWh, gridFeeMsatPerKwh);
  }
  assert(amountUsat === expectedUsat, `trades move ${amountUsat} µsat instead of ${expectedUsat}`);
  assert(feeUsat === expectedFeeUsat, `fees are ${feeUsat} µsat instead of ${expectedFeeUsat}`);
}

/**
 * Throws unless the trades of a correction move the balance of every account, reserved ones included,
 * by exactly what it would be after the market less what it was before.
 */
export function checkCorrectedMoney(
  trades: readonly Trade[],
  before: Clearing,
  after: Clearing,
  prices: Prices,
): void {
  const owed = new Map<AccountId, bigint>();
  const move: Move = (accountId, usat) => owed.set(accountId, (owed.get(accountId) ?? 0n) + usat);
  moveBalances(after, prices, move);
  moveBalances(before, prices, (accountId, usat) => move(accountId, -usat));
  for (const trade of trades) {
    for (const { accountId, creditUsat, debitUsat } of postingsOf(trade)) {
      move(accountId, debitUsat - creditUsat);
    }
  }
  for (const [accountId, usat] of owed) {
    assert(usat === 0n, () => `a correction leaves ${accountId} ${usat} µsat from its balance`);
  }
}

type Move = (accountId: AccountId, usat: bigint) => void;

/** What a market does to the balance of each account. */
function moveBalances(
  { priceMsatPerKwh, sellers, buyers }: Clearing,
  prices: Prices,
  move: Move,
): void {
  for (const [index, sellerId] of sellers.ids.entries()) {
    const { peerWh, plantWh } = energiesAt(sellers, index);
    const exportUsat = amountOf(plantWh, prices.exportPriceMsatPerKwh);
    move(sellerId, amountOf(peerWh, priceMsatPerKwh) + exportUsat);
    move(powerPlant, -exportUsat);
  }
  for (const [index, buyerId] of buyers.ids.entries()) {
    const { peerWh, plantWh } = energiesAt(buyers, index);
    const importUsat = amountOf(plantWh, prices.importPriceMsatPerKwh);
    const feeUsat =
      amountOf(peerWh, prices.gridFeeMsatPerKwh) + amountOf(plantWh, importFeeOf(prices));
    move(buyerId, -amountOf(peerWh, priceMsatPerKwh) - importUsat - feeUsat);
    move(powerPlant, importUsat);
    move(miniGrid, feeUsat);
  }
}

function energiesAt(side: ClearedSide, index: number) {
  const peerWh = side.peerWh[index] ?? 0;
  const plantWh = (side.energiesWh[index] ?? 0) - peerWh;
  return { peerWh: wattHours(peerWh), plantWh: wattHours(plantWh) };
}
