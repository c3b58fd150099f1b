import type { Static } from 'typebox';
import { miniGrid } from '../domain/ids.ts';
import type { AheadView } from '../domain/order.ts';
import { amountOf } from '../domain/units.ts';
import type { DeepReadonly } from '../schemas/input.ts';
import type { TradeAhead } from '../schemas/tradeAhead.ts';

/**
 * A trade ahead as the API shows it, its fields always in this order: the tag is of the bytes. What its
 * prosumer would have taken at worst is nobody's concern.
 */
export function tradeAheadBody(trade: AheadView): DeepReadonly<Static<typeof TradeAhead>> {
  const { id, gridId, prosumerId, timeframe, side, energyWh, acceptedAt } = trade;
  const { priceMsatPerKwh, gridFeeMsatPerKwh } = trade;
  return {
    id,
    gridId,
    prosumerId,
    timeframe,
    side,
    kind: 'grid',
    sellerId: side === 'sell' ? prosumerId : miniGrid,
    buyerId: side === 'sell' ? miniGrid : prosumerId,
    energyWh,
    priceMsatPerKwh,
    gridFeeMsatPerKwh,
    amountUsat: amountOf(energyWh, priceMsatPerKwh).toString(),
    feeUsat: amountOf(energyWh, gridFeeMsatPerKwh).toString(),
    status: trade.status,
    ...('tradeId' in trade && { tradeId: trade.tradeId }),
    acceptedAt,
  };
}
