import type { Static } from 'typebox';
import { miniGrid } from '../domain/ids.ts';
import type { AheadView } from '../domain/order.ts';
import { amountOf } from '../domain/units.ts';
import type { DeepReadonly } from '../schemas/input.ts';
import type { TradeAhead } from '../schemas/tradeAhead.ts';

/** A trade ahead as the API shows it. What its prosumer would have taken at worst is nobody's concern. */
export function tradeAheadBody(trade: AheadView): DeepReadonly<Static<typeof TradeAhead>> {
  const { sequence: _, limitPriceMsatPerKwh: _limit, ...shown } = trade;
  const { side, prosumerId, energyWh, priceMsatPerKwh, gridFeeMsatPerKwh } = trade;
  return {
    ...shown,
    kind: 'grid',
    sellerId: side === 'sell' ? prosumerId : miniGrid,
    buyerId: side === 'sell' ? miniGrid : prosumerId,
    amountUsat: amountOf(energyWh, priceMsatPerKwh).toString(),
    feeUsat: amountOf(energyWh, gridFeeMsatPerKwh).toString(),
  };
}
