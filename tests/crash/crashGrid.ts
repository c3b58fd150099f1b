import type { CrashClock } from './crashClock.ts';
import type { PersistentClient } from './persistentClient.ts';

export const crashGridId = 'crash';
export const gridPath = `/grids/${crashGridId}`;
export const firstName = 'Crash 0';
export const homes = Array.from({ length: 12 }, (_, at) => `home-${String(at).padStart(2, '0')}`);
export const prices = { importPrice: 333_333n, exportPrice: 88_889n, gridFee: 22_222n };

/** Creates the grid, which clears by auction, and its homes. */
export async function createCrashGrid(client: PersistentClient, clock: CrashClock): Promise<void> {
  const grid = {
    ...{ id: crashGridId, name: firstName, timeZone: 'Europe/Berlin' },
    ...{ timeframeMinutes: 15, graceMinutes: 15, activeFrom: clock.instantOf(0) },
    market: { mechanism: 'auction' },
    tariff: {
      importPriceMsatPerKwh: Number(prices.importPrice),
      exportPriceMsatPerKwh: Number(prices.exportPrice),
      gridFeeMsatPerKwh: Number(prices.gridFee),
    },
  };
  await client.ask('POST', '/grids', grid);
  for (const id of homes) {
    const home = { id, gridId: crashGridId, name: id, address: 'Lane 1', type: 'household' };
    await client.ask('POST', '/prosumers', home);
  }
}
