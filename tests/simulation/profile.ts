import type { Chance } from './chance.ts';

/** What is under some seeds only: bitcoin, clocks that jump, stores that can only be read from. */
export type Part = 'market' | 'money' | 'clocks' | 'disks';

/** Something that may happen, and how likely it is. */
export type Likely = {
  readonly weight: number;
  /** `market`, if nothing else is said. */
  readonly part?: Part;
  /** Without it no seed gets anywhere. */
  readonly isVital?: true;
};

/** What is likely under a seed, and what never happens. */
export type Profile = {
  readonly parts: ReadonlySet<Part>;
  /** All items of these parts, each with its weight under this seed. */
  weighed<Item extends Likely>(items: readonly Item[]): readonly Item[];
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
    weighed: (items) =>
      items
        .filter(({ part = 'market' }) => parts.has(part))
        .map((item) => ({
          ...item,
          weight: item.weight * (item.isVital ? 1 : (chance.pick(weightFactors) ?? 1)),
        })),
  };
}
