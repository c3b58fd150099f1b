import { settleTimeframe } from '../domain/closeFrame.ts';
import type { Closing } from '../domain/closing.ts';
import { type Grid, gridDefaults } from '../domain/grid.ts';
import { zeroHash } from '../domain/hashChain.ts';
import type { ProsumerId } from '../domain/ids.ts';
import { type NettoLine, nettoLines } from '../domain/netto.ts';
import type { Member } from '../domain/prosumer.ts';
import type { Reading } from '../domain/reading.ts';
import { compactTimeframe, type Timeframe } from '../domain/timeframe.ts';
import type { StoredClosing } from '../ports/closingStore.ts';
import type { OrderStore } from '../ports/orderStore.ts';
import type { Ports } from '../ports/ports.ts';
import { estimateMissing } from './estimateMissing.ts';
import { type PublisherPorts, publishClosing } from './publishClosing.ts';

export type CommitterPorts = PublisherPorts &
  Pick<Ports, 'clock'> & { readonly orders: Pick<OrderStore, 'seal' | 'book'> };

/** A closing that is to take the next place in the chain. */
export type NextClosing = {
  readonly grid: Grid;
  readonly timeframe: Timeframe;
  /** What was last in the chain before anything else was read. */
  readonly last: StoredClosing | undefined;
  /** The latest revision and its netto, where the timeframe is closed already. */
  readonly corrects?: { readonly closing: StoredClosing; readonly lines: readonly NettoLine[] };
};

/**
 * Settles a timeframe on the book, the members and the readings that there are now, commits the
 * closing, and does what follows from it. `lost` when another has taken its place in the chain
 * meanwhile: then nothing is committed, and everything is to be read again.
 */
export async function commitClosing(
  ports: CommitterPorts,
  next: NextClosing,
): Promise<Closing | 'lost'> {
  const { grid, timeframe, last, corrects } = next;
  const { id: gridId, timeZone } = grid;
  if (last !== undefined) await catchUp(ports, last, timeZone);
  const book =
    corrects === undefined
      ? await ports.orders.seal(gridId, timeframe)
      : await ports.orders.book(gridId, timeframe);
  // One after the other: whoever has a reading in the snapshot was on the roster before it.
  const { readings, mark } = await ports.readings.snapshot(gridId, timeframe);
  const members = await ports.rosters.activeIn(gridId, timeframe);
  const lines = nettoLines(members, readings, await linesInstead(ports, next, members, readings));
  const settled = settleTimeframe({
    grid,
    timeframe,
    closingNumber: (last?.closingNumber ?? 0) + 1,
    closedThrough:
      last !== undefined && last.closedThrough > timeframe ? last.closedThrough : timeframe,
    previousHash: last?.hash ?? zeroHash,
    lines,
    book,
    ...(corrects && { corrects }),
    closedAt: ports.clock.now(),
    sha256: ports.sha256,
  });
  const digest = ports.sha256(JSON.stringify(lines)).slice(0, 32);
  const nettosId = `${compactTimeframe(timeframe)}.${settled.closing.revision}.${digest}`;
  const closing: Closing = { ...settled.closing, nettosId, readingsMark: mark, status: 'closed' };
  await ports.closings.putNettos(gridId, nettosId, lines);
  if (!(await ports.closings.create(closing))) return 'lost';
  // Committed. From here on everything can be derived again and sent again.
  await publishClosing(ports, closing, timeZone, settled);
  return closing;
}

/** A closer that died right after its commit left the totals behind; they follow in order. */
async function catchUp(ports: PublisherPorts, last: StoredClosing, timeZone: string) {
  const { closingNumber } = await ports.rosters.totals(last.gridId);
  if (closingNumber < last.closingNumber) await publishClosing(ports, last, timeZone);
}

/** What stands in for readings that are missing: a correction keeps the estimates before it. */
async function linesInstead(
  ports: Pick<Ports, 'readings'>,
  { grid, timeframe, corrects }: NextClosing,
  members: readonly Member[],
  readings: readonly Reading[],
): Promise<ReadonlyMap<ProsumerId, NettoLine>> {
  if (corrects !== undefined) {
    const estimated = corrects.lines.filter(({ status }) => status === 'estimated');
    return new Map(estimated.map((line) => [line.prosumerId, line]));
  }
  const { missingReadings = gridDefaults.missingReadings } = grid;
  const read = new Set(readings.map(({ prosumerId }) => prosumerId));
  const missing = members.map(({ prosumerId }) => prosumerId).filter((id) => !read.has(id));
  if (missingReadings !== 'estimate' || missing.length === 0) return new Map();
  return estimateMissing(ports, grid, timeframe, missing);
}
