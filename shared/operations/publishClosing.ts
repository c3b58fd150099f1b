import { billingPeriodOf } from '../domain/billingPeriod.ts';
import { batchesOf, tradesOfClosing } from '../domain/closeFrame.ts';
import type { Closing } from '../domain/closing.ts';
import type { NettoLine } from '../domain/netto.ts';
import type { Trade } from '../domain/trade.ts';
import { batchMessageId } from '../domain/tradeId.ts';
import type { Ports } from '../ports/ports.ts';

export type PublisherPorts = Pick<
  Ports,
  'rosters' | 'readings' | 'closings' | 'ledger' | 'bus' | 'sha256'
>;

/** How many messages go to the bus in one call. */
const batchesPerSendMax = 50;

/**
 * Does what follows from a committed closing: totals, a second look for readings, batches of
 * trades to be recorded. Repeatable; without `lines` and `trades` they are derived again from the
 * stored netto. The second look comes before the batches, so that `settled` implies that it was had.
 * `timeZone` is the grid's, in whose months trades are billed.
 */
export async function publishClosing(
  ports: PublisherPorts,
  closing: Closing,
  timeZone: string,
  lines?: readonly NettoLine[],
  trades?: readonly Trade[],
): Promise<void> {
  const { gridId, timeframe, revision, closingNumber, nettosId, readingsMark } = closing;
  const settledOn = lines ?? (await ports.closings.nettos(gridId, nettosId));
  await ports.rosters.applyClosing(closing, settledOn);
  if (await ports.readings.hasChangedSince(gridId, timeframe, readingsMark)) {
    await ports.closings.markLate(gridId, [timeframe]);
  }
  const made = trades ?? tradesOfClosing(closing, settledOn, ports.sha256);
  const recorded = new Set(
    trades === undefined ? await ports.ledger.recordedBatches(gridId, timeframe, revision) : [],
  );
  const period = billingPeriodOf(closing, timeZone);
  const missing = batchesOf(closing, made, period).filter(({ batch }) => !recorded.has(batch));
  if (missing.length === 0) {
    await ports.closings.markSettled(gridId, closingNumber);
    return;
  }
  for (let start = 0; start < missing.length; start += batchesPerSendMax) {
    const batches = missing.slice(start, start + batchesPerSendMax);
    await ports.bus.sendTradeBatches(
      batches.map((body) => ({ messageId: batchMessageId(body), body })),
    );
  }
}
