import { assert } from './assert.ts';
import { miniGrid } from './ids.ts';
import type { TradeAhead } from './order.ts';
import type { TradeTerms } from './trade.ts';

/**
 * The trades ahead of a book as they are posted: of kind `grid`, each at its own price and fee, in
 * order of acceptance, in which they come.
 */
export function bookTrades(ahead: readonly TradeAhead[]): TradeTerms[] {
  let lastSequence = 0;
  return ahead.map(({ id, prosumerId, side, status, sequence, ...terms }) => {
    assert(status === 'pending', () => `trade ${id} is ${status} and cannot be posted`);
    assert(lastSequence < sequence, () => `trade ${id} comes after one accepted later`);
    lastSequence = sequence;
    const { energyWh, priceMsatPerKwh, gridFeeMsatPerKwh } = terms;
    return {
      kind: 'grid',
      sellerId: side === 'sell' ? prosumerId : miniGrid,
      buyerId: side === 'sell' ? miniGrid : prosumerId,
      energyWh,
      priceMsatPerKwh,
      gridFeeMsatPerKwh,
    };
  });
}
