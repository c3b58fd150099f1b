import { type ExplainedMarket, explainMarket } from '../domain/explainMarket.ts';
import type { Terms } from '../domain/grid.ts';
import type { GridId, ProsumerId } from '../domain/ids.ts';
import type { NettoLine } from '../domain/netto.ts';
import type { Book, TradeAhead } from '../domain/order.ts';
import type { Reading } from '../domain/reading.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import { type Instant, isAligned, type Timeframe } from '../domain/timeframe.ts';
import type { StoredClosing } from '../ports/closingStore.ts';
import type { Ports } from '../ports/ports.ts';
import { gridNotFound } from './getGrid.ts';
import { getProsumer } from './getProsumer.ts';
import { misaligned, timeframeNotFound } from './listTimeframes.ts';
import type { Transaction } from './listTrades.ts';
import { purgedBefore } from './purgedBefore.ts';
import { timeframeTransactions } from './timeframeTransactions.ts';

/** Revisions whose market is explained: the last ones. Each reads the netto of all prosumers once. */
const marketsMax = 4;

/** How one prosumer was settled in a timeframe. Of others there are sums only. */
export type ExplainedTimeframe = {
  readonly gridId: GridId;
  readonly prosumerId: ProsumerId;
  readonly timeframe: Timeframe;
  readonly terms: Terms;
  /** All versions, ascending. */
  readonly readings: readonly Reading[];
  /** The readings are deleted, as their grid keeps them no longer. */
  readonly isPurged: boolean;
  readonly ahead: readonly TradeAhead[];
  /** All, ascending. */
  readonly revisions: readonly ExplainedRevision[];
};

export type ExplainedRevision = {
  readonly closing: StoredClosing;
  /** Absent where it took no part but for what it traded ahead. */
  readonly line?: NettoLine;
  /** Absent before the last `marketsMax` revisions. */
  readonly market?: ExplainedMarket;
  /** That of the revision before, where this one corrects it and it is explained. */
  readonly corrected?: ExplainedMarket;
  readonly transactions: readonly Transaction[];
};

/**
 * Explains how a prosumer was settled in a closed timeframe, from what is stored: the market is
 * cleared again. Costs as much as clearing it, for each of the last few revisions once: the book and
 * the nettos of all prosumers are read, one revision after the other.
 */
export async function explainTimeframe(
  ports: Pick<
    Ports,
    'prosumers' | 'grids' | 'closings' | 'orders' | 'readings' | 'ledger' | 'trades' | 'clock'
  >,
  prosumerId: ProsumerId,
  at: Instant,
): Promise<Result<ExplainedTimeframe, Refusal>> {
  const found = await getProsumer(ports, prosumerId);
  if (!found.ok) return found;
  const { gridId } = found.value.prosumer;
  const grid = (await ports.grids.get(gridId))?.value;
  if (grid === undefined) return refuse(gridNotFound(gridId));
  if (!isAligned(at, grid.timeframeMinutes)) return refuse(misaligned(grid, at));
  const closings = await ports.closings.revisions(gridId, at);
  const [first] = closings;
  if (first === undefined) return refuse(timeframeNotFound(gridId, at));

  const purged = await purgedBefore(ports, gridId, at, ports.clock.now());
  const isPurged = purged !== undefined && at < purged;
  const nettosIds = closings.map(({ nettosId }) => nettosId);
  const [lines, book, readings, transactions] = await Promise.all([
    ports.closings.nettosOf(gridId, nettosIds, prosumerId),
    ports.orders.book(gridId, at),
    isPurged ? [] : ports.readings.versions(gridId, prosumerId, at),
    timeframeTransactions(ports, grid, prosumerId, at),
  ]);
  const ahead = book.ahead.filter((trade) => trade.prosumerId === prosumerId);
  if (lines.size === 0 && ahead.length === 0) return refuse(notInTimeframe(prosumerId, at));
  const markets = await marketsOf(ports, prosumerId, closings, book);
  const ofRevision = Map.groupBy(transactions, ({ trade }) => trade.revision);
  const revisions = closings.map((closing, index): ExplainedRevision => {
    const line = lines.get(closing.nettosId);
    const market = markets[index];
    const corrected = markets[index - 1];
    return {
      closing,
      ...(line && { line }),
      ...(market && { market }),
      ...(corrected && { corrected }),
      transactions: ofRevision.get(closing.revision) ?? [],
    };
  });
  const { terms } = first;
  const about = { gridId, prosumerId, timeframe: at, terms };
  return accept({ ...about, readings, isPurged, ahead, revisions });
}

/** Lines up with the closings; undefined before the last few. */
async function marketsOf(
  { closings: store }: Pick<Ports, 'closings'>,
  prosumerId: ProsumerId,
  closings: readonly StoredClosing[],
  book: Book,
): Promise<readonly (ExplainedMarket | undefined)[]> {
  const markets: (ExplainedMarket | undefined)[] = [];
  for (const [index, { gridId, nettosId, terms }] of closings.entries()) {
    if (index < closings.length - marketsMax) {
      markets.push(undefined);
      continue;
    }
    const lines = await store.nettos(gridId, nettosId);
    markets.push(explainMarket(prosumerId, lines, book, terms));
  }
  return markets;
}

function notInTimeframe(prosumerId: ProsumerId, at: Instant): Refusal {
  return {
    code: 'prosumer_not_in_timeframe',
    detail: `Prosumer ${prosumerId} took no part in the timeframe ${at}.`,
  };
}
