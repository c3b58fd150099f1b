import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from './client.ts';

const pollMs = 100;
const limitMs = 120_000;

/** Fires the timer that closes what is due, as an operator can, and waits until it has run. */
export async function closeDue(client: Client): Promise<void> {
  const { status } = await client.request('POST', '/admin/functions/closeTimeframes?wait=true', {});
  if (status !== 202) throw new Error(`closeTimeframes answered ${status}`);
}

/**
 * Waits until the timeframe that starts at `last` is closed, and it and all before it are settled.
 * Fires the timer at the start and whenever nothing more happens: one run asks for a part of many.
 */
export async function settleThrough(client: Client, gridId: string, last: string): Promise<void> {
  const endMs = performance.now() + limitMs;
  let before: unknown;
  let isFirst = true;
  while (performance.now() < endMs) {
    const { lastClosedTimeframe: reached } = await client.get(`/grids/${gridId}`);
    if (reached === last) {
      if (await isSettled(client, gridId)) return;
    } else if (isFirst || reached === before) {
      await closeDue(client);
    }
    isFirst = false;
    before = reached;
    await sleep(pollMs);
  }
  throw new Error(`${gridId} is not settled through ${last}: it is at ${before}`);
}

async function isSettled(client: Client, gridId: string): Promise<boolean> {
  const timeframes = await client.all(`/grids/${gridId}/timeframes?limit=1000`);
  return timeframes.every(({ status }) => status === 'settled');
}
