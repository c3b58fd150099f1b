import { createHash } from 'node:crypto';
import { billAccounts, runTotals } from '../shared/domain/billAccounts.ts';
import { billableAccounts } from '../shared/domain/billableAccounts.ts';
import {
  type BillingPeriod,
  nextPeriod,
  parseBillingPeriod,
} from '../shared/domain/billingPeriod.ts';
import type { Grid } from '../shared/domain/grid.ts';
import { zeroHash } from '../shared/domain/hashChain.ts';
import { timeframeAt } from '../shared/domain/timeframe.ts';
import { minimums } from '../shared/operations/draftRun.ts';
import { finalRun } from '../shared/operations/finalizeRun.ts';
import { entryOf } from '../tests/contract/auditSamples.ts';
import type { Benchmark, BenchRow } from './benchmark.ts';
import { type BenchPorts, populate, withDirectory, withStores } from './benchStores.ts';
import { recordLines } from './billingLines.ts';
import { collectGarbage, medianRun } from './measure.ts';
import {
  benchGrid,
  firstInstant,
  gridId,
  present,
  prosumerIds,
  timeframeMinutes,
} from './population.ts';
import { seeded } from './seeded.ts';
import { stopwatch } from './stopwatch.ts';

const periodsPerSize = 5;
const accountsPerPage = 10_000;
const firstPeriod = present(parseBillingPeriod('2025-01'));
const goalMsBySize = new Map([[10_000, 1_000]]);

/** A whole run: what is unbilled → accounts, invoices, payees → final, durable. */
export const billing: Benchmark = {
  title: 'billing: unbilled lines in the store → final run, durable; embedded store',
  async *run(sizes = [1_000, 10_000]) {
    for (const size of sizes) yield await withDirectory((directory) => bill(directory, size));
  },
};

async function bill(directory: string, size: number): Promise<BenchRow> {
  await populate(directory, benchGrid, []);
  return withStores(directory, ({ ports }) => billSeveral(ports, size));
}

/** Bills one period after another of the same grid; each is a run of the benchmark too. */
async function billSeveral(ports: BenchPorts, size: number): Promise<BenchRow> {
  const grid = present(await ports.grids.get(gridId)).value;
  const ids = prosumerIds(size);
  const random = seeded(size);
  const runs = [];
  let period = firstPeriod;
  let from = timeframeAt(firstInstant, timeframeMinutes);
  for (let run = 0; run < periodsPerSize; run += 1) {
    if (run > 0) period = nextPeriod(period);
    from = await recordLines(ports, grid, { period, from }, ids, random);
    runs.push(await billOne(ports, grid, period));
  }
  const { ms, parts } = medianRun(runs);
  const goalMs = goalMsBySize.get(size);
  const last = present(await ports.billing.lastRun(gridId));
  return {
    size,
    unit: 'prosumers',
    ms,
    runs: runs.length,
    ...(goalMs !== undefined && { goalMs }),
    parts,
    notes: `${last.invoiceCount} invoices, ${last.payoutCount} payees`,
    hash: await hashOf(ports, period),
  };
}

async function billOne({ billing, payouts }: BenchPorts, grid: Grid, period: BillingPeriod) {
  const watch = stopwatch(['read', 'compute', 'write']);
  collectGarbage();
  const start = performance.now();
  const [unbilled, last, addresses] = await watch.timeRest('read', () =>
    Promise.all([
      billing.unbilled(gridId, period),
      billing.lastRun(gridId),
      payouts.addressesOf(gridId),
    ]),
  );
  const final = watch.time('compute', () => {
    const minimumOf = minimums(grid, addresses, firstInstant);
    const accounts = billAccounts(billableAccounts(unbilled, minimumOf));
    const about = { gridId, period, finalizedAt: firstInstant, closingNumber: 1, hash: zeroHash };
    const previous = last === undefined ? {} : { previousPeriod: last.period };
    const run = { ...about, ...previous, ...runTotals(accounts) };
    return finalRun(grid, { run, accounts, lines: unbilled.lines, mark: unbilled.mark });
  });
  const outcome = await watch.timeRest('write', () =>
    billing.finalize(final, unbilled.mark, entryOf()),
  );
  const ms = performance.now() - start;
  if (outcome !== 'finalized') throw new Error(`the run of ${period} is ${outcome}`);
  return { ms, parts: watch.take() };
}

/** Of every account of the last run. */
async function hashOf({ billing }: BenchPorts, period: BillingPeriod): Promise<string> {
  const hash = createHash('sha256');
  let page = await billing.listRunAccounts(gridId, period, { limit: accountsPerPage });
  for (;;) {
    for (const { accountId, satoshi, restUsat, lines } of page.items) {
      hash.update(`\n${accountId} ${satoshi} ${restUsat} ${lines.length}`);
    }
    if (page.next === undefined) return hash.digest('hex');
    const next = { limit: accountsPerPage, after: page.next };
    page = await billing.listRunAccounts(gridId, period, next);
  }
}
