import { createHash } from 'node:crypto';
import { gridExports } from '../functions/gridExports.ts';
import { everybody } from '../shared/domain/caller.ts';
import type { AccountId, Hash } from '../shared/domain/ids.ts';
import { nextTimeframe, type Timeframe, timeframeAt } from '../shared/domain/timeframe.ts';
import { type Trade, tradesPerBatch } from '../shared/domain/trade.ts';
import { tradeIdOf } from '../shared/domain/tradeId.ts';
import { amountOf, msatPerKwh, wattHours } from '../shared/domain/units.ts';
import type { Ports } from '../shared/ports/ports.ts';
import type { Benchmark, BenchRow } from './benchmark.ts';
import { type BenchPorts, populate, withDirectory, withStores } from './benchStores.ts';
import { collectGarbage } from './measure.ts';
import {
  benchGrid,
  firstInstant,
  gridId,
  present,
  prosumerIds,
  timeframeMinutes,
} from './population.ts';
import { type Seeded, seeded } from './seeded.ts';

const prosumers = 1_000;
const energyWhMax = 3_000;
const rowsPerPage = 5_000;
const goalRowsPerMs = 25;
/** How often the memory is looked at. */
const looks = 10;
const address = `http://localhost/api/grids/${gridId}/exports/trades`;
const megabyte = 1024 * 1024;

/** All trades of a grid, page by page, as the API answers them. The memory is that of a page. */
export const exporting: Benchmark = {
  title: 'export: trades in the store → NDJSON, in pages of 5 000; embedded store',
  async *run(sizes = [100_000, 1_000_000]) {
    for (const size of sizes) yield await withDirectory((directory) => exportAll(directory, size));
  },
};

async function exportAll(directory: string, size: number): Promise<BenchRow> {
  await populate(directory, benchGrid, []);
  await withStores(directory, ({ ports }) => fill(ports, size));
  return withStores(directory, ({ ports }) => readAll(ports, size));
}

async function readAll(
  ports: Pick<Ports, 'grids' | 'trades' | 'closings' | 'ledger'>,
  size: number,
): Promise<BenchRow> {
  const { GET } = gridExports(ports);
  const hash = createHash('sha256');
  const memory: NodeJS.MemoryUsage[] = [];
  const pagesPerLook = Math.ceil(size / rowsPerPage / looks);
  let url: string | undefined = `${address}?format=ndjson&limit=${rowsPerPage}`;
  let ms = 0;
  let pages = 0;
  while (url !== undefined) {
    const cursor = new URL(url).searchParams.get('cursor');
    const query = { format: 'ndjson', limit: rowsPerPage, ...(cursor && { cursor }) } as const;
    const params = { gridId, dataset: 'trades' } as const;
    const start = performance.now();
    const result = await GET({
      params,
      query,
      body: undefined,
      url,
      assignedId: '',
      caller: everybody,
    });
    ms += performance.now() - start;
    if (!result.ok) throw new Error(`the export was refused: ${result.refusal.detail}`);
    hash.update(result.value.raw);
    pages += 1;
    if (pages % pagesPerLook === 0) memory.push(memoryAfterCollection());
    url = /<(.*)>/.exec(result.value.headers['link'] ?? '')?.[1];
  }
  const goalMs = size / goalRowsPerMs;
  const notes = `${pages} pages; ${describe(memory)}`;
  return { size, unit: 'trades', ms, runs: 1, goalMs, notes, hash: hash.digest('hex') };
}

/** What is held on to: what is not collected yet is as much as the machine is glad to lend. */
function memoryAfterCollection(): NodeJS.MemoryUsage {
  collectGarbage();
  return process.memoryUsage();
}

function describe(memory: readonly NodeJS.MemoryUsage[]): string {
  const [first, last] = [memory.at(0), memory.at(-1)];
  if (first === undefined || last === undefined) return 'memory not looked at';
  const heap = `${inMegabytes(first.heapUsed)}, ${inMegabytes(last.heapUsed)}`;
  return `heap early, at the end: ${heap}; resident: ${inMegabytes(first.rss)}, ${inMegabytes(last.rss)}`;
}

function inMegabytes(bytes: number): string {
  return `${(bytes / megabyte).toFixed(0)} MB`;
}

/** Puts trades in the store directly, a timeframe full after the other. */
async function fill({ trades }: Pick<BenchPorts, 'trades'>, size: number): Promise<void> {
  const random = seeded(size);
  const ids = prosumerIds(prosumers);
  let timeframe = timeframeAt(firstInstant, timeframeMinutes);
  for (let written = 0; written < size; written += tradesPerBatch) {
    const count = Math.min(tradesPerBatch, size - written);
    const batch = Array.from({ length: count }, (_, n) => {
      return tradeOf(timeframe, n + 1, written + n, ids, random);
    });
    await trades.createBatch({ gridId, timeframe, revision: 0, batch: 1 }, batch);
    timeframe = nextTimeframe(timeframe, timeframeMinutes);
  }
}

function tradeOf(
  timeframe: Timeframe,
  sequence: number,
  number: number,
  ids: readonly AccountId[],
  random: Seeded,
): Trade {
  const energyWh = wattHours(1 + random(energyWhMax));
  const [priceMsatPerKwh, gridFeeMsatPerKwh] = [msatPerKwh(300_000), msatPerKwh(20_000)];
  return {
    id: tradeIdOf(gridId, timeframe, 0, sequence),
    gridId,
    timeframe,
    revision: 0,
    sequence,
    kind: 'peer',
    sellerId: present(ids[random(ids.length)]),
    buyerId: present(ids[random(ids.length)]),
    energyWh,
    priceMsatPerKwh,
    gridFeeMsatPerKwh,
    amountUsat: amountOf(energyWh, priceMsatPerKwh),
    feeUsat: amountOf(energyWh, gridFeeMsatPerKwh),
    previousHash: hashOf(number),
    hash: hashOf(number + 1),
  };
}

/** As long as a hash; that it is one does not matter here. */
function hashOf(number: number): Hash {
  return number.toString(16).padStart(64, '0') as Hash;
}
