import type { GridId, ProsumerId } from '../../shared/domain/ids.ts';
import type { Instant } from '../../shared/domain/timeframe.ts';
import { msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import { createGrid, type NewGrid } from '../../shared/operations/createGrid.ts';
import { createProsumer } from '../../shared/operations/createProsumer.ts';
import type { ReadingResult } from '../../shared/operations/postedReadings.ts';
import { postReadings } from '../../shared/operations/postReadings.ts';
import type { Ports } from '../../shared/ports/ports.ts';

export const gridId = 'grid' as GridId;

/** A grid of quarter-hours at import 500 sat/kWh, export 100 sat/kWh and no fee. */
export async function openGrid(ports: Ports, settings: Partial<NewGrid> = {}): Promise<void> {
  const result = await createGrid(ports, {
    id: gridId,
    name: 'A small grid',
    timeZone: 'Europe/Berlin',
    timeframeMinutes: 15,
    graceMinutes: 0,
    activeFrom: '2026-11-22T10:00:00Z' as Instant,
    paused: false,
    market: { mechanism: 'pool', price: { rule: 'mid_market' } },
    tariff: {
      importPriceMsatPerKwh: msatPerKwh(500_000),
      exportPriceMsatPerKwh: msatPerKwh(100_000),
      gridFeeMsatPerKwh: msatPerKwh(0),
    },
    ...settings,
  });
  if (!result.ok) throw new Error(result.refusal.detail);
}

export async function join(
  ports: Ports,
  id: string,
  active: { readonly activeFrom?: string; readonly activeUntil?: string } = {},
  inGrid = gridId,
): Promise<void> {
  const result = await createProsumer(ports, {
    id: id as ProsumerId,
    gridId: inGrid,
    name: id,
    address: `${id} street`,
    type: 'household',
    ...(active as { activeFrom?: Instant; activeUntil?: Instant }),
  });
  if (!result.ok) throw new Error(result.refusal.detail);
}

/** Posts one reading per entry: `{ a: 2000, b: -1500 }` is what each has left over or lacks, in Wh. */
export async function post(
  ports: Ports,
  timeframe: string,
  nettos: Readonly<Record<string, number>>,
  version = 1,
): Promise<readonly ReadingResult[]> {
  const intervals = Object.entries(nettos).map(([id, nettoWh], index) => ({
    index,
    prosumerId: id as ProsumerId,
    timeframe: timeframe as Instant,
    producedWh: wattHours(Math.max(nettoWh, 0)),
    consumedWh: wattHours(Math.max(-nettoWh, 0)),
    quality: 'measured' as const,
    version,
    source: 'test',
  }));
  const result = await postReadings(ports, gridId, { intervals, registers: [] });
  if (!result.ok) throw new Error(result.refusal.detail);
  return result.value;
}
