import { setImmediate } from 'node:timers/promises';
import type { Chance } from './chance.ts';

/** Lets calls through one by one. */
export type Turnstile = <Value>(call: () => Promise<Value>) => Promise<Value>;

/**
 * A turnstile that all who work at the same time go through at each call of a port. Once everybody
 * stands before it or has come to an end, chance says whose call is next: so a seed gives the same
 * order again, however long a disk takes. `runs` is how likely it is that of the one who came last:
 * then somebody does much while all others stand.
 */
export function createTurnstile(chance: Chance, runs = 0): Turnstile {
  const waiting: (() => Promise<void>)[] = [];
  let isTurning = false;
  const turn = async () => {
    isTurning = true;
    await setImmediate();
    while (waiting.length > 0) {
      const isRun = runs > 0 && chance.hits(runs);
      const [next] = waiting.splice(isRun ? -1 : chance.below(waiting.length), 1);
      await next?.();
      await setImmediate();
    }
    isTurning = false;
  };
  return (call) =>
    new Promise((resolve, reject) => {
      waiting.push(() => call().then(resolve, reject));
      if (!isTurning) void turn();
    });
}
