import type { GridId, OrderId, TradeAheadId } from '../../shared/domain/ids.ts';
import type { OrderTerms, TradeAhead } from '../../shared/domain/order.ts';
import { compactTimeframe, nextTimeframe, type Timeframe } from '../../shared/domain/timeframe.ts';
import { msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import type { AheadLimits, NewOrder, OrderChange } from '../../shared/ports/orderStore.ts';
import { at1030, instant, prosumerId, riverside } from './samples.ts';

/** Sample trades ahead and orders for the contracts, with what a test is about put over them. */
type NewAhead = Omit<TradeAhead, 'status' | 'sequence'>;

export const noLimits: AheadLimits = {
  prosumerWhMax: Number.MAX_SAFE_INTEGER,
  prosumerTradesMax: Number.MAX_SAFE_INTEGER,
  gridWhMax: Number.MAX_SAFE_INTEGER,
};

export function aheadId(id: string, frame = at1030, gridId: GridId = riverside): TradeAheadId {
  return `${gridId}.${compactTimeframe(frame)}.ahead.${id}` as TradeAheadId;
}

/** A trade ahead of anna's for 10:30. */
export function aheadOf(id: string, change: Partial<NewAhead> = {}): NewAhead {
  const { gridId = riverside, timeframe = at1030 } = change;
  return {
    id: aheadId(id, timeframe, gridId),
    gridId,
    prosumerId: prosumerId('anna'),
    timeframe,
    side: 'sell',
    energyWh: wattHours(1_000),
    priceMsatPerKwh: msatPerKwh(300_000),
    gridFeeMsatPerKwh: msatPerKwh(20_000),
    acceptedAt: instant('2026-11-22T10:01:00Z'),
    ...change,
  };
}

export function orderId(id: string): OrderId {
  return id as OrderId;
}

/** A standing order of anna's that counts from 10:30 on. */
export function orderOf(id: string, change: Partial<NewOrder> = {}): NewOrder {
  return {
    id: orderId(id),
    gridId: riverside,
    prosumerId: prosumerId('anna'),
    side: 'sell',
    limitPriceMsatPerKwh: msatPerKwh(250_000),
    placedAt: instant('2026-11-22T10:02:00Z'),
    validFrom: at1030,
    ...change,
  };
}

/** What makes an order one for a timeframe. */
export function onlyFor(
  timeframe: Timeframe,
): Pick<NewOrder, 'timeframe' | 'validFrom' | 'validUntil'> {
  return { timeframe, validFrom: timeframe, validUntil: nextTimeframe(timeframe, 15) };
}

export const buyTerms: OrderTerms = {
  side: 'buy',
  energyWh: wattHours(700),
  limitPriceMsatPerKwh: msatPerKwh(400_000),
};

/** A change of an order's first version to `buyTerms`, from 10:30 on. */
export function changeOf(id: string, change: Partial<OrderChange> = {}): OrderChange {
  return { ...cancelOf(id), terms: buyTerms, ...change };
}

/** The same without terms, which cancels it. */
export function cancelOf(id: string, change: Partial<OrderChange> = {}): OrderChange {
  const changedAt = instant('2026-11-22T10:20:00Z');
  return { orderId: orderId(id), version: 1, validFrom: at1030, changedAt, ...change };
}
