import { type ApiClient, ApiProblem } from '../apiClient.ts';
import { isJsonObject, type JsonObject, objectOf } from '../jsonFields.ts';

export const demonstrationGridId = 'hamlet';
export const demonstrationTimeZone = 'Europe/Berlin';
export const demonstrationTimeframeMinutes = 15;

/** What a bitcoin costs in the demonstration: an euro is 1 111.111 sat. */
export const demonstrationRate = 'EUR=90000';

/**
 * In EUR/kWh. At that rate import is 333.333 sat/kWh, export 88.889 and the grid's fee 22.222; among
 * homes half-way of import and export, 211.111 sat.
 */
const tariff = {
  currency: 'EUR',
  importPricePerKwh: '0.30',
  exportPricePerKwh: '0.08',
  gridFeePerKwh: '0.02',
};

/** 200 ms at the usual speed: enough for the readings of a timeframe to be there before it closes. */
export const demonstrationGraceMinutes = 3;

const streets = ['Sonnenweg', 'Am Mühlbach', 'Lindenstraße', 'Hinter den Gärten'];
const homesPerStreet = 4;
const types: Readonly<Record<string, string>> = { home14: 'company', home15: 'farm' };

/** Makes sure that the grid and its homes are there, and answers the grid as it stands. */
export async function setUpDemonstrationGrid(
  client: ApiClient,
  prosumerIds: readonly string[],
  firstTimeframe: string,
) {
  const grid = await setUpGrid(client, {
    id: demonstrationGridId,
    name: 'Hamlet of sixteen homes',
    activeFrom: firstTimeframe,
  });
  await setUpHomes(client, demonstrationGridId, prosumerIds, '');
  return grid;
}

/** Makes sure that the hamlet of a month that is over is there, and answers it as it stands. */
export async function setUpLastMonthGrid(
  client: ApiClient,
  gridId: string,
  prosumerIds: readonly string[],
  { from, to }: { readonly from: string; readonly to: string },
): Promise<JsonObject> {
  const name = 'Hamlet of sixteen homes, last month';
  const grid = await setUpGrid(client, { id: gridId, name, activeFrom: from, activeUntil: to });
  await setUpHomes(client, gridId, prosumerIds, 'last-month-');
  return grid;
}

/** Paused until its homes are there: a timeframe is not to close without them. */
async function setUpGrid(
  client: ApiClient,
  grid: JsonObject & { readonly id: string },
): Promise<JsonObject> {
  const path = `/grids/${grid.id}`;
  const before = await client.find(path);
  if (before !== undefined) return objectOf(before);
  await create(client, '/grids', {
    ...grid,
    timeZone: demonstrationTimeZone,
    timeframeMinutes: demonstrationTimeframeMinutes,
    graceMinutes: demonstrationGraceMinutes,
    paused: true,
    market: { mechanism: 'pool' },
    tariff,
  });
  return objectOf(await client.get(path));
}

async function setUpHomes(
  client: ApiClient,
  gridId: string,
  prosumerIds: readonly string[],
  prefix: string,
): Promise<void> {
  for (const [index, id] of prosumerIds.entries()) {
    if ((await client.find(`/prosumers/${prefix}${id}`)) !== undefined) continue;
    await create(client, '/prosumers', describeHome(gridId, id, index, prefix));
  }
}

function describeHome(gridId: string, id: string, index: number, prefix: string) {
  const street = streets[Math.floor(index / homesPerStreet) % streets.length];
  return {
    id: `${prefix}${id}`,
    gridId,
    name: `Home ${id.replace(/\D/g, '')}`,
    address: `${street} ${2 * (index % homesPerStreet) + 1}, 00815 Sonnenried`,
    type: types[id] ?? 'household',
  };
}

/** Creates a thing under its own id; one that is there already, from a try whose answer was lost, will do. */
async function create(client: ApiClient, path: string, body: JsonObject & { readonly id: string }) {
  try {
    await client.post(path, body);
  } catch (error) {
    if (!(error instanceof ApiProblem && error.status === 409)) throw error;
    if (!isJsonObject(await client.find(`${path}/${body.id}`))) throw error;
  }
}
