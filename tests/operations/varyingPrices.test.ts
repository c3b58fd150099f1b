import { afterEach, expect, test } from '@jest/globals';
import { amountOfLine } from '../../shared/domain/accountLine.ts';
import type { Market } from '../../shared/domain/grid.ts';
import { type AccountId, miniGrid, powerPlant } from '../../shared/domain/ids.ts';
import { balanceOf } from '../../shared/domain/ledger.ts';
import type { Instant } from '../../shared/domain/timeframe.ts';
import { amountDue } from '../../shared/operations/amountDue.ts';
import { listRunAccounts } from '../../shared/operations/billingRuns.ts';
import { finalizeRun } from '../../shared/operations/finalizeRun.ts';
import { openBookedGrid } from './bookedGrid.ts';
import { gridId, post } from './smallGrid.ts';
import { openTestApp, type TestApp } from './testApp.ts';

const frameCount = 40;
const frames = Array.from({ length: frameCount }, (_, n) =>
  new Date(Date.UTC(2026, 10, 22, 10, 15 * n)).toISOString().replace('.000Z', 'Z'),
);
const end = '2026-11-22T20:00:00Z';

let app: TestApp;
afterEach(() => app.end());

/** Readings of which no two timeframes have the same ratio of supply and demand. */
async function settle(corrected = false): Promise<void> {
  const from = corrected ? frameCount - 5 : 0;
  for (const [n, frame] of frames.entries()) {
    if (n < from) continue;
    const more = corrected ? 31 : 0;
    await post(
      app.ports,
      frame,
      { a: 1000 + 7 * n + more, b: -1500 - 11 * n - more, c: 100 + n, d: -90 - 2 * n },
      corrected ? 2 : 1,
    );
  }
  await app.tick();
  await app.drain();
}

async function balances(): Promise<ReadonlyMap<AccountId, bigint>> {
  const { items } = await app.ports.ledger.listAccounts(gridId, { limit: 99 });
  return new Map(items.map(({ accountId, sums }) => [accountId, balanceOf(sums)]));
}

const markets: readonly Market[] = [
  { mechanism: 'auction' },
  { mechanism: 'pool', price: { rule: 'supply_demand_ratio' } },
];

test.each(markets)(
  'a month of many prices is billed exactly, in a few lines: %j',
  async (market) => {
    app = openTestApp('2026-11-22T09:00:00Z');
    await openBookedGrid(app.ports, {
      market,
      activeUntil: end as Instant,
      correctionDays: 30,
    });
    app.setClock(end);
    await settle();
    await settle(true);
    const closings = await Promise.all(
      frames.map((frame) => app.ports.closings.latest(gridId, frame as never)),
    );
    const prices = new Set(closings.map((closing) => closing?.priceMsatPerKwh));
    if (market.mechanism === 'pool') expect(prices.size).toBeGreaterThan(frameCount / 2);
    expect(closings.filter((closing) => closing?.revision === 1)).toHaveLength(5);

    const due = await amountDue(app.ports, 'a' as never);
    app.setClock('2026-12-02T00:00:00Z');
    const run = await finalizeRun(app.ports, gridId, '2026-11');
    if (!run.ok) throw new Error(run.refusal.detail);
    const accounts = await listRunAccounts(app.ports, gridId, '2026-11', { limit: 9 });
    if (!accounts.ok) throw new Error(accounts.refusal.detail);
    const billed = new Map<AccountId, bigint>();
    for (const { accountId, lines } of accounts.value.items) {
      billed.set(
        accountId,
        lines.reduce((sum, line) => sum + amountOfLine(line), 0n),
      );
      // Sold and bought with prosumers and the mini grid, two prices each; the plant; and fees.
      expect(lines.length).toBeLessThanOrEqual(12);
    }
    expect(billed).toEqual(await balances());
    expect([...billed.keys()]).toEqual(['a', 'b', 'c', 'd', miniGrid, powerPlant]);
    const own = accounts.value.items.find(({ accountId }) => accountId === 'a');
    expect(due).toMatchObject({ value: { lines: own?.lines } });
  },
);
