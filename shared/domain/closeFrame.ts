import { assert } from './assert.ts';
import type { BillingPeriod } from './billingPeriod.ts';
import type { ClosingDraft } from './closing.ts';
import type { Grid } from './grid.ts';
import { chainTrades, type Sha256 } from './hashChain.ts';
import type { Hash } from './ids.ts';
import type { TradeBatch } from './messages.ts';
import { type NettoLine, nettoLines, nettoTotals, positionsOf } from './netto.ts';
import { clearPool } from './pool.ts';
import type { Member } from './prosumer.ts';
import type { Reading } from './reading.ts';
import { checkMoney, checkNettos, energiesOf } from './settlementChecks.ts';
import { peerPrice, termsAt } from './terms.ts';
import type { Instant, Timeframe } from './timeframe.ts';
import { batchOf, type Trade, type TradeTerms, tradesPerBatch } from './trade.ts';

/** Members are those that take part in the timeframe, readings its latest; both by id ascending. */
export type TimeframeToSettle = {
  readonly grid: Grid;
  readonly timeframe: Timeframe;
  readonly revision: 0;
  readonly closingNumber: number;
  readonly closedThrough: Timeframe;
  readonly previousHash: Hash;
  readonly members: readonly Member[];
  readonly readings: readonly Reading[];
  readonly closedAt: Instant;
  readonly sha256: Sha256;
};

export type SettledTimeframe = {
  readonly closing: ClosingDraft;
  readonly lines: NettoLine[];
  readonly trades: Trade[];
};

/**
 * Settles one timeframe for the first time: netto, trades, totals and hashes. Pure: the same input
 * gives the same answer, whenever and wherever. Throws when the result breaks an invariant.
 */
export function settleTimeframe(input: TimeframeToSettle): SettledTimeframe {
  const { grid, timeframe, revision, closingNumber, closedThrough, previousHash } = input;
  const terms = termsAt(grid, timeframe);
  const lines = nettoLines(input.members, input.readings);
  const positions = positionsOf(lines);
  const place = { gridId: grid.id, timeframe, revision, firstSequence: 1, previousHash };
  const trades = chainTrades(place, clearPool(positions, terms), input.sha256);
  const energies = energiesOf(trades);
  checkNettos(positions, trades);
  checkMoney(terms, trades, energies);
  const closing = {
    gridId: grid.id,
    closingNumber,
    timeframe,
    revision,
    closedThrough,
    closedAt: input.closedAt,
    terms,
    priceMsatPerKwh: peerPrice(terms),
    ...nettoTotals(lines),
    ...energies,
    tradeCount: trades.length,
    batchCount: batchOf(trades.length),
    previousHash,
    hash: trades.at(-1)?.hash ?? previousHash,
  };
  return { closing, lines, trades };
}

/**
 * Derives the trades of a closing at revision 0 again, from its document and its stored netto
 * lines. Throws unless they end at the hash that the closing was committed with.
 */
export function tradesOfClosing(
  closing: ClosingDraft,
  lines: readonly NettoLine[],
  sha256: Sha256,
): Trade[] {
  const { gridId, timeframe, revision, terms, previousHash } = closing;
  assert(revision === 0, `revision ${revision} of ${gridId} at ${timeframe} is no first closing`);
  const place = { gridId, timeframe, revision, firstSequence: 1, previousHash };
  const trades = chainTrades(place, clearPool(positionsOf(lines), terms), sha256);
  assert(
    (trades.at(-1)?.hash ?? previousHash) === closing.hash,
    `the netto lines of ${gridId} at ${timeframe} do not lead to the hash of its closing`,
  );
  return trades;
}

/**
 * The batches of a closing, by number from 1, for its trades in sequence; the period is that in which
 * they are billed. None for no trades.
 */
export function batchesOf(
  closing: ClosingDraft,
  trades: readonly Trade[],
  period: BillingPeriod,
): TradeBatch[] {
  const { gridId, timeframe, revision, closingNumber, batchCount } = closing;
  assert(
    trades.length === closing.tradeCount && batchOf(trades.length) === batchCount,
    `closing ${closingNumber} of ${gridId} has ${closing.tradeCount} trades, not ${trades.length}`,
  );
  const place = { gridId, timeframe, revision, closingNumber, period, batchCount };
  const batches: TradeBatch[] = [];
  for (let start = 0; start < trades.length; start += tradesPerBatch) {
    const part = trades.slice(start, start + tradesPerBatch);
    batches.push({ ...place, batch: batches.length + 1, ...contentOf(part) });
  }
  return batches;
}

/** The trades of a batch as recorded. Throws unless they end at the hash that the batch names. */
export function tradesOfBatch(batch: TradeBatch, sha256: Sha256): Trade[] {
  const firstSequence = (batch.batch - 1) * tradesPerBatch + 1;
  const trades = chainTrades({ ...batch, firstSequence }, batch.trades, sha256);
  assert(
    trades.at(-1)?.hash === batch.hash,
    `batch ${batch.batch} of ${batch.gridId} at ${batch.timeframe} does not end at its hash`,
  );
  return trades;
}

function contentOf(
  part: readonly Trade[],
): Pick<TradeBatch, 'previousHash' | 'hash' | 'trades' | 'correctsTimeframeRevision'> {
  const first = part[0];
  const last = part.at(-1);
  assert(first !== undefined && last !== undefined, 'a batch has a trade');
  const corrects = first.correctsTimeframeRevision;
  return {
    ...(corrects === undefined ? {} : { correctsTimeframeRevision: corrects }),
    previousHash: first.previousHash,
    hash: last.hash,
    trades: part.map(termsOf),
  };
}

function termsOf(trade: Trade): TradeTerms {
  const { kind, sellerId, buyerId, energyWh, priceMsatPerKwh, gridFeeMsatPerKwh } = trade;
  return { kind, sellerId, buyerId, energyWh, priceMsatPerKwh, gridFeeMsatPerKwh };
}
