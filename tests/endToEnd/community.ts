import type { Client } from './client.ts';
import type { ModelGrid, ModelProsumer, ModelReading } from './model.ts';

/** A grid with its prosumers and the readings that count for them. */
export type Community = {
  readonly grid: ModelGrid;
  readonly last: string;
  readonly prosumers: readonly ModelProsumer[];
  readonly readings: readonly ModelReading[];
};

const morning = '2024-06-01T10:00:00Z';
const quarters = ['10:00', '10:15', '10:30', '10:45', '11:00', '11:15', '11:30', '11:45'].map(
  (time) => `2024-06-01T${time}:00Z`,
);

/** Netto in Wh per quarter-hour, in order; undefined: no reading. */
const nettos: Readonly<Record<string, readonly (number | undefined)[]>> = {
  // In order of bytes, which is not that of a dictionary.
  a: [2000, 700, 333, -250, 0, 0, 1, 1_000_000_000],
  'a-b': [-1500, 700, 333, -251, 0, 0, -1, -999_999_999],
  a1: [-1500, 700, 333, undefined, 0, 0, undefined, -2],
  joins: [undefined, undefined, -500, -300, 0, 17, 40, 3],
  leaves: [-3, -1000, -499, -100, undefined, undefined, undefined, undefined],
  'meter-r': [11, -13, 17, -19, 23, -29, 31, -37],
};

/** Quarter-hours with a fee, and prices whose middle is a half: 211 111.5, of which 211 112 is even. */
export const quarterly: Community = {
  grid: {
    id: 'quarterly',
    timeframeMinutes: 15,
    activeFrom: morning,
    activeUntil: '2024-06-01T12:00:00Z',
    importPriceMsatPerKwh: 333_333,
    exportPriceMsatPerKwh: 88_890,
    gridFeeMsatPerKwh: 22_223,
  },
  last: '2024-06-01T11:45:00Z',
  prosumers: [
    { id: 'a1' },
    { id: 'a' },
    { id: 'a-b' },
    { id: 'joins', activeFrom: '2024-06-01T10:30:00Z' },
    { id: 'leaves', activeUntil: '2024-06-01T11:00:00Z' },
    { id: 'meter-r' },
  ],
  readings: Object.entries(nettos).flatMap(([prosumerId, wh]) =>
    wh.flatMap((nettoWh, at) => (nettoWh === undefined ? [] : readingOf(prosumerId, at, nettoWh))),
  ),
};

/** Hours at a fixed price, without a fee; the middle, had it counted, would be a half as well. */
export const hourly: Community = {
  grid: {
    id: 'hourly',
    timeframeMinutes: 60,
    activeFrom: morning,
    activeUntil: '2024-06-01T13:00:00Z',
    importPriceMsatPerKwh: 500_001,
    exportPriceMsatPerKwh: 100_000,
    gridFeeMsatPerKwh: 0,
    fixedPriceMsatPerKwh: 123_457,
  },
  last: '2024-06-01T12:00:00Z',
  prosumers: [{ id: 'h1' }, { id: 'h2' }],
  readings: [
    { prosumerId: 'h1', timeframe: morning, producedWh: 10, consumedWh: 3 },
    { prosumerId: 'h2', timeframe: morning, producedWh: 0, consumedWh: 4, quality: 'estimated' },
    { prosumerId: 'h1', timeframe: '2024-06-01T11:00:00Z', producedWh: 5, consumedWh: 5 },
    { prosumerId: 'h2', timeframe: '2024-06-01T12:00:00Z', producedWh: 0, consumedWh: 8 },
  ],
};

/** Half days at prices whose middle, 0.5, has its even neighbour below: power is free but for a fee. */
export const halfDaily: Community = {
  grid: {
    id: 'half-daily',
    timeframeMinutes: 720,
    activeFrom: '2024-06-01T00:00:00Z',
    activeUntil: '2024-06-02T00:00:00Z',
    importPriceMsatPerKwh: 1,
    exportPriceMsatPerKwh: 0,
    gridFeeMsatPerKwh: 1,
  },
  last: '2024-06-01T12:00:00Z',
  prosumers: ['n4', 'n3', 'n2', 'n1'].map((id) => ({ id })),
  readings: ['2024-06-01T00:00:00Z', '2024-06-01T12:00:00Z'].flatMap((timeframe, at) => [
    // Three share what one wants: 2 Wh, and then 4, of 1 and 3 each.
    ...['n1', 'n3', 'n4'].map((prosumerId) => ({
      ...{ prosumerId, timeframe },
      ...{ producedWh: 1 + 2 * at, consumedWh: 0 },
    })),
    { prosumerId: 'n2', timeframe, producedWh: 0, consumedWh: 2 + 2 * at },
  ]),
};

/** Creates the grid, paused, with its prosumers. */
export async function createCommunity(client: Client, community: Community): Promise<void> {
  const { grid, prosumers } = community;
  const { importPriceMsatPerKwh, exportPriceMsatPerKwh, gridFeeMsatPerKwh, ...rest } = grid;
  const { fixedPriceMsatPerKwh, ...times } = rest;
  await client.send('POST', '/grids', {
    ...times,
    name: `The ${grid.id} grid`,
    timeZone: 'Europe/Vienna',
    graceMinutes: 5,
    paused: true,
    market: {
      mechanism: 'pool',
      ...(fixedPriceMsatPerKwh === undefined ? {} : { priceRule: 'fixed', fixedPriceMsatPerKwh }),
    },
    tariff: { importPriceMsatPerKwh, exportPriceMsatPerKwh, gridFeeMsatPerKwh },
  });
  for (const { id, ...active } of prosumers) {
    const prosumer = { id, gridId: grid.id, name: `Home ${id}`, address: 'Lane 1' };
    await client.send('POST', '/prosumers', { ...prosumer, type: 'household', ...active });
  }
}

/**
 * The readings as they are posted: those of `meter-r` as registers of its meter, which say the same,
 * and one in two versions, of which the higher counts.
 */
export function postedReadings({ readings }: Community): readonly object[] {
  const intervals = readings.filter(({ prosumerId }) => prosumerId !== 'meter-r');
  return [...intervals, ...registersOf(readings)];
}

function registersOf(readings: readonly ModelReading[]): readonly object[] {
  const metered = readings.filter(({ prosumerId }) => prosumerId === 'meter-r');
  if (metered.length === 0) return [];
  const register = { prosumerId: 'meter-r', meterId: 'm1' };
  let [producedRegisterWh, consumedRegisterWh] = [7_000_000, 9_000_000];
  const first = { ...register, at: morning, producedRegisterWh, consumedRegisterWh };
  return [
    first,
    ...metered.map(({ timeframe, producedWh, consumedWh }) => {
      producedRegisterWh += producedWh;
      consumedRegisterWh += consumedWh;
      const at = new Date(Date.parse(timeframe) + 900_000).toISOString();
      return { ...register, at, producedRegisterWh, consumedRegisterWh };
    }),
  ];
}

/** Something is consumed whatever is produced, but where that would be beyond a reading's limit. */
function readingOf(prosumerId: string, at: number, nettoWh: number): ModelReading {
  const timeframe = quarters[at] ?? '';
  const consumedWh = Math.max(0, -nettoWh) + (Math.abs(nettoWh) > 900_000_000 ? 0 : 40 + at);
  return { prosumerId, timeframe, producedWh: consumedWh + nettoWh, consumedWh };
}
