import type { JsonObject } from '../jsonFields.ts';
import { countField, instantField, moneyField, textField, wordField } from './rowFields.ts';
import { accountField, type TradeRow } from './tradeRow.ts';

const sides = ['sell', 'buy', 'fee'] as const;

/** One leg of a trade on one account. */
export type PostingRow = {
  readonly tradeId: string;
  readonly timeframe: string;
  readonly revision: number;
  readonly sequence: number;
  readonly accountId: string;
  readonly side: (typeof sides)[number];
  readonly soldWh: number;
  readonly boughtWh: number;
  readonly creditUsat: bigint;
  readonly debitUsat: bigint;
};

/** Reads a posting of an export. Throws a Finding. */
export function postingRow(place: string, json: JsonObject): PostingRow {
  const tradeId = textField(place, json, 'tradeId');
  const side = wordField(`a posting of trade ${tradeId}`, json, 'side', sides);
  const thing = postingName({ tradeId, side });
  return {
    tradeId,
    timeframe: instantField(thing, json, 'timeframe'),
    revision: countField(thing, json, 'revision'),
    sequence: countField(thing, json, 'sequence', 1),
    accountId: accountField(thing, json, 'accountId'),
    side,
    soldWh: countField(thing, json, 'soldWh'),
    boughtWh: countField(thing, json, 'boughtWh'),
    creditUsat: moneyField(thing, json, 'creditUsat'),
    debitUsat: moneyField(thing, json, 'debitUsat'),
  };
}

/** How a posting is called in what is said of it. */
export function postingName({ tradeId, side }: Pick<PostingRow, 'tradeId' | 'side'>): string {
  return `posting ${side} of trade ${tradeId}`;
}

/** The legs that a trade must have: the seller's, the buyer's with the fee, and the fee's own. */
export function legsOf(trade: TradeRow): readonly PostingRow[] {
  const { id: tradeId, timeframe, revision, sequence, energyWh, amountUsat, feeUsat } = trade;
  const none = { soldWh: 0, boughtWh: 0, creditUsat: 0n, debitUsat: 0n };
  const of = { tradeId, timeframe, revision, sequence, ...none };
  const sold = { soldWh: energyWh, creditUsat: amountUsat };
  const bought = { boughtWh: energyWh, debitUsat: amountUsat + feeUsat };
  const legs: PostingRow[] = [
    { ...of, accountId: trade.sellerId, side: 'sell', ...sold },
    { ...of, accountId: trade.buyerId, side: 'buy', ...bought },
  ];
  if (feeUsat > 0n) {
    legs.push({ ...of, accountId: 'mini-grid', side: 'fee', creditUsat: feeUsat });
  }
  return legs;
}
