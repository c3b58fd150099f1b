import { createRandom } from '../endToEnd/random.ts';

/** Chance that a seed gives again. */
export type Chance = {
  /** A whole number from 0 to max − 1. */
  below(max: number): number;
  /** A whole number from min to max. */
  between(min: number, max: number): number;
  /** True with this probability. */
  hits(probability: number): boolean;
  /** One of some things; undefined where there is none. */
  pick<Item>(items: readonly Item[]): Item | undefined;
  /** One of some things, each as often as its weight says. */
  weigh<Item extends { readonly weight: number }>(items: readonly Item[]): Item;
};

export function createChance(seed: number): Chance {
  const random = createRandom(seed);
  const below = (max: number) => Math.floor(random() * max);
  return {
    below,
    between: (min, max) => min + below(max - min + 1),
    hits: (probability) => random() < probability,
    pick: (items) => items[below(items.length)],
    weigh(items) {
      let left = random() * items.reduce((sum, { weight }) => sum + weight, 0);
      for (const item of items) {
        left -= item.weight;
        if (left < 0) return item;
      }
      throw new Error('there is nothing to choose from');
    },
  };
}
