import type { Static } from 'typebox';
import type { Order } from '../domain/order.ts';
import type { DeepReadonly } from '../schemas/input.ts';
import type { Order as OrderSchema } from '../schemas/order.ts';

/** An order as the API shows it, its fields always in this order: the tag is of the bytes. */
export function orderBody(order: Order): DeepReadonly<Static<typeof OrderSchema>> {
  const { id, gridId, prosumerId, timeframe, side, energyWh, limitPriceMsatPerKwh } = order;
  const { version, validFrom, validUntil, placedAt, changedAt, status } = order;
  return {
    id,
    gridId,
    prosumerId,
    ...(timeframe && { timeframe }),
    side,
    ...(energyWh !== undefined && { energyWh }),
    limitPriceMsatPerKwh,
    version,
    validFrom,
    ...(validUntil && { validUntil }),
    placedAt,
    changedAt,
    status,
  };
}
