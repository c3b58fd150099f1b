import { setTimeout as sleepFor } from 'node:timers/promises';
import { localMonthOf, localMonthRange } from '../../shared/domain/localTime.ts';
import { addMinutes, type Instant, instantOf } from '../../shared/domain/timeframe.ts';
import { ApiProblem } from '../apiClient.ts';
import { objectOf, objectsIn, textIn } from '../jsonFields.ts';
import type { BillingStage, Month } from './billingStage.ts';
import type { DemonstrationData } from './demonstrationData.ts';
import {
  demonstrationGridId,
  demonstrationTimeframeMinutes,
  demonstrationTimeZone,
  setUpLastMonthGrid,
} from './demonstrationGrid.ts';

export type MonthSource = Pick<BillingStage, 'client' | 'fire' | 'note'> & {
  readonly data: DemonstrationData;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
};

const lastMonthGridId = 'hamlet-last-month';
/** Timeframes in one POST: 16 readings each, under 10 000 together. */
const timeframesPerPost = 600;
const pollMs = 500;
/** How long a month may take to settle: some 3 000 timeframes. */
const pollsMax = 1_200;

/**
 * A month that can be billed: one of the hamlet's own that is over, or else last month as the same
 * homes measured it, in a grid of its own that is filled in and settled for this.
 */
export async function monthToBill(source: MonthSource): Promise<Month> {
  const own = await ownMonth(source);
  if (own !== undefined) return own;
  return lastMonth(source);
}

/** The hamlet's earliest month that is over, settled and not billed. */
async function ownMonth({ client }: MonthSource): Promise<Month | undefined> {
  const grid = objectOf(await client.get(`/grids/${demonstrationGridId}`));
  const activeFrom = textIn(grid, 'activeFrom') as Instant;
  const path = `/grids/${demonstrationGridId}/billing-runs`;
  const runs = objectsIn(objectOf(await client.get(`${path}?limit=1000`)), 'value');
  const last = runs.at(-1);
  const from = last === undefined ? activeFrom : (textIn(last, 'to') as Instant);
  const period = localMonthOf(from, demonstrationTimeZone);
  const preview = objectOf(await client.post(path, { period }));
  return preview['blockedBy'] === undefined ? { gridId: demonstrationGridId, period } : undefined;
}

async function lastMonth(source: MonthSource): Promise<Month> {
  const { client, data, note, nowMs } = source;
  const now = instantOf(nowMs());
  const thisMonth = localMonthRange(
    localMonthOf(now, demonstrationTimeZone),
    demonstrationTimeZone,
  );
  const before = localMonthOf(addMinutes(thisMonth.from, -1), demonstrationTimeZone);
  const asked = localMonthRange(before, demonstrationTimeZone);
  const grid = await setUpLastMonthGrid(client, lastMonthGridId, data.prosumerIds, asked);
  // What is there already is of the month in which it was first asked for.
  const from = textIn(grid, 'activeFrom') as Instant;
  const to = textIn(grid, 'activeUntil') as Instant;
  const period = localMonthOf(from, demonstrationTimeZone);
  if (grid['paused'] === true) {
    note(`filling in ${period} as the ${data.prosumerIds.length} homes measured it`);
    await fillIn(source, from, to);
    await client.patch(`/grids/${lastMonthGridId}`, { paused: false });
  }
  await waitUntilSettled(source, { gridId: lastMonthGridId, period });
  return { gridId: lastMonthGridId, period };
}

async function fillIn({ client, data }: MonthSource, from: Instant, to: Instant): Promise<void> {
  const lengthMinutes = timeframesPerPost * demonstrationTimeframeMinutes;
  for (let start = from; start < to; start = addMinutes(start, lengthMinutes)) {
    const readings: object[] = [];
    for (let count = 0; count < timeframesPerPost; count += 1) {
      const timeframe = addMinutes(start, count * demonstrationTimeframeMinutes);
      if (timeframe >= to) break;
      for (const { prosumerId, ...energy } of data.energyAt(timeframe)) {
        readings.push({ prosumerId: `last-month-${prosumerId}`, ...energy, timeframe });
      }
    }
    await client.post(`/grids/${lastMonthGridId}/readings`, { readings });
  }
}

/** Until its run could be made final, or is. */
async function waitUntilSettled(source: MonthSource, { gridId, period }: Month): Promise<void> {
  const { client, fire, note, signal } = source;
  let shown = '';
  for (let poll = 0; poll < pollsMax; poll += 1) {
    const run = objectOf(await client.get(`/grids/${gridId}/billing-runs/${period}`));
    if (run['blockedBy'] === undefined) return;
    await fire('closeTimeframes');
    const last = String(
      objectOf(await client.get(`/grids/${gridId}`))['lastClosedTimeframe'] ?? '',
    );
    const day = last.slice(0, 'YYYY-MM-DD'.length);
    if (day !== shown && day !== '') note(`settled up to ${day}`);
    shown = day;
    await sleepFor(pollMs, undefined, { signal });
  }
  throw new ApiProblem(`billing ${gridId}`, 409, 'billing_period_not_settled', period);
}
