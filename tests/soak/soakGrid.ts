import type { Client, Fields } from '../endToEnd/client.ts';

/** A quarter-hour passes in a second. */
export const soakSpeed = 900;
export const timeframeMs = 900_000;
export const gridPath = '/grids/soak';
const homesAtOnce = 8;

/** Where a timeframe stands in the run, from 0, and the instant at which it starts. */
export type SoakTimes = {
  instantOf(timeframe: number): string;
  /** When it has ended, in real milliseconds. */
  endedMs(timeframe: number): number;
  /** The last that has ended. */
  lastEnded(): number;
};

/**
 * The times of an app whose clock set out from `startedMs` at the latest. What is taken for ended has
 * ended some hundred milliseconds ago, or will have by the time that it is answered.
 */
export function soakTimes(startedMs: number): SoakTimes {
  const firstMs = Math.floor(startedMs / timeframeMs) * timeframeMs;
  const aheadMs = (startedMs - firstMs) / soakSpeed;
  const lengthMs = timeframeMs / soakSpeed;
  const endedMs = (timeframe: number) => startedMs - aheadMs + (timeframe + 1) * lengthMs;
  return {
    instantOf: (timeframe) => new Date(firstMs + timeframe * timeframeMs).toISOString(),
    endedMs,
    lastEnded: () => Math.floor((Date.now() - endedMs(0)) / lengthMs),
  };
}

export function homeOf(number: number): string {
  return `home-${String(number).padStart(5, '0')}`;
}

/** Creates the grid, paused, and so many homes; then lets it run. */
export async function createSoakGrid(client: Client, times: SoakTimes, homes: number) {
  await client.send('POST', '/grids', {
    ...{ id: 'soak', name: 'Soak', timeZone: 'Europe/Berlin' },
    ...{ timeframeMinutes: 15, graceMinutes: 15, paused: true },
    activeFrom: times.instantOf(0),
    market: { mechanism: 'auction' },
    tariff: {
      importPriceMsatPerKwh: 333_333,
      exportPriceMsatPerKwh: 88_889,
      gridFeeMsatPerKwh: 22_222,
    },
  });
  const waiting = Array.from({ length: homes }, (_, at) => homeOf(at)).values();
  const creator = async () => {
    for (const id of waiting) await client.send('POST', '/prosumers', prosumerOf(id));
  };
  await Promise.all(Array.from({ length: homesAtOnce }, creator));
  await client.send('PATCH', gridPath, { paused: false });
}

function prosumerOf(id: string): Fields {
  return { id, gridId: 'soak', name: id, address: 'Lane 1', type: 'household' };
}
