import { type GridId, parseGridId, type TradeId } from './ids.ts';
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

/** `{gridId}.{timeframe}.{revision}.{batch}`: a batch sent twice bears one message id. */
export function batchMessageId(key: BatchKey): string {
  return `${key.gridId}.${compactTimeframe(key.timeframe)}.${key.revision}.${key.batch}`;
}

// 63 of a grid, 14 of a timeframe, two counts of up to 15 digits and three points.
const tradeIdLengthMax = 110;
const countPattern = /^(?:0|[1-9][0-9]{0,14})$/;

function parseCount(text: string): number | undefined {
  return countPattern.test(text) ? Number(text) : undefined;
}
