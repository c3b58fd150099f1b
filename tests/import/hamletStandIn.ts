import { createServer } from 'node:http';
import {
  isJsonObject,
  type JsonObject,
  objectOf,
  objectsIn,
  textIn,
} from '../../local/jsonFields.ts';

/**
 * A stand-in for as much of the API as the demonstration uses. It closes and settles a timeframe as
 * soon as a reading of it has come and the grid is not paused; energies and sums are made up.
 */
export type HamletStandIn = {
  readonly url: string;
  /** What was asked for, in order, as `POST /prosumers` or `POST readings 2026-… × 16`. */
  readonly requests: readonly string[];
  readonly timeframes: ReadonlySet<string>;
  readonly prosumers: ReadonlyMap<string, JsonObject>;
  grid(): JsonObject;
  close(): Promise<void>;
};

export async function startHamletStandIn(): Promise<HamletStandIn> {
  const requests: string[] = [];
  const timeframes = new Set<string>();
  const prosumers = new Map<string, JsonObject>();
  let grid: JsonObject | undefined;

  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const text = Buffer.concat(pieces).toString();
      const body: unknown = text === '' ? {} : JSON.parse(text);
      const path = (request.url ?? '').replace('/api', '').replace(/\?.*/, '');
      const answer = respond(`${request.method} ${path}`, objectOf(body));
      response.writeHead(answer === undefined ? 404 : 200);
      response.end(JSON.stringify(answer ?? { code: 'not_found' }));
    });
  });

  function respond(request: string, body: JsonObject): object | undefined {
    if (request === 'POST /grids/hamlet/readings') return takeReadings(body);
    if (!request.startsWith('GET')) {
      requests.push('paused' in body ? `${request} paused=${body['paused']}` : request);
    }
    if (request === 'POST /grids') {
      grid = body;
      return grid;
    }
    if (request === 'PATCH /grids/hamlet') {
      grid = { ...grid, ...body };
      return grid;
    }
    if (request === 'GET /grids/hamlet') return showGrid();
    if (request === 'POST /prosumers') {
      prosumers.set(textIn(body, 'id'), body);
      return body;
    }
    if (request.startsWith('GET /prosumers/')) return prosumers.get(request.split('/')[2] ?? '');
    if (request === 'GET /grids/hamlet/accounts') {
      return { value: [{ balanceUsat: '-9007199254740993' }, { balanceUsat: '9007199254740993' }] };
    }
    return showTimeframe(request.replace('GET /grids/hamlet/timeframes/', ''));
  }

  function takeReadings(body: JsonObject): object {
    const readings = objectsIn(body, 'readings');
    const starts = new Set(readings.map((reading) => textIn(reading, 'timeframe')));
    requests.push(`POST readings ${[...starts].join(' ')} × ${readings.length}`);
    for (const start of starts) timeframes.add(start);
    return { accepted: readings.length, duplicate: 0, late: 0, rejected: 0, results: [] };
  }

  function showGrid(): object | undefined {
    const last = [...timeframes].toSorted().at(-1);
    return grid === undefined || last === undefined ? grid : { ...grid, lastClosedTimeframe: last };
  }

  function showTimeframe(timeframe: string): object | undefined {
    if (!timeframes.has(timeframe) || grid?.['paused'] === true) return undefined;
    const energy = { producedWh: 4321, consumedWh: 5432, tradedWh: 4000, importedWh: 1432 };
    const trades = { exportedWh: 321, tradeCount: 23, priceMsatPerKwh: 211_111 };
    return { timeframe, status: 'settled', ...energy, ...trades, readings: { missing: 0 } };
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${isJsonObject(address) ? address['port'] : 0}`,
    requests,
    timeframes,
    prosumers,
    grid: () => objectOf(grid),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
