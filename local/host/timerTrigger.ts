import type { HostClock } from './hostClock.ts';
import type { RpcTypedData } from './rpcTypes.ts';
import { isSubMinute, type TimerSchedule } from './timerSchedule.ts';
import type { TimerStatus, TimerStatusStore } from './timerStatusFile.ts';

/** A timer function's clockwork. */
export type TimerTrigger = {
  /** Begins; runs once at once where a run was missed, or where it is to run at each start. */
  start(): void;
  /** Runs it now, after a run that is under way. Throws what the function threw. */
  fire(): Promise<void>;
  /** Begins no further run. One that is under way goes on. */
  stop(): void;
};

export type TimerParts = {
  readonly name: string;
  readonly schedule: TimerSchedule;
  readonly runOnStartup: boolean;
  readonly useMonitor: boolean;
  readonly statuses: TimerStatusStore;
  readonly clock: HostClock;
  /** Runs the function; logs its failure and throws it. */
  readonly run: (input: RpcTypedData) => Promise<void>;
};

/**
 * Runs a timer as the host's timer extension does: however many runs were missed while the app was
 * down, one is made up for, marked past due; a run that outlasts the interval is followed by one,
 * at once; no two runs of a timer are ever under way together.
 */
export function createTimerTrigger(parts: TimerParts): TimerTrigger {
  const { name, schedule, statuses, clock } = parts;
  const isMonitored = parts.useMonitor && !isSubMinute(schedule, clock.nowMs());
  let isStopped = false;
  let cancel = () => {};
  let tail: Promise<void> = Promise.resolve();

  function runAfterOthers(isPastDue: boolean): Promise<void> {
    const isDone = tail.then(() => runOnce(isPastDue));
    // A failed run has been logged by `run`, and does not keep the next one from running.
    tail = isDone.catch(() => {});
    return isDone;
  }

  async function runOnce(isPastDue: boolean): Promise<void> {
    if (isStopped) throw new Error(`Timer "${name}" has been stopped.`);
    const startedMs = clock.nowMs();
    const status = isMonitored ? statuses.get(name) : undefined;
    try {
      await parts.run(timerInput(status, isPastDue));
    } finally {
      const nextMs = schedule.next(startedMs);
      // First of all: a status that cannot be kept must not be the end of the timer.
      if (!isStopped) waitUntil(nextMs);
      if (isMonitored) {
        statuses.set(name, { lastMs: startedMs, nextMs, lastUpdatedMs: startedMs });
      }
    }
  }

  function waitUntil(dueMs: number): void {
    cancel();
    cancel = clock.after(Math.max(0, dueMs - clock.nowMs()), () => {
      if (clock.nowMs() < dueMs) waitUntil(dueMs);
      else void runAfterOthers(false).catch(() => {});
    });
  }

  return {
    start() {
      const nowMs = clock.nowMs();
      const due = isMonitored ? dueStatus(statuses.get(name), schedule, nowMs) : undefined;
      if (due !== undefined) statuses.set(name, due);
      const isPastDue = due !== undefined && nowMs > due.nextMs;
      if (isPastDue || parts.runOnStartup) void runAfterOthers(isPastDue).catch(() => {});
      else waitUntil(due?.nextMs ?? schedule.next(nowMs));
    },
    fire: () => runAfterOthers(false),
    stop() {
      isStopped = true;
      cancel();
    },
  };
}

/** When the timer is due, seen from its last run. A schedule that has changed meanwhile owes nothing. */
function dueStatus(
  known: TimerStatus | undefined,
  schedule: TimerSchedule,
  nowMs: number,
): TimerStatus {
  // A status from a time to come is of a clock that ran ahead of this one: it says nothing here.
  if (known === undefined || known.lastUpdatedMs > nowMs) {
    return { nextMs: schedule.next(nowMs), lastUpdatedMs: nowMs };
  }
  const nextMs = schedule.next(known.lastMs ?? known.lastUpdatedMs);
  if (nextMs === known.nextMs) return known;
  return { nextMs: nextMs < nowMs ? schedule.next(nowMs) : nextMs, lastUpdatedMs: nowMs };
}

/** The host's TimerInfo: Pascal case, which the library changes; an instant that never was is year 1. */
function timerInput(status: TimerStatus | undefined, isPastDue: boolean): RpcTypedData {
  const instant = (ms: number | undefined) =>
    ms === undefined ? '0001-01-01T00:00:00' : new Date(ms).toISOString();
  const scheduleStatus = status && {
    Last: instant(status.lastMs),
    Next: instant(status.nextMs),
    LastUpdated: instant(status.lastUpdatedMs),
  };
  return {
    json: JSON.stringify({
      Schedule: { AdjustForDST: true },
      ScheduleStatus: scheduleStatus ?? null,
      IsPastDue: isPastDue,
    }),
  };
}
