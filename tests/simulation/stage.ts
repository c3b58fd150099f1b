import { testWallet } from '../bitcoin/testWallet.ts';
import type { Auditor } from './auditor.ts';
import type { Community } from './community.ts';
import type { Payers } from './payers.ts';
import type { Likely, Profile } from './profile.ts';
import type { Trader } from './trader.ts';
import type { Treasurer } from './treasurer.ts';
import type { queueNames, World } from './world.ts';

/** What steps work with. */
export type Stage = {
  readonly world: World;
  readonly profile: Profile;
  readonly communities: readonly Community[];
  readonly payers: Payers;
  readonly treasurer: Treasurer;
  readonly trader: Trader;
  readonly auditor: Auditor;
  /** Bodies of messages that came, oldest first. */
  readonly delivered: Readonly<Record<keyof typeof queueNames, string[]>>;
};

/** Something that happens; it answers `followed` where a follower of payments came to its end. */
export type Step = Likely & {
  readonly name: string;
  readonly run: (stage: Stage) => Promise<unknown>;
};

/** Any of the communities. */
export function someOf({ chance }: World, communities: readonly Community[]): Community {
  const community = chance.pick(communities);
  if (community === undefined) throw new Error('there are communities');
  return community;
}

/** Whom every block pays. */
export const minerAddress = testWallet('miner').key(0, 0).address;
