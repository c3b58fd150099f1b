import { assert } from './assert.ts';
import type { BillingPeriod } from './billingPeriod.ts';
import { energiesOf } from './clearing.ts';
import type { ClosingDraft } from './closing.ts';
import { type ClosingInputs, type ClosingTrades, closingTrades } from './closingTrades.ts';
import { type EnergyDelta, energyDelta } from './energyDelta.ts';
import type { Grid, Prices } from './grid.ts';
import { type ChainPlace, chainTrades, type Sha256 } from './hashChain.ts';
import type { Hash } from './ids.ts';
import type { TradeBatch } from './messages.ts';
import { nettoTotals } from './netto.ts';
import { priceVaries } from './priceVaries.ts';
import { checkCorrectedMoney, checkMoney, checkNettos } from './settlementChecks.ts';
import { termsAt } from './terms.ts';
import type { Instant, Timeframe } from './timeframe.ts';
import { batchOf, type Trade, type TradeTerms, tradesPerBatch } from './trade.ts';

export type { ClosingInputs, EnergyDelta };

/** Lines are those of the members that take part in the timeframe. */
export type TimeframeToSettle = ClosingInputs & {
  readonly grid: Grid;
  readonly timeframe: Timeframe;
  readonly closingNumber: number;
  readonly closedThrough: Timeframe;
  readonly previousHash: Hash;
  readonly closedAt: Instant;
  readonly sha256: Sha256;
};

export type SettledTimeframe = {
  readonly closing: ClosingDraft;
  readonly trades: Trade[];
  /** What the energy of each prosumer grows by. */
  readonly delta: readonly EnergyDelta[];
};

/**
 * Settles one timeframe, for the first time or, where it `corrects` a closing, anew: netto, trades,
 * totals and hashes. A correction has the terms of what it corrects, and trades what it differs by.
 * Pure: the same input gives the same answer, whenever and wherever. Throws when the result breaks
 * an invariant.
 */
export function settleTimeframe(input: TimeframeToSettle): SettledTimeframe {
  const { grid, timeframe, closingNumber, closedThrough, closedAt, lines, corrects } = input;
  const revision = corrects === undefined ? 0 : corrects.closing.revision + 1;
  const of = { gridId: grid.id, timeframe, revision };
  const { previousHash, sha256 } = input;
  const terms = corrects?.closing.terms ?? termsAt(grid, timeframe);
  const made = closingTrades(input, terms);
  const trades = chainTrades(placeOf({ ...of, previousHash }, input), made.trades, sha256);
  const delta = energyDelta(lines, corrects?.lines);
  checkNettos(delta, trades);
  checkMoneyOf(trades, made, terms.tariff);
  const closing = {
    ...of,
    closingNumber,
    closedThrough,
    closedAt,
    terms,
    priceMsatPerKwh: made.clearing.priceMsatPerKwh,
    ...nettoTotals(lines),
    ...energiesOf(made.clearing),
    tradeCount: trades.length,
    ...(corrects !== undefined && { earlierTradeCount: tradesThrough(corrects.closing) }),
    batchCount: batchOf(trades.length),
    previousHash,
    hash: trades.at(-1)?.hash ?? previousHash,
  };
  return { closing, trades, delta };
}

/**
 * Derives the trades of a closing again, from its document and what it was settled on. Throws unless
 * they end at the hash that the closing was committed with.
 */
export function tradesOfClosing(
  closing: ClosingDraft,
  inputs: ClosingInputs,
  sha256: Sha256,
): Trade[] {
  const { gridId, timeframe, terms, previousHash } = closing;
  const { trades: made } = closingTrades(inputs, terms);
  const trades = chainTrades(placeOf(closing, inputs), made, sha256);
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
  const varies = priceVaries(closing.terms) ? { priceVaries: true as const } : {};
  const place = { gridId, timeframe, revision, closingNumber, period, batchCount, ...varies };
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

/** Where the trades of a revision stand. Throws unless what it corrects is the revision before it. */
function placeOf(
  { gridId, timeframe, revision, previousHash }: Omit<ChainPlace, 'firstSequence'>,
  { corrects }: ClosingInputs,
): ChainPlace {
  const place = { gridId, timeframe, revision, firstSequence: 1, previousHash };
  const corrected = corrects?.closing;
  assert(
    (corrected?.revision ?? -1) === revision - 1,
    `revision ${revision} of ${gridId} at ${timeframe} does not follow the one it corrects`,
  );
  if (corrected === undefined) return place;
  assert(
    corrected.gridId === gridId && corrected.timeframe === timeframe,
    `a closing of ${corrected.gridId} at ${corrected.timeframe} is no revision of ${gridId}`,
  );
  return { ...place, correctsTimeframeRevision: corrected.revision };
}

function checkMoneyOf(trades: readonly Trade[], made: ClosingTrades, prices: Prices): void {
  const { booked, clearing, corrected } = made;
  if (corrected !== undefined) checkCorrectedMoney(trades, corrected, clearing, prices);
  else checkMoney(trades, booked, clearing, prices);
}

/** Trades of a closing and of the revisions before it. */
function tradesThrough({ tradeCount, earlierTradeCount = 0 }: ClosingDraft): number {
  return earlierTradeCount + tradeCount;
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
