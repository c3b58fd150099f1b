import type { ClearedSide, Clearing } from './clearing.ts';
import type { Prices } from './grid.ts';
import { type AccountId, compareIds, miniGrid, powerPlant } from './ids.ts';
import { importFeeOf, noFee } from './importFee.ts';
import type { TradeTerms } from './trade.ts';
import { addPrices, type MsatPerKwh, wattHours } from './units.ts';

/**
 * The trades that take the accounts of a market from what it was cleared as to what it should have
 * been: the difference and nothing else, per account by id ascending; then sold, bought, exported,
 * imported; then less, more. Energy among accounts is corrected with `mini-grid`, which has no such
 * trades of its own: what the others leave it with is its own difference.
 */
export function correctionTrades(before: Clearing, after: Clearing, prices: Prices): TradeTerms[] {
  const [was, is] = [figuresOf(before), figuresOf(after)];
  const ids = [...new Set([...was.keys(), ...is.keys()])].sort(compareIds);
  const isSamePrice = before.priceMsatPerKwh === after.priceMsatPerKwh;
  const trades: TradeTerms[] = [];
  for (const accountId of ids) {
    const [old, now] = [was.get(accountId) ?? noFigures, is.get(accountId) ?? noFigures];
    const add: AddTrade = (sellerId, buyerId, energyWh, priceMsatPerKwh, gridFeeMsatPerKwh) => {
      if (energyWh === 0) return;
      const energy = { energyWh: wattHours(energyWh), priceMsatPerKwh, gridFeeMsatPerKwh };
      trades.push({ kind: 'correction', sellerId, buyerId, ...energy });
    };
    if (accountId !== miniGrid) {
      const sold = changeOf(old.soldWh, now.soldWh, isSamePrice);
      add(miniGrid, accountId, sold.lessWh, before.priceMsatPerKwh, noFee);
      add(accountId, miniGrid, sold.moreWh, after.priceMsatPerKwh, noFee);
      const fee = prices.gridFeeMsatPerKwh;
      const bought = changeOf(old.boughtWh, now.boughtWh, isSamePrice);
      add(accountId, miniGrid, bought.lessWh, addPrices(before.priceMsatPerKwh, fee), noFee);
      add(miniGrid, accountId, bought.moreWh, after.priceMsatPerKwh, fee);
    }
    addExports(add, accountId, changeOf(old.exportedWh, now.exportedWh, true), prices);
    addImports(add, accountId, changeOf(old.importedWh, now.importedWh, true), prices);
  }
  return trades;
}

type AddTrade = (
  sellerId: AccountId,
  buyerId: AccountId,
  energyWh: number,
  priceMsatPerKwh: MsatPerKwh,
  gridFeeMsatPerKwh: MsatPerKwh,
) => void;

type Change = { readonly lessWh: number; readonly moreWh: number };

/** What an account trades in a market: with others, and with the power plant. */
type Figures = {
  readonly soldWh: number;
  readonly boughtWh: number;
  readonly exportedWh: number;
  readonly importedWh: number;
};

const noFigures: Figures = { soldWh: 0, boughtWh: 0, exportedWh: 0, importedWh: 0 };

function figuresOf({ sellers, buyers }: Clearing): ReadonlyMap<AccountId, Figures> {
  const figures = new Map<AccountId, Figures>();
  for (const [index, accountId] of sellers.ids.entries()) {
    const [soldWh, exportedWh] = energiesAt(sellers, index);
    figures.set(accountId, { ...noFigures, soldWh, exportedWh });
  }
  for (const [index, accountId] of buyers.ids.entries()) {
    const [boughtWh, importedWh] = energiesAt(buyers, index);
    figures.set(accountId, { ...noFigures, boughtWh, importedWh });
  }
  return figures;
}

function energiesAt({ energiesWh, peerWh }: ClearedSide, index: number): readonly [number, number] {
  const ofPeers = peerWh[index] ?? 0;
  return [ofPeers, (energiesWh[index] ?? 0) - ofPeers];
}

/** At another price all of the energy goes back, and comes again. */
function changeOf(beforeWh: number, afterWh: number, isSamePrice: boolean): Change {
  if (!isSamePrice) return { lessWh: beforeWh, moreWh: afterWh };
  const moreWh = afterWh - beforeWh;
  return { lessWh: Math.max(0, -moreWh), moreWh: Math.max(0, moreWh) };
}

function addExports(add: AddTrade, accountId: AccountId, change: Change, prices: Prices): void {
  add(powerPlant, accountId, change.lessWh, prices.exportPriceMsatPerKwh, noFee);
  add(accountId, powerPlant, change.moreWh, prices.exportPriceMsatPerKwh, noFee);
}

/** A fee that was paid comes back with the price, from `mini-grid`, to which it was paid. */
function addImports(add: AddTrade, accountId: AccountId, change: Change, prices: Prices): void {
  const price = prices.importPriceMsatPerKwh;
  const fee = importFeeOf(prices);
  if (fee === 0 || accountId === miniGrid) {
    add(accountId, powerPlant, change.lessWh, price, noFee);
  } else {
    add(accountId, miniGrid, change.lessWh, addPrices(price, fee), noFee);
    add(miniGrid, powerPlant, change.lessWh, price, noFee);
  }
  add(powerPlant, accountId, change.moreWh, price, fee);
}
