import { assert } from './assert.ts';
import type { ProsumerId } from './ids.ts';
import type { NettoLine } from './netto.ts';
import type { Reading } from './reading.ts';
import { type Instant, type Timeframe, timeframeEnd } from './timeframe.ts';

/** What has come from a prosumer for a timeframe that has ended. */
export type ReadingState = {
  /** Absent: it takes no part in the timeframe as that was last settled. */
  readonly status?: NettoLine['status'];
  /** Its reading came after the timeframe had closed; a correction contains it. */
  readonly isLate: boolean;
  /** A reading is there that the latest revision does not contain. */
  readonly isUnsettled: boolean;
};

/** Half-open. */
export type Gap = {
  readonly from: Timeframe;
  readonly to: Instant;
  readonly kind: Exclude<NettoLine['status'], 'received'>;
};

/**
 * How complete the readings of one prosumer are on one local day, as far as it has ended.
 * expected = received + missing + estimated; Σ timeframes of the gaps = missing + estimated.
 */
export type DayCompleteness = {
  readonly day: string;
  readonly prosumerId: ProsumerId;
  readonly expected: number;
  readonly received: number;
  readonly missing: number;
  readonly estimated: number;
  readonly late: number;
  readonly unsettledLate: number;
  /** By `from` ascending, each as long as it can be. */
  readonly gaps: readonly Gap[];
};

/**
 * Counts the states of one prosumer on one day. `timeframes` follow one another without a break;
 * the states line up with them, undefined where nothing was expected and nothing came.
 */
export function completenessOf(
  { day, prosumerId }: Pick<DayCompleteness, 'day' | 'prosumerId'>,
  timeframes: readonly Timeframe[],
  states: readonly (ReadingState | undefined)[],
  timeframeMinutes: number,
): DayCompleteness {
  assert(timeframes.length === states.length, 'there is a state for each timeframe');
  const counts = { received: 0, missing: 0, estimated: 0 };
  let late = 0;
  let unsettledLate = 0;
  for (const state of states) {
    if (state?.status !== undefined) counts[state.status] += 1;
    if (state?.isLate) late += 1;
    if (state?.isUnsettled) unsettledLate += 1;
  }
  return {
    day,
    prosumerId,
    expected: counts.received + counts.missing + counts.estimated,
    ...counts,
    late,
    unsettledLate,
    gaps: gapsOf(timeframes, states, timeframeMinutes),
  };
}

/**
 * The state in a closed timeframe: by its line in the latest revision, its line in the first one, and
 * its latest reading where the timeframe is marked as late. Undefined when there is none of them.
 */
export function settledState(
  line: NettoLine | undefined,
  first: NettoLine | undefined,
  reading: Reading | undefined,
): ReadingState | undefined {
  const settled = line?.version ?? 0;
  const isUnsettled = (reading?.version ?? 0) > settled;
  if (line === undefined) return isUnsettled ? { isLate: false, isUnsettled } : undefined;
  return { status: line.status, isLate: settled > (first?.version ?? 0), isUnsettled };
}

/** The state in a timeframe that has ended and not closed, of a prosumer that takes part in it. */
export function openState(reading: Reading | undefined): ReadingState {
  const status =
    reading === undefined ? 'missing' : reading.quality === 'estimated' ? 'estimated' : 'received';
  return { status, isLate: false, isUnsettled: false };
}

/** Was everything received that was expected, and in time? */
export function isComplete(of: DayCompleteness): boolean {
  return of.received === of.expected && of.late === 0 && of.unsettledLate === 0;
}

function gapsOf(
  timeframes: readonly Timeframe[],
  states: readonly (ReadingState | undefined)[],
  timeframeMinutes: number,
): Gap[] {
  const gaps: Gap[] = [];
  let open: { readonly from: Timeframe; readonly kind: Gap['kind'] } | undefined;
  for (const [index, timeframe] of timeframes.entries()) {
    const status = states[index]?.status;
    const kind = status === 'received' ? undefined : status;
    if (kind === open?.kind) continue;
    if (open !== undefined) gaps.push({ ...open, to: timeframe });
    open = kind && { from: timeframe, kind };
  }
  const last = timeframes.at(-1);
  if (open !== undefined && last !== undefined) {
    gaps.push({ ...open, to: timeframeEnd(last, timeframeMinutes) });
  }
  return gaps;
}
