import { assert } from '../domain/assert.ts';
import { settleTimeframe } from '../domain/closeFrame.ts';
import type { Closing } from '../domain/closing.ts';
import type { Grid } from '../domain/grid.ts';
import { zeroHash } from '../domain/hashChain.ts';
import type { CloseCommand } from '../domain/messages.ts';
import { compactTimeframe, type Timeframe } from '../domain/timeframe.ts';
import type { StoredClosing } from '../ports/closingStore.ts';
import type { Ports } from '../ports/ports.ts';
import { isDue, nextToClose } from './closeTimeframes.ts';
import { publishClosing } from './publishClosing.ts';

/** How many timeframes one command closes; what is left before its own is asked for again. */
const timeframesPerCommandMax = 96;
/** How often a closer that lost the race for a closing number starts again. */
const attemptsMax = 64;

export type CloserPorts = Pick<
  Ports,
  'grids' | 'rosters' | 'readings' | 'closings' | 'ledger' | 'bus' | 'clock' | 'sha256' | 'log'
>;

/** What a command led to: the closings it made, oldest first. */
export type CloseReport = { readonly closed: readonly Closing[] };

/**
 * Closes a timeframe: readings, nettos, trades, one commit. Timeframes of a grid close in order,
 * so those before it that are due close first. Safe to repeat and to run twice at once: the same
 * readings give the same closing, and of two closers one commits. For a timeframe that is closed
 * and not settled, what follows the commit is done again.
 */
export async function closeTimeframe(
  ports: CloserPorts,
  { gridId, timeframe }: CloseCommand,
): Promise<CloseReport> {
  const closed: Closing[] = [];
  let lost = 0;
  while (lost < attemptsMax) {
    const grid = (await ports.grids.get(gridId))?.value;
    assert(grid !== undefined, `grid ${gridId} of the command exists`);
    const last = await ports.closings.last(gridId);
    if (last !== undefined && timeframe <= last.closedThrough) {
      if (closed.length === 0) await publishAgain(ports, grid, timeframe);
      return { closed };
    }
    const next = nextToClose(grid, last?.closedThrough);
    if (!isDue(grid, next, ports.clock.now())) return { closed };
    if (closed.length >= timeframesPerCommandMax) {
      await askAgain(ports, { gridId, timeframe }, next);
      return { closed };
    }
    const closing = await closeNext(ports, grid, last, next);
    if (closing === undefined) lost += 1;
    else closed.push(closing);
  }
  throw new Error(`Closing ${gridId} ${timeframe}: others took the place in the chain each time.`);
}

/** Closes the one timeframe that is next. Undefined when another closer committed first. */
async function closeNext(
  ports: CloserPorts,
  grid: Grid,
  last: StoredClosing | undefined,
  timeframe: Timeframe,
): Promise<Closing | undefined> {
  if (last !== undefined) await catchUp(ports, grid, last);
  const [members, { readings, mark }] = await Promise.all([
    ports.rosters.activeIn(grid.id, timeframe),
    ports.readings.snapshot(grid.id, timeframe),
  ]);
  const {
    closing: draft,
    lines,
    trades,
  } = settleTimeframe({
    grid,
    timeframe,
    revision: 0,
    closingNumber: (last?.closingNumber ?? 0) + 1,
    closedThrough: timeframe,
    previousHash: last?.hash ?? zeroHash,
    members,
    readings,
    closedAt: ports.clock.now(),
    sha256: ports.sha256,
  });
  const digest = ports.sha256(JSON.stringify(lines)).slice(0, 32);
  const nettosId = `${compactTimeframe(timeframe)}.${draft.revision}.${digest}`;
  const closing: Closing = { ...draft, nettosId, readingsMark: mark, status: 'closed' };
  await ports.closings.putNettos(grid.id, nettosId, lines);
  if (!(await ports.closings.create(closing))) return undefined;
  // Committed. From here on everything can be derived again and sent again.
  await publishClosing(ports, closing, grid.timeZone, lines, trades);
  return closing;
}

/** A closer that died right after its commit left the totals behind; they follow in order. */
async function catchUp(ports: CloserPorts, { timeZone }: Grid, last: StoredClosing): Promise<void> {
  const { closingNumber } = await ports.rosters.totals(last.gridId);
  if (closingNumber < last.closingNumber) await publishClosing(ports, last, timeZone);
}

async function publishAgain(
  ports: CloserPorts,
  { id: gridId, timeZone }: Grid,
  timeframe: Timeframe,
): Promise<void> {
  for (const closing of await ports.closings.revisions(gridId, timeframe)) {
    if (closing.status === 'closed') await publishClosing(ports, closing, timeZone);
  }
}

async function askAgain(
  { bus }: Pick<Ports, 'bus'>,
  command: CloseCommand,
  next: Timeframe,
): Promise<void> {
  const { gridId, timeframe } = command;
  const from = compactTimeframe(next);
  const messageId = `${gridId}.${compactTimeframe(timeframe)}.close.from.${from}`;
  await bus.sendCloseCommands([{ messageId, body: command }]);
}
