import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from './client.ts';

const pollMs = 100;
const limitMs = 240_000;

/** Fires the timer that closes what is due, as an operator can, and waits until it has run. */
export async function closeDue(client: Client): Promise<void> {
  const { status } = await client.request('POST', '/admin/functions/closeTimeframes?wait=true', {});
  if (status !== 202) throw new Error(`closeTimeframes answered ${status}`);
}

/**
 * Waits until the timeframe that starts at `last` is closed, and it and all before it are settled
 * with every reading that came. Fires the timer at the start and whenever nothing more happens: one
 * run asks for a part of many.
 */
export async function settleThrough(client: Client, gridId: string, last: string): Promise<void> {
  const endMs = performance.now() + limitMs;
  let before: string | undefined;
  while (performance.now() < endMs) {
    const left = await leftOf(client, gridId, last);
    if (left === undefined) return;
    if (before === undefined || left === before) await closeDue(client);
    before = left;
    await sleep(pollMs);
  }
  throw new Error(`${gridId} is not settled through ${last}: ${before}`);
}

/** What is still to be done; undefined where nothing is. */
async function leftOf(client: Client, gridId: string, last: string): Promise<string | undefined> {
  const { lastClosedTimeframe: reached } = await client.get(`/grids/${gridId}`);
  if (reached !== last) return `it is at ${reached}`;
  const timeframes = await client.all(`/grids/${gridId}/timeframes?limit=1000`);
  const closed = timeframes.filter(({ status }) => status !== 'settled').length;
  const late = timeframes.filter(({ hasLateReadings }) => hasLateReadings === true).length;
  return closed + late === 0 ? undefined : `${closed} are not settled, ${late} lack readings`;
}
