import { type Grid, gridDefaults } from '../domain/grid.ts';
import type { GridId } from '../domain/ids.ts';
import type { CloseCommand } from '../domain/messages.ts';
import {
  addMinutes,
  compactTimeframe,
  firstTimeframeFrom,
  type Instant,
  minutesPerDay,
  nextTimeframe,
  type Timeframe,
} from '../domain/timeframe.ts';
import type { Message } from '../ports/bus.ts';
import type { Versioned } from '../ports/page.ts';
import type { Ports } from '../ports/ports.ts';
import type { ProsumerStore } from '../ports/prosumerStore.ts';
import { purgedBefore } from './purgedBefore.ts';
import { rosterProsumers } from './rosterProsumer.ts';

const gridsPerPage = 100;
/** A grid that was down for longer is caught up with over several runs of the timer. */
const dueTimeframesPerRunMax = 1_000;
const unsettledPerRunMax = 50;
/** Late timeframes of a grid that one run asks for, the oldest first: no more wait in the queue. */
const latePerRunMax = 100;
/** How long after its closing a timeframe that is not settled is looked at again. */
const resendAfterMinutes = 5;

type TimerPorts = Pick<
  Ports,
  'grids' | 'closings' | 'readings' | 'prosumers' | 'rosters' | 'bus' | 'clock' | 'log'
>;

/**
 * Finds what is due, for every grid and however long the app was down, and sends one command per
 * grid and timeframe. Also asks for what is to be corrected, and sends again what stayed unsettled.
 * Repeatable: ids are derived, and a command for what is closed already does no harm.
 */
export async function closeTimeframes(ports: TimerPorts): Promise<{ readonly commands: number }> {
  await rosterProsumers(ports);
  const now = ports.clock.now();
  let commands = 0;
  let after: GridId | undefined;
  do {
    const page = await ports.grids.list({ limit: gridsPerPage, ...(after && { after }) });
    for (const stored of page.items) {
      const messages = [
        ...(await dueCommands(ports, stored, now)),
        ...(await lateCommands(ports, stored, now)),
        ...(await unsettledCommands(ports, stored.value, now)),
      ];
      if (messages.length > 0) await ports.bus.sendCloseCommands(messages);
      commands += messages.length;
    }
    after = page.next;
  } while (after !== undefined);
  return { commands };
}

/** The message id names the grid's settings too: a grid that was paused and runs again is heard again. */
async function dueCommands(
  { closings }: Pick<Ports, 'closings'>,
  { value: grid, etag }: Versioned<Grid>,
  now: Instant,
): Promise<readonly Message<CloseCommand>[]> {
  if (grid.paused) return [];
  const last = await closings.last(grid.id);
  return dueTimeframes(grid, last?.closedThrough, now).map((timeframe) => ({
    messageId: `${grid.id}.${compactTimeframe(timeframe)}.close.${etag}`,
    body: { gridId: grid.id, timeframe },
  }));
}

/**
 * The message id names what is to be corrected, and so it is asked for once within the window in
 * which a bus drops duplicates. What is to be corrected of the correction is another thing.
 */
async function lateCommands(
  { closings, ...ports }: Pick<Ports, 'closings'> & CorrectionsPorts,
  { value: grid, etag }: Versioned<Grid>,
  now: Instant,
): Promise<readonly Message<CloseCommand>[]> {
  if (grid.paused) return [];
  const from = await correctionsFrom(ports, grid, now);
  const late = await closings.listLate(grid.id, from, latePerRunMax);
  return late.map(({ timeframe, revision }) => ({
    messageId: `${grid.id}.${compactTimeframe(timeframe)}.fix.${revision}.${etag}`,
    body: { gridId: grid.id, timeframe },
  }));
}

async function unsettledCommands(
  { closings }: Pick<Ports, 'closings'>,
  { id: gridId }: Grid,
  now: Instant,
): Promise<readonly Message<CloseCommand>[]> {
  const unsettled = await closings.listUnsettled(gridId, unsettledPerRunMax);
  return unsettled
    .filter(({ closedAt }) => addMinutes(closedAt, resendAfterMinutes) <= now)
    .map(({ timeframe, closingNumber }) => ({
      messageId: `${gridId}.${compactTimeframe(timeframe)}.resend.${closingNumber}.${now}`,
      body: { gridId, timeframe },
    }));
}

/** The timeframes of a grid that may close now, oldest first; at most `dueTimeframesPerRunMax`. */
export function dueTimeframes(
  grid: Grid,
  closedThrough: Timeframe | undefined,
  now: Instant,
): readonly Timeframe[] {
  const due: Timeframe[] = [];
  let timeframe = nextToClose(grid, closedThrough);
  while (due.length < dueTimeframesPerRunMax && isDue(grid, timeframe, now)) {
    due.push(timeframe);
    timeframe = nextTimeframe(timeframe, grid.timeframeMinutes);
  }
  return due;
}

export function nextToClose(grid: Grid, closedThrough: Timeframe | undefined): Timeframe {
  return closedThrough === undefined
    ? firstTimeframeFrom(grid.activeFrom, grid.timeframeMinutes)
    : nextTimeframe(closedThrough, grid.timeframeMinutes);
}

/** Its end and the grace after it have passed, and the grid was still active at its start. */
export function isDue(grid: Grid, timeframe: Timeframe, now: Instant): boolean {
  const isInGrid = grid.activeUntil === undefined || timeframe < grid.activeUntil;
  const closesAt = addMinutes(timeframe, grid.timeframeMinutes + grid.graceMinutes);
  return isInGrid && !grid.paused && closesAt <= now;
}

/** A timeframe that starts before this is not corrected any more. */
export function correctableFrom(
  { correctionDays = gridDefaults.correctionDays }: Grid,
  now: Instant,
): Instant {
  return addMinutes(now, -correctionDays * minutesPerDay);
}

/** What says from when on timeframes of a grid are corrected. */
export type CorrectionsPorts = Pick<Ports, 'readings'> & {
  readonly prosumers: Pick<ProsumerStore, 'erasedThrough'>;
};

/**
 * A timeframe that starts before this is not corrected: it is too old, or its readings are purged, and
 * settled on what is left of them everybody else would count as missing; or somebody may have been in it
 * whose personal data is erased, and nobody would know whom to bill or to pay what changes.
 */
export async function correctionsFrom(
  { readings, prosumers }: CorrectionsPorts,
  grid: Grid,
  now: Instant,
): Promise<Instant> {
  const from = correctableFrom(grid, now);
  const purged = await purgedBefore({ readings }, grid.id, from, now);
  const erased = await prosumers.erasedThrough(grid.id);
  return [purged, erased].reduce<Instant>(
    (latest, each) => (each !== undefined && each > latest ? each : latest),
    from,
  );
}
