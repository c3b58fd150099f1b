import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach } from '@jest/globals';
import {
  type EmbeddedChain,
  openEmbeddedChain,
} from '../../shared/adapters/embedded/chain/openEmbeddedChain.ts';
import { instantOf } from '../../shared/domain/timeframe.ts';
import type { Clock } from '../../shared/ports/clock.ts';

/** An embedded chain of a test's own, on a clock that the test moves. */
export type EmbeddedChainUnderTest = EmbeddedChain & {
  readonly directory: string;
  readonly clock: Clock & { advance(sec: number): void };
  /** The file itself, to look into. */
  readonly db: DatabaseSync;
  /** The same chain through a connection of its own, as another process would have it. */
  openAnother(): Promise<EmbeddedChain>;
  stop(): void;
};

export async function startEmbeddedChain(): Promise<EmbeddedChainUnderTest> {
  const directory = mkdtempSync(join(tmpdir(), 'mini-smart-grid-'));
  const clock = steppedClock();
  const opened: EmbeddedChain[] = [];
  const openAnother = async () => {
    const chain = await openEmbeddedChain(directory, { clock, durability: 'process' });
    opened.push(chain);
    return chain;
  };
  const first = await openAnother();
  const db = new DatabaseSync(join(directory, 'chain.db'));
  const stop = () => {
    db.close();
    for (const { close } of opened) close();
    rmSync(directory, { recursive: true });
  };
  return { ...first, directory, clock, db, openAnother, stop };
}

/** Gives each test of a suite an embedded chain, and clears it away after. */
export function freshEmbeddedChain(): () => EmbeddedChainUnderTest {
  let started: EmbeddedChainUnderTest | undefined;
  beforeEach(async () => {
    started = await startEmbeddedChain();
  });
  afterEach(() => started?.stop());
  return () => {
    if (started === undefined) throw new Error('a chain is started before each test');
    return started;
  };
}

function steppedClock(): Clock & { advance(sec: number): void } {
  let nowMs = Date.UTC(2026, 10, 22, 12);
  return {
    now: () => instantOf(nowMs),
    advance(sec) {
      nowMs += sec * 1_000;
    },
  };
}
