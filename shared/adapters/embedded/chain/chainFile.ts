import type { DatabaseSync } from 'node:sqlite';
import { assert } from '../../../domain/assert.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { BlockRow } from './blockStatements.ts';
import type { ChainLibrary } from './chainLibrary.ts';
import type { ChainStatements } from './chainStatements.ts';

/** An open chain: the file, its statements, and what the chain computes with. */
export type ChainFile = {
  readonly db: DatabaseSync;
  readonly statements: ChainStatements;
  readonly library: ChainLibrary;
  readonly clock: Clock;
};

/** The last block. There is always one: the chain begins with its first. */
export function tipOf({ statements }: ChainFile): BlockRow {
  const tip = statements.selectTip.get();
  assert(tip !== undefined, 'a chain has a first block');
  return tip;
}

const medianBlocks = 11;

/** The median time past of a block, in seconds: BIP113 measures locks by it. */
export function medianTimeSec({ statements }: ChainFile, height: number): number {
  const rows = statements.selectTimes.all(height, medianBlocks);
  const times = rows.map(({ timeSec }) => timeSec).sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)];
  assert(median !== undefined, () => `there is no block at height ${height}`);
  return median;
}
