import { assert } from '../domain/assert.ts';
import type { GridId, OrderId, ProsumerId, TradeAheadId } from '../domain/ids.ts';
import type { Order, Side, TradeAhead } from '../domain/order.ts';
import type { Instant, Timeframe } from '../domain/timeframe.ts';
import { msatPerKwh, wattHours } from '../domain/units.ts';
import type { NewOrder } from '../ports/orderStore.ts';
import type { RowInteger } from './billingRows.ts';

/** A trade ahead as columns. */
export type TradeAheadRow = {
  readonly aheadId: TradeAheadId;
  readonly gridId: GridId;
  readonly prosumerId: ProsumerId;
  readonly timeframe: Timeframe;
  readonly side: Side;
  readonly energyWh: RowInteger;
  readonly priceMsatPerKwh: RowInteger;
  readonly gridFeeMsatPerKwh: RowInteger;
  readonly limitPriceMsatPerKwh: RowInteger | null;
  readonly status: TradeAhead['status'];
  readonly sequence: RowInteger;
  readonly acceptedAt: Instant;
};

export function tradeAheadOf(row: TradeAheadRow): TradeAhead {
  const { aheadId: id, gridId, prosumerId, timeframe, side, status, acceptedAt } = row;
  const limit = row.limitPriceMsatPerKwh;
  return {
    id,
    gridId,
    prosumerId,
    timeframe,
    side,
    energyWh: wattHours(Number(row.energyWh)),
    priceMsatPerKwh: msatPerKwh(Number(row.priceMsatPerKwh)),
    gridFeeMsatPerKwh: msatPerKwh(Number(row.gridFeeMsatPerKwh)),
    ...(limit === null ? {} : { limitPriceMsatPerKwh: msatPerKwh(Number(limit)) }),
    status,
    sequence: Number(row.sequence),
    acceptedAt,
  };
}

/** A version of an order as columns. One without an end has one that comes after every timeframe. */
export type OrderRow = {
  readonly orderId: OrderId;
  readonly version: RowInteger;
  readonly gridId: GridId;
  readonly prosumerId: ProsumerId;
  readonly timeframe: Timeframe | null;
  readonly side: Side;
  readonly energyWh: RowInteger | null;
  readonly limitPriceMsatPerKwh: RowInteger;
  readonly validFrom: Timeframe;
  readonly validUntil: Timeframe;
  readonly placedAt: Instant;
  readonly changedAt: Instant;
  readonly status: Order['status'];
};

const noEnd = '9999-12-31T23:59:59Z' as Timeframe;

export function orderOf(row: OrderRow): Order {
  const { orderId: id, gridId, prosumerId, timeframe, side, energyWh, validFrom, validUntil } = row;
  const { placedAt, changedAt, status } = row;
  return {
    id,
    gridId,
    prosumerId,
    ...(timeframe === null ? {} : { timeframe }),
    side,
    ...(energyWh === null ? {} : { energyWh: wattHours(Number(energyWh)) }),
    limitPriceMsatPerKwh: msatPerKwh(Number(row.limitPriceMsatPerKwh)),
    version: Number(row.version),
    validFrom,
    ...(validUntil === noEnd ? {} : { validUntil }),
    placedAt,
    changedAt,
    status,
  };
}

/** A version as it was ordered: of a standing one, the book does not know when it ended later. */
export function bookedOrderOf(row: OrderRow): Order {
  return orderOf(row.timeframe === null ? { ...row, validUntil: noEnd } : row);
}

export function orderRowOf(order: Order): OrderRow {
  const { id: orderId, timeframe = null, energyWh = null, validUntil = noEnd, ...columns } = order;
  return { ...columns, orderId, timeframe, energyWh, validUntil };
}

/** An order as it is placed. Throws where one for a timeframe does not count from it until its end. */
export function firstVersionOf(order: NewOrder): Order {
  const { timeframe, validFrom, validUntil } = order;
  assert(
    timeframe === undefined
      ? validUntil === undefined
      : validFrom === timeframe && validUntil !== undefined && timeframe < validUntil,
    () => `the order ${order.id} counts for its timeframe, or without an end`,
  );
  return { ...order, version: 1, changedAt: order.placedAt, status: 'open' };
}
