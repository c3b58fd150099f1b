import {
  completenessOf,
  type DayCompleteness,
  openState,
  type ReadingState,
  settledState,
} from '../domain/completeness.ts';
import type { Grid } from '../domain/grid.ts';
import type { GridId, ProsumerId } from '../domain/ids.ts';
import type { NettoLine } from '../domain/netto.ts';
import { isActiveIn, type Member } from '../domain/prosumer.ts';
import type { Reading } from '../domain/reading.ts';
import { type Timeframe, timeframeEnd } from '../domain/timeframe.ts';
import type { StoredClosing } from '../ports/closingStore.ts';
import type { PageRequest } from '../ports/page.ts';
import type { Ports } from '../ports/ports.ts';

export type CompletenessPorts = Pick<
  Ports,
  'grids' | 'rosters' | 'readings' | 'closings' | 'clock'
>;
type StorePorts = Pick<Ports, 'rosters' | 'readings' | 'closings'>;

const closingsPerRead = 100;
/** Timeframes that are read at the same time. */
const timeframesAtOnce = 16;

export type DayPage = {
  readonly rows: readonly DayCompleteness[];
  /** The prosumer behind which the day goes on. */
  readonly next?: ProsumerId;
};

/**
 * The completeness of a page of prosumers in the given timeframes of a day, one or more that follow
 * one another. A timeframe costs one read of its netto; one that was corrected two more, and one that
 * is marked as late, or not closed, a read of the readings of these prosumers.
 */
export async function dayCompleteness(
  ports: StorePorts,
  grid: Grid,
  day: string,
  timeframes: readonly Timeframe[],
  page: PageRequest<ProsumerId>,
): Promise<DayPage> {
  const { items: members, next } = await ports.rosters.list(grid.id, page);
  const closings = await closingsOf(ports, grid, timeframes);
  const states = members.map((): (ReadingState | undefined)[] => []);
  for (let at = 0; at < timeframes.length; at += timeframesAtOnce) {
    const part = timeframes.slice(at, at + timeframesAtOnce);
    const read = await Promise.all(
      part.map((timeframe) => {
        const closing = closings.get(timeframe);
        return closing === undefined
          ? openStates(ports, grid.id, timeframe, members)
          : settledStates(ports, closing, members, page);
      }),
    );
    for (const stateOf of read) {
      for (const [index, { prosumerId }] of members.entries()) {
        states[index]?.push(stateOf(prosumerId));
      }
    }
  }
  const rows = members
    .map(({ prosumerId }, index) =>
      completenessOf({ day, prosumerId }, timeframes, states[index] ?? [], grid.timeframeMinutes),
    )
    .filter(({ expected, unsettledLate }) => expected > 0 || unsettledLate > 0);
  return { rows, ...(next !== undefined && { next }) };
}

type StateOf = (prosumerId: ProsumerId) => ReadingState | undefined;

/** The latest revision of each timeframe that is closed. */
async function closingsOf(
  { closings }: StorePorts,
  { id: gridId, timeframeMinutes }: Grid,
  timeframes: readonly Timeframe[],
): Promise<ReadonlyMap<Timeframe, StoredClosing>> {
  const found = new Map<Timeframe, StoredClosing>();
  const [from] = timeframes;
  const last = timeframes.at(-1);
  if (from === undefined || last === undefined) return found;
  const range = { from, to: timeframeEnd(last, timeframeMinutes) };
  let after: Timeframe | undefined;
  do {
    const page = { ...(after && { after }), limit: closingsPerRead };
    const { items, next } = await closings.list(gridId, range, page);
    for (const closing of items) found.set(closing.timeframe, closing);
    after = next;
  } while (after !== undefined);
  return found;
}

async function openStates(
  { readings }: StorePorts,
  gridId: GridId,
  timeframe: Timeframe,
  members: readonly Member[],
): Promise<StateOf> {
  const active = members.filter((member) => isActiveIn(member, timeframe));
  const ids = active.map(({ prosumerId }) => prosumerId);
  const latest = await latestOf(readings, gridId, timeframe, ids);
  const expected = new Set(ids);
  return (prosumerId) => (expected.has(prosumerId) ? openState(latest.get(prosumerId)) : undefined);
}

async function settledStates(
  { closings, readings }: StorePorts,
  closing: StoredClosing,
  members: readonly Member[],
  page: PageRequest<ProsumerId>,
): Promise<StateOf> {
  const { gridId, timeframe, nettosId, revision } = closing;
  const ids = closing.hasLateReadings ? members.map(({ prosumerId }) => prosumerId) : [];
  const [lines, first, latest] = await Promise.all([
    linesOf(closings, gridId, nettosId, page),
    revision === 0 ? undefined : firstLines(closings, closing, page),
    latestOf(readings, gridId, timeframe, ids),
  ]);
  return (prosumerId) => {
    const line = lines.get(prosumerId);
    const firstLine = first === undefined ? line : first.get(prosumerId);
    return settledState(line, firstLine, latest.get(prosumerId));
  };
}

async function firstLines(
  closings: Ports['closings'],
  { gridId, timeframe }: StoredClosing,
  page: PageRequest<ProsumerId>,
): Promise<ReadonlyMap<ProsumerId, NettoLine>> {
  const [first] = await closings.revisions(gridId, timeframe);
  return first === undefined ? new Map() : linesOf(closings, gridId, first.nettosId, page);
}

/** Who has a line is a member: the page of lines behind a member holds those of the page of members. */
async function linesOf(
  closings: Ports['closings'],
  gridId: GridId,
  nettosId: string,
  page: PageRequest<ProsumerId>,
): Promise<ReadonlyMap<ProsumerId, NettoLine>> {
  const { items } = await closings.listNettos(gridId, nettosId, page);
  return new Map(items.map((line) => [line.prosumerId, line]));
}

/** The latest readings of these prosumers; of nobody, without asking. */
async function latestOf(
  readings: Ports['readings'],
  gridId: GridId,
  timeframe: Timeframe,
  ids: readonly ProsumerId[],
): Promise<ReadonlyMap<ProsumerId, Reading>> {
  return ids.length === 0 ? new Map() : readings.latestOf(gridId, timeframe, ids);
}
