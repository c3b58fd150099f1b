import { Cron } from 'croner';

/** The instants of a schedule, in UTC milliseconds. */
export type TimerSchedule = {
  /** The first one after an instant. */
  next(afterMs: number): number;
};

const monthNames = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec';
const dayNames = 'sun|mon|tue|wed|thu|fri|sat';
const INTERVALS_LOOKED_AT = 10;
const MINUTE_MS = 60_000;

/**
 * Reads an NCRONTAB expression: `{second} {minute} {hour} {day} {month} {day of week}`; with five
 * fields the second is 0. Day of month and day of week must both fit, as NCRONTAB has it.
 * Throws, with the expression, on anything else and on a schedule that never comes.
 */
export function parseTimerSchedule(expression: string): TimerSchedule {
  const fields = expression.trim().split(/\s+/);
  const six = fields.length === 5 ? ['0', ...fields] : fields;
  if (six.length !== 6 || !six.every((field, index) => isField(field, index))) {
    throw new Error(`"${expression}" is not an NCRONTAB schedule of six fields.`);
  }
  const cron = new Cron(six.join(' '), {
    timezone: 'UTC',
    paused: true,
    domAndDow: true,
    mode: '6-part',
  });
  const next = (afterMs: number): number => {
    const instant = cron.nextRun(new Date(afterMs));
    if (instant === null) throw new Error(`The schedule "${expression}" has no next instant.`);
    return instant.getTime();
  };
  next(0);
  return { next };
}

/** Does the schedule come more than once a minute? Such a one is not monitored by the host. */
export function isSubMinute(schedule: TimerSchedule, nowMs: number): boolean {
  let previousMs = schedule.next(nowMs);
  for (let count = 1; count < INTERVALS_LOOKED_AT; count += 1) {
    const nextMs = schedule.next(previousMs);
    if (nextMs - previousMs < MINUTE_MS) return true;
    previousMs = nextMs;
  }
  return false;
}

/** Only what NCRONTAB knows: the parser behind takes more (L, W, #, ?, 7 for Sunday). */
function isField(field: string, index: number): boolean {
  const names = index === 4 ? `|${monthNames}` : index === 5 ? `|${dayNames}` : '';
  const value = index === 5 ? `[0-6]${names}` : `\\d{1,2}${names}`;
  const item = `(?:\\*|(?:${value})(?:-(?:${value}))?)(?:/\\d{1,2})?`;
  return new RegExp(`^${item}(?:,${item})*$`, 'i').test(field);
}
