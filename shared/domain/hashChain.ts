import { assert } from './assert.ts';
import { type GridId, type Hash, isId } from './ids.ts';
import type { Timeframe } from './timeframe.ts';
import { type Trade, type TradeTerms, tradeKinds } from './trade.ts';
import { tradeIdOf } from './tradeId.ts';
import { amountOf } from './units.ts';

/** Lower-case hex SHA-256 of a text in UTF-8. Given by the platform; the domain knows none. */
export type Sha256 = (text: string) => string;

/** What stands before the first trade of a grid. */
export const zeroHash = '0'.repeat(64) as Hash;

/** Where a run of trades is to stand in the chain of its grid. */
export type ChainPlace = {
  readonly gridId: GridId;
  readonly timeframe: Timeframe;
  readonly revision: number;
  readonly firstSequence: number;
  readonly previousHash: Hash;
  readonly correctsTimeframeRevision?: number | undefined;
};

/** Why a trade breaks its chain. */
export type ChainFault =
  | 'content'
  | 'grid'
  | 'sequence'
  | 'id'
  | 'amount'
  | 'fee'
  | 'previous_hash'
  | 'hash';

/** A sound chain with the hash it ends at, or the first trade that breaks it. */
export type ChainVerdict =
  | { readonly ok: true; readonly hash: Hash }
  | { readonly ok: false; readonly index: number; readonly reason: ChainFault };

/** Is it 64 digits of lower-case hex? */
export function isHash(text: string): text is Hash {
  return hashPattern.test(text);
}

/**
 * The RFC 8785 canonical JSON of a trade as the API shows it, without `hash`: keys by code unit,
 * no white space, money as decimal strings. Nothing needs escaping: ids, instants and hashes are
 * plain ASCII, and the numbers are safe integers, whose JSON is their decimal.
 */
export function canonicalTrade(trade: Omit<Trade, 'hash'>): string {
  const corrects = trade.correctsTimeframeRevision;
  const correction = corrects === undefined ? '' : `"correctsTimeframeRevision":${corrects},`;
  return (
    `{"amountUsat":"${trade.amountUsat}","buyerId":"${trade.buyerId}",${correction}` +
    `"energyWh":${trade.energyWh},"feeUsat":"${trade.feeUsat}",` +
    `"gridFeeMsatPerKwh":${trade.gridFeeMsatPerKwh},"gridId":"${trade.gridId}",` +
    `"id":"${trade.id}","kind":"${trade.kind}","previousHash":"${trade.previousHash}",` +
    `"priceMsatPerKwh":${trade.priceMsatPerKwh},"revision":${trade.revision},` +
    `"sellerId":"${trade.sellerId}","sequence":${trade.sequence},"timeframe":"${trade.timeframe}"}`
  );
}

/** Gives trades their place: id, sequence, amounts and hashes. The same input, the same hashes. */
export function chainTrades(
  place: ChainPlace,
  terms: readonly TradeTerms[],
  sha256: Sha256,
): Trade[] {
  let previousHash = place.previousHash;
  return terms.map((term, index) => {
    const trade = tradeAt(place, term, place.firstSequence + index, previousHash);
    previousHash = hashOf(trade, sha256);
    return { ...trade, hash: previousHash };
  });
}

/**
 * Checks trades of one grid, in the order of its chain and from any point of it on, with nothing
 * but themselves and the hash before them: amounts, ids, sequence and hashes are computed anew.
 */
export function verifyChain(
  trades: readonly Trade[],
  previousHash: Hash,
  sha256: Sha256,
): ChainVerdict {
  let before: Trade | undefined;
  let hash = previousHash;
  for (const [index, trade] of trades.entries()) {
    const reason = faultOf(trade, before, hash, sha256);
    if (reason !== undefined) return { ok: false, index, reason };
    before = trade;
    hash = trade.hash;
  }
  return { ok: true, hash };
}

const hashPattern = /^[0-9a-f]{64}$/;

function tradeAt(
  { gridId, timeframe, revision, correctsTimeframeRevision }: ChainPlace,
  term: TradeTerms,
  sequence: number,
  previousHash: Hash,
): Omit<Trade, 'hash'> {
  // Sums of accounts only grow: an amount below 0 would take from what was credited before.
  assert(isSound(term), () => `no trade at ${timeframe} can be made of ${textOf(term)}`);
  const { kind, sellerId, buyerId, energyWh, priceMsatPerKwh, gridFeeMsatPerKwh } = term;
  const trade = {
    id: tradeIdOf(gridId, timeframe, revision, sequence),
    gridId,
    timeframe,
    revision,
    sequence,
    kind,
    sellerId,
    buyerId,
    energyWh,
    priceMsatPerKwh,
    gridFeeMsatPerKwh,
    amountUsat: amountOf(energyWh, priceMsatPerKwh),
    feeUsat: amountOf(energyWh, gridFeeMsatPerKwh),
    previousHash,
  };
  return correctsTimeframeRevision === undefined ? trade : { ...trade, correctsTimeframeRevision };
}

function hashOf(trade: Omit<Trade, 'hash'>, sha256: Sha256): Hash {
  const hash = sha256(canonicalTrade(trade));
  assert(isHash(hash), () => `a SHA-256 is 64 digits of lower-case hex, not ${hash}`);
  return hash;
}

function faultOf(
  trade: Trade,
  before: Trade | undefined,
  hash: Hash,
  sha256: Sha256,
): ChainFault | undefined {
  if (!isSound(trade)) return 'content';
  if (before !== undefined && before.gridId !== trade.gridId) return 'grid';
  if (!isInSequence(trade, before)) return 'sequence';
  if (trade.id !== tradeIdOf(trade.gridId, trade.timeframe, trade.revision, trade.sequence)) {
    return 'id';
  }
  if (trade.amountUsat !== amountOf(trade.energyWh, trade.priceMsatPerKwh)) return 'amount';
  if (trade.feeUsat !== amountOf(trade.energyWh, trade.gridFeeMsatPerKwh)) return 'fee';
  if (trade.previousHash !== hash) return 'previous_hash';
  return trade.hash === sha256(canonicalTrade(trade)) ? undefined : 'hash';
}

/** Also what makes the canonical JSON unambiguous: no id can close its quotes. */
function isSound(terms: TradeTerms): boolean {
  return (
    tradeKinds.includes(terms.kind) &&
    isId(terms.sellerId) &&
    isId(terms.buyerId) &&
    terms.sellerId !== terms.buyerId &&
    isCount(terms.energyWh) &&
    terms.energyWh > 0 &&
    isCount(terms.priceMsatPerKwh) &&
    isCount(terms.gridFeeMsatPerKwh)
  );
}

function textOf({ kind, sellerId, buyerId, energyWh, priceMsatPerKwh }: TradeTerms): string {
  return `${kind} ${sellerId} to ${buyerId}, ${energyWh} Wh at ${priceMsatPerKwh} msat/kWh`;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** The next of its closing, or the first of another. */
function isInSequence(trade: Trade, before: Trade | undefined): boolean {
  if (before === undefined) return trade.sequence >= 1;
  const isSameClosing = before.timeframe === trade.timeframe && before.revision === trade.revision;
  return trade.sequence === (isSameClosing ? before.sequence + 1 : 1);
}
