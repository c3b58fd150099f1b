import { assert } from './assert.ts';
import { type GridId, isId, parseGridId, type TradeAheadId, type TradeId } from './ids.ts';
import type { BatchKey } from './ledger.ts';
import { compactTimeframe, parseCompactTimeframe, type Timeframe } from './timeframe.ts';

/** Where a trade stands, as its id says it. */
export type TradePlace = {
  readonly gridId: GridId;
  readonly timeframe: Timeframe;
  /** From 0. */
  readonly revision: number;
  /** From 1. */
  readonly sequence: number;
};

/** `{gridId}.{timeframe as 20261122T1015Z}.{revision}.{sequence}`: the same trade, the same id. */
export function tradeIdOf(
  gridId: GridId,
  timeframe: Timeframe,
  revision: number,
  sequence: number,
): TradeId {
  return `${gridId}.${compactTimeframe(timeframe)}.${revision}.${sequence}` as TradeId;
}

/** Reads a trade's id. Strict: only what `tradeIdOf` makes, so that a trade has one spelling. */
export function parseTradeId(text: string): TradePlace | undefined {
  if (text.length > tradeIdLengthMax) return undefined;
  const [grid = '', frame = '', revisionText = '', sequenceText = '', ...more] = text.split('.');
  if (more.length > 0) return undefined;
  const gridId = parseGridId(grid);
  const timeframe = parseCompactTimeframe(frame);
  const revision = parseCount(revisionText);
  const sequence = parseCount(sequenceText);
  if (gridId === undefined || timeframe === undefined) return undefined;
  if (revision === undefined || sequence === undefined || sequence === 0) return undefined;
  return { gridId, timeframe, revision, sequence };
}

/** `{gridId}.{timeframe as 20261122T1015Z}.ahead.{id}`: never the id of a recorded trade. */
export function aheadIdOf(gridId: GridId, timeframe: Timeframe, id: string): TradeAheadId {
  assert(isId(id), () => `a trade ahead cannot be named ${id}`);
  return `${gridId}.${compactTimeframe(timeframe)}.${ahead}.${id}` as TradeAheadId;
}

/** Reads the id of a trade ahead. Strict: only what `aheadIdOf` makes. */
export function parseAheadId(text: string): TradeAheadId | undefined {
  if (text.length > aheadIdLengthMax) return undefined;
  const [grid = '', frame = '', word, id = '', ...more] = text.split('.');
  if (more.length > 0 || word !== ahead || !isId(id)) return undefined;
  const isPlace = parseGridId(grid) !== undefined && parseCompactTimeframe(frame) !== undefined;
  return isPlace ? (text as TradeAheadId) : undefined;
}

/** `{gridId}.{timeframe}.{revision}.{batch}`: a batch sent twice bears one message id. */
export function batchMessageId(key: BatchKey): string {
  return `${key.gridId}.${compactTimeframe(key.timeframe)}.${key.revision}.${key.batch}`;
}

// 63 of a grid, 14 of a timeframe, two counts of up to 15 digits and three points.
const tradeIdLengthMax = 110;
// 63 of a grid, 14 of a timeframe, 5 of the word, 63 of an id and three points.
const aheadIdLengthMax = 148;
const ahead = 'ahead';
const countPattern = /^(?:0|[1-9][0-9]{0,14})$/;

function parseCount(text: string): number | undefined {
  return countPattern.test(text) ? Number(text) : undefined;
}
