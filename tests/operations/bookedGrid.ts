import type { OrderId, ProsumerId, TradeAheadId } from '../../shared/domain/ids.ts';
import type { Timeframe } from '../../shared/domain/timeframe.ts';
import { msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import type { NewGrid } from '../../shared/operations/createGrid.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { entryOf } from '../contract/auditSamples.ts';
import { gridId, join, openGrid } from './smallGrid.ts';

/** The first timeframe of the grid. */
export const quarter = '2026-11-22T10:00:00Z' as Timeframe;
const ordersMax = 10;

/**
 * Opens a grid with members a to d, of whom a has sold and c bought ahead for the first timeframe,
 * and a and b have orders. Its price moves with the readings, and it has both fees: all that a
 * correction has to give back.
 */
export async function openBookedGrid(ports: Ports, settings: Partial<NewGrid> = {}): Promise<void> {
  await openGrid(ports, { ...strict, ...settings });
  for (const id of ['a', 'b', 'c', 'd']) await join(ports, id);
  await tradeAhead(ports, 'a', 'sell', 300);
  await tradeAhead(ports, 'c', 'buy', 100);
  await order(ports, 'a', 'sell', 310_000);
  await order(ports, 'b', 'buy', 420_000);
}

const strict: Partial<NewGrid> = {
  market: { mechanism: 'pool', price: { rule: 'supply_demand_ratio' } },
  tariff: {
    importPriceMsatPerKwh: msatPerKwh(500_000),
    exportPriceMsatPerKwh: msatPerKwh(100_000),
    gridFeeMsatPerKwh: msatPerKwh(7_000),
    importGridFeeMsatPerKwh: msatPerKwh(11_000),
  },
};

async function tradeAhead(ports: Ports, id: string, side: 'sell' | 'buy', energyWh: number) {
  const trade = {
    id: `ahead-${id}` as TradeAheadId,
    ...{ gridId, prosumerId: id as ProsumerId, timeframe: quarter, side },
    energyWh: wattHours(energyWh),
    priceMsatPerKwh: msatPerKwh(250_000),
    gridFeeMsatPerKwh: msatPerKwh(7_000),
    acceptedAt: ports.clock.now(),
  };
  const limits = { prosumerWhMax: 100_000, prosumerTradesMax: 9, gridWhMax: 1_000_000 };
  const { outcome } = await ports.orders.acceptAhead(trade, limits, entryOf());
  if (outcome !== 'accepted') throw new Error(outcome);
}

async function order(ports: Ports, id: string, side: 'sell' | 'buy', limit: number) {
  const { outcome } = await ports.orders.place(
    {
      id: `order-${id}` as OrderId,
      ...{ gridId, prosumerId: id as ProsumerId, side, validFrom: quarter },
      ...{ energyWh: wattHours(900), limitPriceMsatPerKwh: msatPerKwh(limit) },
      placedAt: ports.clock.now(),
    },
    ordersMax,
    entryOf(),
  );
  if (outcome !== 'placed') throw new Error(outcome);
}
