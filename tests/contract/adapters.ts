import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach } from '@jest/globals';
import { openEmbedded } from '../../shared/adapters/embedded/openEmbedded.ts';
import type { Instant } from '../../shared/domain/timeframe.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { DocumentStores, Ports, ProsumerInfoStores } from '../../shared/ports/ports.ts';
import { instant } from './samples.ts';

/** The stores that every adapter has to have. */
export type Stores = DocumentStores & ProsumerInfoStores & Pick<Ports, 'health'>;

/** A fresh, empty place for data. It may be opened several times, at once and one after another. */
export type Home = {
  open(clock: Clock): Promise<Stores & { close(): void | Promise<void> }>;
  remove(): Promise<void>;
};

export type StoreAdapter = {
  readonly name: string;
  makeHome(): Promise<Home>;
  /** Ends what the homes had in common. A home may be made again after. */
  close?(): Promise<void>;
};

/** Every adapter of the stores: each contract runs over all of them. */
export const storeAdapters: readonly StoreAdapter[] = [
  {
    name: 'embedded',
    async makeHome() {
      const directory = mkdtempSync(join(tmpdir(), 'mini-smart-grid-'));
      return {
        open: async (clock) => openEmbedded(directory, { clock, durability: 'process' }),
        remove: async () => rmSync(directory, { recursive: true }),
      };
    },
  },
];

/** A clock that stands still until a test moves it. */
export type StillClock = Clock & { set(now: Instant): void };

export type Opened = Stores & {
  readonly clock: StillClock;
  /** The same data through connections of their own, as another process would have them. */
  openAnother(): Promise<Stores>;
  /** Closes everything and opens it again: what was answered must still be there. */
  reopen(): Promise<Stores>;
};

/** Gives each test of a suite a fresh home of the adapter, and clears it away after. */
export function freshStores(adapter: StoreAdapter): () => Opened {
  let opened: Opened | undefined;
  let cleanUp: () => Promise<void>;
  beforeEach(async () => {
    const home = await adapter.makeHome();
    const clock = stillClock();
    const open: (() => void | Promise<void>)[] = [];
    const openAnother = async () => {
      const stores = await home.open(clock);
      open.push(() => stores.close());
      return stores;
    };
    const closeAll = async () => {
      for (const close of open.splice(0)) await close();
    };
    const reopen = async () => {
      await closeAll();
      return openAnother();
    };
    opened = { ...(await openAnother()), clock, openAnother, reopen };
    cleanUp = async () => {
      await closeAll();
      await home.remove();
    };
  });
  afterEach(() => cleanUp());
  afterAll(() => adapter.close?.());
  return () => {
    if (opened === undefined) throw new Error('stores are opened before each test');
    return opened;
  };
}

function stillClock(): StillClock {
  let now = instant('2026-11-22T12:00:00Z');
  return {
    now: () => now,
    set(at) {
      now = at;
    },
  };
}
