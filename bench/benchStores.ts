import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBitcoin } from '../shared/adapters/bitcoin/openBitcoin.ts';
import { sha256 } from '../shared/adapters/digest.ts';
import { embeddedBus } from '../shared/adapters/embedded/bus.ts';
import { embeddedClosingStore } from '../shared/adapters/embedded/closingStore.ts';
import { openDatabase } from '../shared/adapters/embedded/database.ts';
import { embeddedGridStore } from '../shared/adapters/embedded/gridStore.ts';
import { openEmbedded } from '../shared/adapters/embedded/openEmbedded.ts';
import { prosumerInfoSchema } from '../shared/adapters/embedded/prosumerInfoSchema.ts';
import { embeddedProsumerStore } from '../shared/adapters/embedded/prosumerStore.ts';
import type { EmbeddedQueues } from '../shared/adapters/embedded/queues.ts';
import { embeddedRosterStore } from '../shared/adapters/embedded/rosterStore.ts';
import { smartGridInfoSchema } from '../shared/adapters/embedded/smartGridInfoSchema.ts';
import { uuidV7 } from '../shared/adapters/ids.ts';
import type { ProsumerId } from '../shared/domain/ids.ts';
import type { Instant } from '../shared/domain/timeframe.ts';
import { createGrid, type NewGrid } from '../shared/operations/createGrid.ts';
import { createProsumer } from '../shared/operations/createProsumer.ts';
import type { Ports } from '../shared/ports/ports.ts';
import { firstInstant } from './population.ts';

export type BenchPorts = Omit<
  Ports,
  'ids' | 'idempotency' | 'health' | 'documents' | 'bitcoin' | 'qrCodes'
>;

export type BenchStores = {
  readonly ports: BenchPorts;
  readonly queues: EmbeddedQueues;
  readonly queueNames: { readonly timeframes: string; readonly trades: string };
  setClock(now: Instant): void;
};

/** Runs the work with a fresh directory, which is removed afterwards. */
export async function withDirectory<Value>(
  work: (directory: string) => Promise<Value>,
): Promise<Value> {
  const directory = mkdtempSync(join(tmpdir(), 'mini-smart-grid-bench-'));
  try {
    return await work(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Runs the work over the embedded stores of a directory, as an app opens them, on a set clock. */
export async function withStores<Value>(
  directory: string,
  work: (stores: BenchStores) => Promise<Value>,
): Promise<Value> {
  let now = firstInstant;
  const clock = { now: () => now };
  const { queues, close, ...stores } = openEmbedded(directory, { clock });
  const queueNames = { timeframes: 'timeframes', trades: 'trades' };
  const by = { kind: 'system', id: 'bench' } as const;
  const bus = embeddedBus(queues, queueNames);
  const ports = { ...stores, bus, clock, sha256, log: silent, by };
  try {
    return await work({
      ports,
      queues,
      queueNames,
      setClock(instant) {
        now = instant;
      },
    });
  } finally {
    close();
  }
}

/**
 * Makes a grid and its prosumers, by the app's own operations. It is not measured, and it need not
 * outlive the power: without waiting for the disk at each commit it takes seconds, not minutes.
 */
export async function populate(
  directory: string,
  grid: NewGrid,
  prosumerIds: readonly ProsumerId[],
): Promise<void> {
  const open = (name: string, schema: readonly string[]) => {
    const db = openDatabase(join(directory, `${name}.db`), schema);
    db.exec('PRAGMA synchronous = OFF');
    return db;
  };
  const smartGridInfo = open('smartGridInfo', smartGridInfoSchema);
  const prosumerInfo = open('prosumerInfo', prosumerInfoSchema);
  const ports = {
    grids: embeddedGridStore(smartGridInfo),
    rosters: embeddedRosterStore(smartGridInfo),
    closings: embeddedClosingStore(smartGridInfo),
    prosumers: embeddedProsumerStore(prosumerInfo),
    clock: { now: () => firstInstant },
    ids: uuidV7(),
    by: { kind: 'system', id: 'bench' } as const,
    bitcoin: await openBitcoin('regtest'),
    sha256,
  };
  try {
    mustSucceed(await createGrid(ports, grid));
    for (const id of prosumerIds) {
      const about = { name: 'A prosumer', address: '1 Bench Road', type: 'household' } as const;
      mustSucceed(await createProsumer(ports, { id, gridId: grid.id, ...about }));
    }
  } finally {
    smartGridInfo.close();
    prosumerInfo.close();
  }
}

function mustSucceed(result: Awaited<ReturnType<typeof createGrid | typeof createProsumer>>): void {
  if (!result.ok) throw new Error(`the benchmark's set-up was refused: ${result.refusal.detail}`);
}

function silence(): void {}
const silent = { info: silence, warn: silence, error: silence };
