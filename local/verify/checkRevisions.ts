import { checkTrade } from './checkTrade.ts';
import { expectField, Finding } from './finding.ts';
import type { TradeRow } from './tradeRow.ts';

/** The trades of one revision of a timeframe: a part of the chain without a gap. */
export type Segment = {
  readonly timeframe: string;
  readonly revision: number;
  readonly tradeCount: number;
  /** The hash before its first trade, and that of its last. */
  readonly previousHash: string;
  readonly hash: string;
};

/**
 * Checks the trades of one timeframe in the order of an export: each by itself, revisions ascending,
 * sequences from 1 without a gap, each hash after the one before. Answers a segment per revision; a
 * revision that changed nothing has no trades and so none. Throws a Finding.
 */
export function checkRevisions(trades: readonly TradeRow[], gridId: string): readonly Segment[] {
  const segments: Segment[] = [];
  let last: Segment | undefined;
  for (const trade of trades) {
    const { timeframe, revision, sequence, previousHash, hash, id } = trade;
    const thing = `trade ${id}`;
    if (last !== undefined && revision < last.revision) {
      throw new Finding(thing, `revision ${last.revision} or a later one`, String(revision));
    }
    const before = last?.revision === revision ? last : undefined;
    const tradeCount = (before?.tradeCount ?? 0) + 1;
    expectField(thing, 'sequence', tradeCount, sequence);
    checkTrade(trade, gridId);
    if (before !== undefined) {
      expectField(thing, 'previousHash', before.hash, previousHash);
      segments.pop();
    }
    const first = before?.previousHash ?? previousHash;
    last = { timeframe, revision, tradeCount, previousHash: first, hash };
    segments.push(last);
  }
  return segments;
}
