import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openBitcoin } from '../../shared/adapters/bitcoin/openBitcoin.ts';
import { qrCodes } from '../../shared/adapters/bitcoin/qrCode.ts';
import { sha256 } from '../../shared/adapters/digest.ts';
import { embeddedBus } from '../../shared/adapters/embedded/bus.ts';
import type { Miner } from '../../shared/adapters/embedded/chain/miner.ts';
import { openEmbeddedChain } from '../../shared/adapters/embedded/chain/openEmbeddedChain.ts';
import { openDocumentFiles } from '../../shared/adapters/embedded/documents.ts';
import { openEmbedded } from '../../shared/adapters/embedded/openEmbedded.ts';
import type { EmbeddedQueues } from '../../shared/adapters/embedded/queues.ts';
import { addMinutes, type Instant, msOf } from '../../shared/domain/timeframe.ts';
import type { Chain } from '../../shared/ports/chain.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import type { ChainStart } from './chainStart.ts';
import { type Chance, createChance } from './chance.ts';
import { type Clients, openClients } from './clients.ts';
import type { Plant } from './plants/plant.ts';
import { rememberingBitcoin } from './rememberingBitcoin.ts';
import { createTurnstile, type Turnstile } from './turnstile.ts';

const bitcoin = rememberingBitcoin(await openBitcoin('regtest'));
const start = '2026-09-28T00:00:00Z' as Instant;
export const queueNames = { timeframes: 'timeframes', trades: 'trades' } as const;

/** The app as one process of it sees it. */
export type Instance = {
  readonly ports: Ports & { readonly chain: Chain };
  readonly queues: EmbeddedQueues;
  readonly miner: Miner;
  close(): void;
};

/** Files, two processes that have them open, and a clock that only steps move. */
export type World = {
  readonly chance: Chance;
  readonly turnstile: Turnstile;
  readonly clients: Clients;
  readonly directory: string;
  readonly start: ChainStart;
  one(): Instance;
  other(): Instance;
  /** What the time really is. */
  now(): Instant;
  pass(minutes: number): void;
  /** By how many minutes the clocks of both processes are wrong. */
  readonly clocks: { one: number; other: number };
  readonly plant: Plant | undefined;
  /** Can stores only be read from? */
  readonly disks: { isReadOnly: boolean };
  /** Both processes end and begin again: `one` is another instance then. */
  reopen(): Promise<void>;
  end(): void;
};

export async function openWorld(
  seed: number,
  chainStart: ChainStart,
  plant?: Plant,
): Promise<World> {
  const chance = createChance(seed);
  const directory = mkdtempSync(join(chainStart.scratch, 'world-'));
  cpSync(chainStart.directory, directory, { recursive: true });
  let now = start;
  let count = 0;
  const next = () => {
    count += 1;
    return count;
  };
  const clocks = { one: 0, other: 0 };
  const open = (name: keyof typeof clocks) =>
    openInstance(directory, { now: () => addMinutes(now, clocks[name]), next, plant });
  let [one, other] = [await open('one'), await open('other')];
  const close = () => {
    one.close();
    other.close();
  };
  return {
    chance,
    turnstile: createTurnstile(chance),
    clients: openClients(chance, () => now),
    directory,
    start: chainStart,
    one: () => one,
    other: () => other,
    now: () => now,
    clocks,
    plant,
    disks: { isReadOnly: false },
    pass(minutes) {
      now = addMinutes(now, minutes);
    },
    async reopen() {
      if (chance.hits(reallyReopened)) {
        close();
        [one, other] = [await open('one'), await open('other')];
      }
      one = { ...one };
      one.queues.releaseAll();
    },
    end() {
      close();
      rmSync(directory, { recursive: true });
    },
  };
}

/** So much the clock of a process is behind at most. */
export const behindMinutesMax = 5;

/**
 * How often files are closed and opened with a process: all that it remembers are prepared
 * statements, and opening them takes longer than most steps.
 */
const reallyReopened = 0.05;

type Outside = {
  readonly now: () => Instant;
  readonly next: () => number;
  readonly plant: Plant | undefined;
};

async function openInstance(directory: string, { now, next, plant }: Outside): Promise<Instance> {
  const clock = { now };
  const durability = 'process';
  const nowMs = () => msOf(now());
  const queues = { nowMs, newToken: () => String(next()), maxDeliveryCount: deliveriesMax };
  const embedded = openEmbedded(directory, { clock, durability, queues });
  const { chain, miner, close } = await openEmbeddedChain(directory, { clock, durability });
  const silent = () => undefined;
  const { queues: opened, close: closeStores, ...stores } = embedded;
  const ports = {
    ...stores,
    chain,
    documents: openDocumentFiles(directory).documents,
    bitcoin,
    qrCodes: qrCodes(),
    bus: embeddedBus(opened, queueNames),
    clock,
    ids: { next: () => uuidOf(nowMs(), next()) },
    sha256,
    log: { info: silent, warn: silent, error: silent },
    by: { kind: 'system', id: 'test' },
  } as const;
  return {
    ports: { ...ports, ...plant?.below?.(ports, { directory }) },
    queues: opened,
    miner,
    close() {
      close();
      closeStores();
    },
  };
}

/** A message is never given up: faults come as often as a seed wants. */
const deliveriesMax = 1_000_000;

/** In the form of a UUIDv7, of the time and a number. */
function uuidOf(ms: number, number: number): string {
  const time = ms.toString(16).padStart(12, '0');
  const last = number.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${last}`;
}
