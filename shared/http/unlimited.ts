import type { EdgeDeps } from './edge.ts';

/** No limits: for what is answered at once, whatever the state of the app. */
export const unlimited: EdgeDeps['limits'] = {
  enter: () => () => undefined,
  spend: () => undefined,
  guesses: {
    waitSeconds: () => undefined,
    good: () => undefined,
    wrong: () => undefined,
  },
};
