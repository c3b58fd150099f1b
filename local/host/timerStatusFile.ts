import { renameSync, writeFileSync } from 'node:fs';
import { readIfThere } from '../readIfThere.ts';

/** What is known of a timer's runs; instants in milliseconds. */
export type TimerStatus = {
  /** Absent until it has run once under this schedule. */
  readonly lastMs?: number;
  readonly nextMs: number;
  readonly lastUpdatedMs: number;
};

/** Keeps the status of each monitored timer over restarts. */
export type TimerStatusStore = {
  get(timerName: string): TimerStatus | undefined;
  set(timerName: string, status: TimerStatus): void;
};

/** One JSON file for all timers, replaced as a whole. Throws when the file is something else. */
export function openTimerStatusFile(file: string): TimerStatusStore {
  const statuses = new Map(Object.entries(read(file)));
  return {
    get: (timerName) => statuses.get(timerName),
    set(timerName, status) {
      statuses.set(timerName, status);
      const next = `${file}.next`;
      writeFileSync(next, `${JSON.stringify(Object.fromEntries(statuses), undefined, 2)}\n`);
      renameSync(next, file);
    },
  };
}

function read(file: string): Record<string, TimerStatus> {
  const text = readIfThere(file);
  if (text === undefined) return {};
  const value = parse(text);
  if (!isStatuses(value)) {
    throw new Error(`${file} does not hold the status of timers; delete it to start them afresh.`);
  }
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isStatuses(value: unknown): value is Record<string, TimerStatus> {
  return isObject(value) && Object.values(value).every(isStatus);
}

function isStatus(value: unknown): boolean {
  if (!isObject(value)) return false;
  const last: unknown = Reflect.get(value, 'lastMs');
  const others = [Reflect.get(value, 'nextMs'), Reflect.get(value, 'lastUpdatedMs')];
  return [...others, last ?? 0].every((each) => Number.isFinite(each));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
