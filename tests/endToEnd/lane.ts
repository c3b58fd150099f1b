import type { Client, Fields } from './client.ts';

/** A grid of a few homes and whole days, which is settled within seconds: two months of it. */
export const lane = {
  id: 'lane',
  last: '2024-06-30T00:00:00Z',
  months: ['2024-05', '2024-06'],
} as const;

const timeframes = ['2024-05-10T00:00:00Z', '2024-06-10T00:00:00Z'];
const producedWh = 90_001;
const consumedWh = 400_003;
/** What each consumes more than the one before, so that no two owe the same. */
const stepWh = 1_111;

/** Creates it with those who produce and those who consume, and posts their readings. */
export async function createLane(
  client: Client,
  { producers, consumers }: Readonly<Record<'producers' | 'consumers', readonly string[]>>,
  billing: Fields,
): Promise<void> {
  await client.send('POST', '/grids', {
    ...{ id: lane.id, name: 'Lane', timeZone: 'Europe/Berlin', timeframeMinutes: 1_440 },
    ...{ graceMinutes: 0, paused: true, market: { mechanism: 'pool' } },
    activeFrom: '2024-05-01T00:00:00Z',
    activeUntil: '2024-07-01T00:00:00Z',
    tariff: {
      importPriceMsatPerKwh: 333_333,
      exportPriceMsatPerKwh: 88_889,
      gridFeeMsatPerKwh: 22_222,
    },
    billing,
  });
  for (const id of [...producers, ...consumers]) {
    const home = { id, gridId: lane.id, name: id, address: 'Lane', type: 'household' };
    await client.send('POST', '/prosumers', home);
  }
  const energies = [
    ...producers.map((prosumerId) => ({ prosumerId, producedWh, consumedWh: 0 })),
    ...consumers.map((prosumerId, at) => ({
      ...{ prosumerId, producedWh: 0 },
      consumedWh: consumedWh + at * stepWh,
    })),
  ];
  const readings = timeframes.flatMap((timeframe) =>
    energies.map((energy) => ({ ...energy, timeframe })),
  );
  await client.send('POST', `/grids/${lane.id}/readings`, { readings });
  await client.send('PATCH', `/grids/${lane.id}`, { paused: false });
}
