import type { Terms } from '../shared/domain/grid.ts';
import {
  type GridId,
  type ProsumerId,
  parseGridId,
  parseProsumerId,
} from '../shared/domain/ids.ts';
import { type Instant, parseInstant } from '../shared/domain/timeframe.ts';
import { msatPerKwh, type WattHours, wattHours } from '../shared/domain/units.ts';
import type { NewGrid } from '../shared/operations/createGrid.ts';
import type { Seeded } from './seeded.ts';

const producedWhMax = 3_000;
const consumedWhMax = 2_500;

export const timeframeMinutes = 15;
export const gridId: GridId = present(parseGridId('bench'));
/** When the first timeframe of the grid starts. */
export const firstInstant: Instant = present(parseInstant('2025-01-01T00:00:00Z'));

/** A grid with a fee, so that each peer trade has all of its three legs. */
export const benchGrid: NewGrid & Pick<Terms, 'tariff'> = {
  id: gridId,
  name: 'Benchmark',
  timeZone: 'Europe/Berlin',
  timeframeMinutes,
  graceMinutes: 0,
  activeFrom: firstInstant,
  paused: false,
  market: { mechanism: 'pool', price: { rule: 'mid_market' } },
  tariff: {
    importPriceMsatPerKwh: msatPerKwh(500_000),
    exportPriceMsatPerKwh: msatPerKwh(100_000),
    gridFeeMsatPerKwh: msatPerKwh(20_000),
  },
};

/** Ids of prosumers, ascending. */
export function prosumerIds(count: number): readonly ProsumerId[] {
  return Array.from({ length: count }, (_, index) =>
    present(parseProsumerId(`prosumer-${String(index).padStart(7, '0')}`)),
  );
}

/** What one prosumer produced and consumed in one timeframe. */
export function energies(random: Seeded): { producedWh: WattHours; consumedWh: WattHours } {
  return {
    producedWh: wattHours(random(producedWhMax)),
    consumedWh: wattHours(random(consumedWhMax)),
  };
}

/** The value, which is known to be there. */
export function present<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('a constant of the benchmark is malformed');
  return value;
}
