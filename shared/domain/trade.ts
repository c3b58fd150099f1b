import type { AccountId, GridId, Hash, TradeId } from './ids.ts';
import type { Timeframe } from './timeframe.ts';
import type { MicroSatoshi, MsatPerKwh, WattHours } from './units.ts';

export const tradeKinds = ['peer', 'import', 'export', 'grid', 'correction'] as const;
export type TradeKind = (typeof tradeKinds)[number];

/** A trade before it has a place in the chain: who, how much, at which price. energyWh > 0. */
export type TradeTerms = {
  readonly kind: TradeKind;
  readonly sellerId: AccountId;
  readonly buyerId: AccountId;
  readonly energyWh: WattHours;
  readonly priceMsatPerKwh: MsatPerKwh;
  /** What the buyer pays to `mini-grid` beside the price; 0 on exports. */
  readonly gridFeeMsatPerKwh: MsatPerKwh;
};

/** A trade as recorded. Never changed, never deleted. */
export type Trade = TradeTerms & {
  readonly id: TradeId;
  readonly gridId: GridId;
  readonly timeframe: Timeframe;
  readonly revision: number;
  readonly sequence: number;
  readonly amountUsat: MicroSatoshi;
  readonly feeUsat: MicroSatoshi;
  readonly correctsTimeframeRevision?: number;
  readonly previousHash: Hash;
  readonly hash: Hash;
};

/** Trades in a batch, fixed so that a trade's batch follows from its sequence alone. */
export const tradesPerBatch = 500;

/** Which batch a trade is in: 1-based, as its sequence is. */
export function batchOf(sequence: number): number {
  return Math.ceil(sequence / tradesPerBatch);
}
