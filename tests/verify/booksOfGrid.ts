import type { JsonObject } from '../../local/jsonFields.ts';
import { type Call, openApi } from '../functions/api.ts';
import { openBookedGrid } from '../operations/bookedGrid.ts';
import { gridId, post } from '../operations/smallGrid.ts';
import type { TestApp } from '../operations/testApp.ts';

export type Row = Readonly<Record<string, unknown>> & JsonObject;

/** All that a verification reads of a grid. */
export type GridBooks = {
  readonly trades: readonly Row[];
  readonly postings: readonly Row[];
  readonly nettos: readonly Row[];
  readonly timeframes: readonly Row[];
  readonly accounts: readonly Row[];
};

export const before = '2026-11-22T09:50:00Z';
export const first = '2026-11-22T10:00:00Z';
export const second = '2026-11-22T10:15:00Z';

/**
 * A grid with both fees and trades ahead, over three quarter-hours: the first is corrected after the
 * others closed and then once more without a change, the last but one has no trades. Then it is paused.
 */
export async function liveThrough(app: TestApp): Promise<void> {
  const settle = async () => {
    await app.tick();
    await app.drain();
  };
  await openBookedGrid(app.ports);
  app.setClock(first);
  await post(app.ports, first, { a: 2_000, b: -900, c: -500, d: -2_000 });
  app.setClock('2026-11-22T10:15:00Z');
  await settle();
  app.setClock('2026-11-22T10:30:00Z');
  await post(app.ports, second, { a: 0, b: 0, c: 0, d: 0 });
  await settle();
  app.setClock('2026-11-22T10:45:00Z');
  await post(app.ports, '2026-11-22T10:30:00Z', { a: 700, b: -300, c: 40, d: -10 });
  await settle();
  await post(app.ports, first, { a: 1_500, d: -100 }, 2);
  await settle();
  await post(app.ports, first, { a: 1_500 }, 3);
  await settle();
  const paused = await openApi(app.ports)('PATCH', `/grids/${gridId}`, { paused: true });
  if (paused.status !== 200) throw new Error(`the grid is not paused: ${paused.status}`);
}

/** The API as `fetch` has it, without a socket. `change` may put another answer in its place. */
export function fetchOver(
  call: Call,
  change: (path: string, text: string) => string = (_, text) => text,
): typeof fetch {
  return async (input, init) => {
    const path = String(input).slice(String(input).indexOf('/api') + '/api'.length);
    const { status, headers, body } = await call(init?.method ?? 'GET', path);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return new Response(change(path, text), { status, headers: { ...headers } });
  };
}

/** Reads a grid as the API shows it; a small one, whose lists are on one page. */
export async function booksOf(call: Call): Promise<GridBooks> {
  const exported = async (dataset: string): Promise<Row[]> => {
    const { body } = await call('GET', `/grids/${gridId}/exports/${dataset}?format=ndjson`);
    const lines: string[] = body.split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line));
  };
  const listed = async (path: string): Promise<Row[]> =>
    (await call('GET', `/grids/${gridId}/${path}?limit=1000`)).body.value;
  return {
    trades: await exported('trades'),
    postings: await exported('postings'),
    nettos: await exported('nettos'),
    timeframes: await listed('timeframes'),
    accounts: await listed('accounts'),
  };
}
