import { Type } from 'typebox';
import type { OrderId } from '../domain/ids.ts';
import {
  closed,
  count,
  gridId,
  idPattern,
  instant,
  oneOf,
  priceMsatPerKwh,
  prosumerId,
} from './common.ts';
import { energyAboveZeroWh, side } from './tradeAhead.ts';

const orderId = Type.Unsafe<OrderId>({
  type: 'string',
  pattern: idPattern,
  description: 'Id of an order.',
});
const timeframe = Type.Optional(
  instant('Start of the timeframe it counts for; without it every one until it is cancelled.'),
);
const terms = {
  side,
  energyWh: Type.Optional(
    energyAboveZeroWh('The most it counts for; without it all that the meter shows on that side.'),
  ),
  limitPriceMsatPerKwh: priceMsatPerKwh(
    'Sell for no less, or buy for no more, than this, the fee of the mini grid aside.',
  ),
};

export const OrderCreate = Type.Object(
  { id: Type.Optional(orderId), prosumerId, timeframe, ...terms },
  closed('OrderCreate', 'A sealed order in an auction; without `id` one is made.'),
);

export const OrderPut = Type.Object(terms, closed('OrderPut', 'What an order is to ask for.'));

export const Order = Type.Object(
  {
    id: orderId,
    gridId,
    prosumerId,
    timeframe,
    ...terms,
    version: count('1 at first, one more with each change.'),
    validFrom: instant('The first timeframe that it counts for as it is.'),
    validUntil: Type.Optional(instant('The first timeframe that it no longer counts for.')),
    status: oneOf(['open', 'cancelled'], 'Cancelled or not; what it counted for stays.'),
    placedAt: instant('When it was placed.'),
    changedAt: instant('When it was changed last.'),
  },
  {
    title: 'Order',
    description: 'A limit order of a prosumer. It counts for no more than the meter then shows.',
  },
);
