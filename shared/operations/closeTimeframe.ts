import { assert } from '../domain/assert.ts';
import type { Closing } from '../domain/closing.ts';
import type { CloseCommand } from '../domain/messages.ts';
import { compactTimeframe, type Timeframe } from '../domain/timeframe.ts';
import type { Ports } from '../ports/ports.ts';
import type { CorrectionsPorts } from './closeTimeframes.ts';
import { isDue, nextToClose } from './closeTimeframes.ts';
import { type CommitterPorts, commitClosing } from './commitClosing.ts';
import { correctTimeframe } from './correctTimeframe.ts';

/** How many timeframes one command closes; what is left before its own is asked for again. */
const timeframesPerCommandMax = 96;
/** How often a closer that lost the race for a closing number starts again. */
const attemptsMax = 64;

export type CloserPorts = CommitterPorts & CorrectionsPorts & Pick<Ports, 'grids' | 'log'>;

/** What a command led to: the closings it made, oldest first. */
export type CloseReport = { readonly closed: readonly Closing[] };

/**
 * Closes a timeframe: book, readings, nettos, trades, one commit. Timeframes of a grid close in
 * order, so those before it that are due close first. One that is closed and lacks readings is
 * corrected, and for one that is not settled what follows the commit is done again. Safe to repeat
 * and to run twice at once: the same readings give the same closing, of two closers one commits.
 */
export async function closeTimeframe(
  ports: CloserPorts,
  command: CloseCommand,
): Promise<CloseReport> {
  const closed: Closing[] = [];
  let lost = 0;
  while (lost < attemptsMax) {
    const made = await makeNext(ports, command, closed.length);
    if (made === undefined) return { closed };
    if (made === 'lost') lost += 1;
    else closed.push(made);
  }
  const { gridId, timeframe } = command;
  throw new Error(`Closing ${gridId} ${timeframe}: others took the place in the chain each time.`);
}

/**
 * Makes the next closing that the command asks for, after so many that it led to. Undefined when
 * there is none, `lost` when another closer committed first.
 */
async function makeNext(
  ports: CloserPorts,
  command: CloseCommand,
  madeCount: number,
): Promise<Closing | 'lost' | undefined> {
  const { gridId, timeframe } = command;
  const grid = (await ports.grids.get(gridId))?.value;
  assert(grid !== undefined, `grid ${gridId} of the command exists`);
  const last = await ports.closings.last(gridId);
  if (last !== undefined && timeframe <= last.closedThrough) {
    return madeCount === 0 ? correctTimeframe(ports, grid, last, timeframe) : undefined;
  }
  const next = nextToClose(grid, last?.closedThrough);
  if (!isDue(grid, next, ports.clock.now())) return undefined;
  if (madeCount < timeframesPerCommandMax) {
    return commitClosing(ports, { grid, timeframe: next, last });
  }
  await askAgain(ports, command, next);
  return undefined;
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
