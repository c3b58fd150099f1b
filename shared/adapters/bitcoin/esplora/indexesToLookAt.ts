import type { ChainCursor } from './esploraCursor.ts';

/** Addresses that are looked at in one call without there being more to it than that it is their turn. */
export const looksInTurnMax = 250;
/** The youngest addresses are those that are paid. */
export const youngestMax = 100;

export type Looks = {
  /** Ascending, each once. */
  readonly indexes: readonly number[];
  readonly next: number;
};

/**
 * Which of the indexes 0 to count − 1 to look at: all whose outputs may still change, the youngest,
 * and of the others so many in turn that every one is looked at again and again.
 */
export function indexesToLookAt({ next, open }: ChainCursor, count: number): Looks {
  const chosen = new Set(open.filter((index) => index < count));
  for (let index = Math.max(count - youngestMax, 0); index < count; index += 1) chosen.add(index);
  const inTurn = Math.min(looksInTurnMax, count);
  for (let turn = 0; turn < inTurn; turn += 1) chosen.add((next + turn) % count);
  return {
    indexes: [...chosen].sort((a, b) => a - b),
    next: count === 0 ? 0 : (next + inTurn) % count,
  };
}
