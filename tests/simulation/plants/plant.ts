import type { Ports } from '../../../shared/ports/ports.ts';

/** What a plant may need beside the ports that it spoils. */
export type Soil = { readonly directory: string };

/** A bug, as it may be made: by ports that do something else than they promise. */
export type Plant = {
  /** What is wrong. */
  readonly bug: string;
  /** One of so many seeds in a row finds it, 50 steps each: more than was measured, for room. */
  readonly foundWithinSeeds: number;
  /** A seed that finds it soon: where the tests begin. */
  readonly seed: number;
  /** Spoils a store: what goes wrong in a call goes wrong above it. */
  readonly below?: (ports: Ports, soil: Soil) => Partial<Ports>;
  /** Spoils the app: it sees calls go wrong. */
  readonly above?: (ports: Ports) => Partial<Ports>;
};
