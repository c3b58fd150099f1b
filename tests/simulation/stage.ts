import { testWallet } from '../bitcoin/testWallet.ts';
import type { Auditor } from './auditor.ts';
import type { Community } from './community.ts';
import type { Payers } from './payers.ts';
import type { Treasurer } from './treasurer.ts';
import type { World } from './world.ts';

/** What steps work with. */
export type Stage = {
  readonly world: World;
  readonly communities: readonly Community[];
  readonly payers: Payers;
  readonly treasurer: Treasurer;
  readonly auditor: Auditor;
};

/** Something that happens; it answers `followed` where a follower of payments came to its end. */
export type Step = {
  readonly name: string;
  readonly weight: number;
  readonly run: (stage: Stage) => Promise<unknown>;
};

/** Whom every block pays. */
export const minerAddress = testWallet('miner').key(0, 0).address;
