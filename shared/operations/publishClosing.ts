import { assert } from '../domain/assert.ts';
import { billingPeriodOf } from '../domain/billingPeriod.ts';
import { batchesOf, type SettledTimeframe, tradesOfClosing } from '../domain/closeFrame.ts';
import type { Closing } from '../domain/closing.ts';
import type { ClosingInputs } from '../domain/closingTrades.ts';
import { energyDelta } from '../domain/energyDelta.ts';
import { batchMessageId } from '../domain/tradeId.ts';
import type { OrderStore } from '../ports/orderStore.ts';
import type { Ports } from '../ports/ports.ts';

export type PublisherPorts = Pick<
  Ports,
  'rosters' | 'readings' | 'closings' | 'ledger' | 'bus' | 'sha256'
> & { readonly orders: Pick<OrderStore, 'book'> };

/** How many messages go to the bus in one call. */
const batchesPerSendMax = 50;

/**
 * Does what follows from a committed closing: totals, a second look for readings, batches of
 * trades to be recorded. Repeatable; without what was `settled` it is derived again from what is
 * stored. The second look comes before the batches, so that `settled` implies that it was had.
 * `timeZone` is the grid's, in whose months trades are billed.
 */
export async function publishClosing(
  ports: PublisherPorts,
  closing: Closing,
  timeZone: string,
  settled?: Pick<SettledTimeframe, 'trades' | 'delta'>,
): Promise<void> {
  const { gridId, timeframe, revision, closingNumber } = closing;
  const { trades, delta } = settled ?? (await deriveAgain(ports, closing));
  await ports.rosters.applyClosing(closing, delta);
  await lookAgain(ports, closing);
  const recorded = new Set(
    settled === undefined ? await ports.ledger.recordedBatches(gridId, timeframe, revision) : [],
  );
  const period = billingPeriodOf(closing, timeZone);
  const missing = batchesOf(closing, trades, period).filter(({ batch }) => !recorded.has(batch));
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

/** Marks the timeframe where readings came that its closing does not contain. */
async function lookAgain(
  { readings, closings }: Pick<Ports, 'readings' | 'closings'>,
  { gridId, timeframe, revision, readingsMark }: Closing,
): Promise<void> {
  if (!(await readings.hasChangedSince(gridId, timeframe, readingsMark))) return;
  // A later revision took its readings after this one was there, and looks for what it lacks.
  const latest = await closings.latest(gridId, timeframe);
  if (latest?.revision === revision) await closings.markLate(gridId, [timeframe]);
}

async function deriveAgain(
  ports: Pick<PublisherPorts, 'orders' | 'closings' | 'sha256'>,
  closing: Closing,
): Promise<Pick<SettledTimeframe, 'trades' | 'delta'>> {
  const { gridId, timeframe, nettosId } = closing;
  const [lines, book, corrects] = await Promise.all([
    ports.closings.nettos(gridId, nettosId),
    ports.orders.book(gridId, timeframe),
    correctedBy(ports, closing),
  ]);
  const trades = tradesOfClosing(
    closing,
    { lines, book, ...(corrects && { corrects }) },
    ports.sha256,
  );
  return { trades, delta: energyDelta(lines, corrects?.lines) };
}

/** The revision that a closing corrects, and its netto; undefined for a first closing. */
async function correctedBy(
  { closings }: Pick<Ports, 'closings'>,
  { gridId, timeframe, revision }: Closing,
): Promise<ClosingInputs['corrects']> {
  if (revision === 0) return undefined;
  const revisions = await closings.revisions(gridId, timeframe);
  const closing = revisions.find((each) => each.revision === revision - 1);
  assert(closing !== undefined, `revision ${revision} of ${gridId} at ${timeframe} corrects one`);
  return { closing, lines: await closings.nettos(gridId, closing.nettosId) };
}
