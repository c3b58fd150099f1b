import { assert } from '../../../domain/assert.ts';
import type { AccountId, Hash } from '../../../domain/ids.ts';
import { type BatchKey, isInBatch } from '../../../domain/ledger.ts';
import { type Trade, type TradeKind, tradesPerBatch } from '../../../domain/trade.ts';
import { batchMessageId, tradeIdOf } from '../../../domain/tradeId.ts';
import { amountOf, type MsatPerKwh, type WattHours } from '../../../domain/units.ts';

/**
 * A trade: what of it does not follow from its place, its terms and the trade before it. Some 265
 * bytes with UUIDs of grid and both parties, since there are more of it than of all else. Its
 * partition is its batch and its id its place in that, so that both follow from the trade's id.
 */
export type TradeDocument = {
  /** Place in the batch, `001` to `500`. */
  readonly id: string;
  /** Grid, timeframe, revision and batch, as the message of the batch is named. */
  readonly pk: string;
  readonly kind: TradeKind;
  readonly s: AccountId;
  readonly b: AccountId;
  readonly wh: WattHours;
  readonly price: MsatPerKwh;
  /** Grid fee; absent: 0. */
  readonly fee?: MsatPerKwh;
  readonly corrects?: number;
  /** Its hash in base64url: 43 characters instead of 64. */
  readonly h: string;
  /** The hash before it, where that is not the one of the trade before it in the batch. */
  readonly before?: string;
};

/** The partition of a batch. */
export function pkOf(key: BatchKey): string {
  return batchMessageId(key);
}

/** The document's id of a trade in its batch. */
export function placeOf(sequence: number): string {
  const place = ((sequence - 1) % tradesPerBatch) + 1;
  return String(place).padStart(placeDigits, '0');
}

/** The documents of trades of one batch. Throws when one is of another, or its amounts are not derived. */
export function tradeDocumentsOf(key: BatchKey, trades: readonly Trade[]): TradeDocument[] {
  return trades.map((trade, at) => {
    assert(isInBatch(key, trade), () => `the trade ${trade.id} is none of batch ${key.batch}`);
    assert(isDerivable(trade), () => `the amounts of trade ${trade.id} do not follow from it`);
    return documentOf(pkOf(key), trade, trades[at - 1]);
  });
}

/** The trade of a document. Undefined when the one that knows the hash before it is not given. */
export function tradeOf(
  key: BatchKey,
  document: TradeDocument,
  previous: Pick<TradeDocument, 'h'> | undefined,
): Trade | undefined {
  const { kind, s, b, wh, price, fee = 0 as MsatPerKwh, corrects, h } = document;
  const before = document.before ?? previous?.h;
  if (before === undefined) return undefined;
  const { gridId, timeframe, revision } = key;
  const sequence = sequenceOf(key, document);
  return {
    id: tradeIdOf(gridId, timeframe, revision, sequence),
    gridId,
    timeframe,
    revision,
    sequence,
    kind,
    sellerId: s,
    buyerId: b,
    energyWh: wh,
    priceMsatPerKwh: price,
    gridFeeMsatPerKwh: fee,
    amountUsat: amountOf(wh, price),
    feeUsat: amountOf(wh, fee),
    ...(corrects !== undefined && { correctsTimeframeRevision: corrects }),
    previousHash: unpackHash(before),
    hash: unpackHash(h),
  };
}

/** Where a document's trade stands. */
export function sequenceOf({ batch }: BatchKey, { id }: Pick<TradeDocument, 'id'>): number {
  return (batch - 1) * tradesPerBatch + Number(id);
}

/** A hash of 64 hex digits as 43 characters. */
export function packHash(hash: Hash): string {
  return Buffer.from(hash, 'hex').toString('base64url');
}

export function unpackHash(packed: string): Hash {
  return Buffer.from(packed, 'base64url').toString('hex') as Hash;
}

const placeDigits = String(tradesPerBatch).length;

function documentOf(pk: string, trade: Trade, previous: Trade | undefined): TradeDocument {
  const { sequence, kind, sellerId, buyerId, energyWh, priceMsatPerKwh, previousHash } = trade;
  const { gridFeeMsatPerKwh, correctsTimeframeRevision: corrects } = trade;
  const isNext = previous?.sequence === sequence - 1 && previous.hash === previousHash;
  return {
    id: placeOf(sequence),
    pk,
    kind,
    s: sellerId,
    b: buyerId,
    wh: energyWh,
    price: priceMsatPerKwh,
    ...(gridFeeMsatPerKwh !== 0 && { fee: gridFeeMsatPerKwh }),
    ...(corrects !== undefined && { corrects }),
    h: packHash(trade.hash),
    ...(!isNext && { before: packHash(previousHash) }),
  };
}

function isDerivable(trade: Trade): boolean {
  const { gridId, timeframe, revision, sequence, energyWh, priceMsatPerKwh } = trade;
  return (
    trade.id === tradeIdOf(gridId, timeframe, revision, sequence) &&
    trade.amountUsat === amountOf(energyWh, priceMsatPerKwh) &&
    trade.feeUsat === amountOf(energyWh, trade.gridFeeMsatPerKwh)
  );
}
