import { setTimeout as sleep } from 'node:timers/promises';

const pauseMsMax = 100;

/**
 * Lets others get on before a write is tried again that they were faster with: nothing before the
 * first two attempts, then longer and longer, by chance, so that those who meet do not meet again.
 */
export async function pauseBefore(attempt: number): Promise<void> {
  if (attempt <= 2) return;
  await sleep(Math.random() * Math.min(2 ** attempt, pauseMsMax));
}
