import { type JsonObject, objectOf } from '../jsonFields.ts';
import { countField, hashField, instantField, integerField, wordField } from './rowFields.ts';

/** A closed timeframe at its latest revision, as the API lists it. */
export type ClosingRow = {
  readonly timeframe: string;
  readonly status: 'closed' | 'settled';
  readonly revision: number;
  readonly producedWh: number;
  readonly consumedWh: number;
  readonly nettoWh: number;
  readonly importedWh: number;
  readonly exportedWh: number;
  readonly tradeCount: number;
  readonly revisionTradeCount: number;
  readonly closingNumber: number;
  readonly expected: number;
  readonly previousHash: string;
  readonly hash: string;
};

/** Reads a closed timeframe. Throws a Finding. */
export function closingRow(place: string, json: JsonObject): ClosingRow {
  const timeframe = instantField(place, json, 'timeframe');
  const thing = `timeframe ${timeframe}`;
  return {
    timeframe,
    status: wordField(thing, json, 'status', ['closed', 'settled']),
    revision: countField(thing, json, 'revision'),
    producedWh: countField(thing, json, 'producedWh'),
    consumedWh: countField(thing, json, 'consumedWh'),
    nettoWh: integerField(thing, json, 'nettoWh'),
    importedWh: countField(thing, json, 'importedWh'),
    exportedWh: countField(thing, json, 'exportedWh'),
    tradeCount: countField(thing, json, 'tradeCount'),
    revisionTradeCount: countField(thing, json, 'revisionTradeCount'),
    closingNumber: countField(thing, json, 'closingNumber', 1),
    expected: countField(thing, objectOf(json['readings'] ?? {}), 'expected'),
    previousHash: hashField(thing, json, 'previousHash'),
    hash: hashField(thing, json, 'hash'),
  };
}
