import { isReserved, miniGrid, powerPlant } from '../../shared/domain/ids.ts';
import { hashOfTrade } from './canonicalJson.ts';
import { expectField, Finding } from './finding.ts';
import type { TradeRow } from './tradeRow.ts';

/**
 * Checks what a trade says of itself alone: id, parties, amounts, what it corrects, and its hash.
 * Throws a Finding.
 */
export function checkTrade(trade: TradeRow, gridId: string): void {
  const { id, timeframe, revision, sequence, energyWh } = trade;
  const thing = `trade ${id}`;
  expectField(thing, 'gridId', gridId, trade.gridId);
  const compact = `${timeframe.slice(0, 16).replace(/[-:]/g, '')}Z`;
  expectField(thing, 'id', `${gridId}.${compact}.${revision}.${sequence}`, id);
  const corrects = revision === 0 ? undefined : revision - 1;
  expectField(thing, 'correctsTimeframeRevision', corrects, trade.correctsTimeframeRevision);
  const isCorrection = trade.kind === 'correction';
  if (isCorrection !== revision > 0) {
    const expected = `a kind that revision ${revision} has`;
    throw new Finding(thing, expected, trade.kind);
  }
  checkParties(thing, trade);
  // Wh × msat/kWh = µsat, exactly.
  const [price, fee] = [trade.priceMsatPerKwh, trade.gridFeeMsatPerKwh];
  expectField(thing, 'amountUsat', BigInt(energyWh) * BigInt(price), trade.amountUsat);
  expectField(thing, 'feeUsat', BigInt(energyWh) * BigInt(fee), trade.feeUsat);
  expectField(thing, 'hash', hashOfTrade(trade.json), trade.hash);
}

/** Who may trade with whom. `mini-grid` takes part in the market with what it traded ahead. */
function checkParties(thing: string, trade: TradeRow): void {
  const { kind, sellerId, buyerId, gridFeeMsatPerKwh } = trade;
  const fault = (expected: string) =>
    new Finding(thing, expected, `${sellerId} to ${buyerId} (${kind})`);
  if (sellerId === buyerId) throw fault('another buyer than the seller');
  const isWith = (id: string) => sellerId === id || buyerId === id;
  const isWithReserved = isReserved(sellerId) || isReserved(buyerId);
  switch (kind) {
    case 'peer':
      if (isWith(powerPlant)) throw fault('no trade with the power plant');
      return;
    case 'import':
      if (sellerId !== powerPlant) throw fault(`${powerPlant} as seller`);
      return;
    case 'export':
      if (buyerId !== powerPlant) throw fault(`${powerPlant} as buyer`);
      expectField(thing, 'gridFeeMsatPerKwh', 0, gridFeeMsatPerKwh);
      return;
    case 'grid':
      if (!isWith(miniGrid) || isWith(powerPlant)) throw fault(`${miniGrid} with a prosumer`);
      return;
    case 'correction':
      if (!isWithReserved) throw fault(`${miniGrid} or ${powerPlant} on one side`);
  }
}
