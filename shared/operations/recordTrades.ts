import { billedLinesOf } from '../domain/averagedLine.ts';
import { tradesOfBatch } from '../domain/closeFrame.ts';
import { postingsOf } from '../domain/ledger.ts';
import type { TradeBatch } from '../domain/messages.ts';
import type { Ports } from '../ports/ports.ts';

/**
 * Records a batch of trades exactly once: the trade documents first (their ids are derived, a
 * repeat changes nothing), then postings, sums and what is to be billed in one transaction. The recorder of the last
 * batch marks the timeframe as settled. Safe to repeat at any point.
 */
export async function recordTrades(
  {
    trades,
    ledger,
    closings,
    sha256,
  }: Pick<Ports, 'trades' | 'ledger' | 'closings' | 'sha256' | 'log'>,
  message: TradeBatch,
): Promise<{ readonly recordedBatches: number }> {
  const { gridId, timeframe, revision, batch, batchCount, closingNumber, period } = message;
  const key = { gridId, timeframe, revision, batch };
  const recorded = tradesOfBatch(message, sha256);
  await trades.createBatch(key, recorded);
  const { recordedBatches } = await ledger.record(key, recorded.flatMap(postingsOf), {
    period,
    ...billedLinesOf(recorded, message.priceVaries === true),
  });
  if (recordedBatches === batchCount) await closings.markSettled(gridId, closingNumber);
  return { recordedBatches };
}
