import type { Chance } from './chance.ts';
import type { Part, Step } from './stage.ts';

/** What is likely under a seed, and what never happens. */
export type Profile = {
  readonly parts: ReadonlySet<Part>;
  /** All steps of these parts, each with its weight under this seed. */
  weighed(steps: readonly Step[]): readonly Step[];
};

const rateOfPart = { market: 1, money: 0.3, clocks: 0.3, disks: 0.4 } as const satisfies Record<
  Part,
  number
>;
const weightFactors = [0, 0.3, 1, 1, 3];

/**
 * Draws one: seeds that do much of a few things get where seeds that do a little of everything do not.
 * What takes long, such as signing, is in some of them only.
 */
export function drawProfile(chance: Chance): Profile {
  const names = Object.keys(rateOfPart) as Part[];
  const parts = new Set(names.filter((part) => chance.hits(rateOfPart[part])));
  return {
    parts,
    weighed: (steps) =>
      steps
        .filter(({ part = 'market' }) => parts.has(part))
        .map((step) => ({
          ...step,
          weight: step.weight * (step.isVital ? 1 : (chance.pick(weightFactors) ?? 1)),
        })),
  };
}
