import { isId } from '../../shared/domain/ids.ts';
import { type TradeKind, tradeKinds } from '../../shared/domain/trade.ts';
import type { JsonObject } from '../jsonFields.ts';
import { Finding } from './finding.ts';
import {
  countField,
  hashField,
  instantField,
  moneyField,
  textField,
  wordField,
} from './rowFields.ts';

/** A trade of an export, with the object that it was read from. */
export type TradeRow = {
  readonly id: string;
  readonly gridId: string;
  readonly timeframe: string;
  readonly revision: number;
  readonly sequence: number;
  readonly kind: TradeKind;
  readonly sellerId: string;
  readonly buyerId: string;
  readonly energyWh: number;
  readonly priceMsatPerKwh: number;
  readonly gridFeeMsatPerKwh: number;
  readonly amountUsat: bigint;
  readonly feeUsat: bigint;
  readonly correctsTimeframeRevision: number | undefined;
  readonly previousHash: string;
  readonly hash: string;
  readonly json: JsonObject;
};

const fields: ReadonlySet<string> = new Set([
  ...['id', 'gridId', 'timeframe', 'revision', 'sequence', 'kind', 'sellerId', 'buyerId'],
  ...['energyWh', 'priceMsatPerKwh', 'gridFeeMsatPerKwh', 'amountUsat', 'feeUsat'],
  ...['correctsTimeframeRevision', 'previousHash', 'hash'],
]);

/** Reads a trade: its fields and no others, each of its kind. Throws a Finding. */
export function tradeRow(place: string, json: JsonObject): TradeRow {
  const id = textField(place, json, 'id');
  const thing = `trade ${id}`;
  const strange = Object.keys(json).find((name) => !fields.has(name));
  if (strange !== undefined) throw new Finding(thing, 'only the fields of a trade', strange);
  const corrects = 'correctsTimeframeRevision' in json;
  return {
    id,
    gridId: textField(thing, json, 'gridId'),
    timeframe: instantField(thing, json, 'timeframe'),
    revision: countField(thing, json, 'revision'),
    sequence: countField(thing, json, 'sequence', 1),
    kind: wordField(thing, json, 'kind', tradeKinds),
    sellerId: accountField(thing, json, 'sellerId'),
    buyerId: accountField(thing, json, 'buyerId'),
    energyWh: countField(thing, json, 'energyWh', 1),
    priceMsatPerKwh: countField(thing, json, 'priceMsatPerKwh'),
    gridFeeMsatPerKwh: countField(thing, json, 'gridFeeMsatPerKwh'),
    amountUsat: moneyField(thing, json, 'amountUsat'),
    feeUsat: moneyField(thing, json, 'feeUsat'),
    correctsTimeframeRevision: corrects
      ? countField(thing, json, 'correctsTimeframeRevision')
      : undefined,
    previousHash: hashField(thing, json, 'previousHash'),
    hash: hashField(thing, json, 'hash'),
    json,
  };
}

/** The id of a prosumer, `mini-grid` or `power-plant`. Throws a Finding where it is none. */
export function accountField(thing: string, json: JsonObject, field: string): string {
  const id = textField(thing, json, field);
  if (isId(id)) return id;
  throw new Finding(thing, `an account in ${field}`, JSON.stringify(id));
}
