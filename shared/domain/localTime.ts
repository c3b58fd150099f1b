import { assert } from './assert.ts';
import { type Instant, instantOf, msOf, parseInstant } from './timeframe.ts';

/** Half-open range of UTC. */
export type InstantRange = { readonly from: Instant; readonly to: Instant };

/** The instants at which the clocks of a zone show a local time: as a rule one. */
export type LocalResolution =
  | { readonly kind: 'one'; readonly instant: Instant }
  /** Skipped when clocks go forward, or no date and time at all. */
  | { readonly kind: 'none' }
  /** Shown twice, as clocks go back. */
  | { readonly kind: 'two'; readonly earlier: Instant; readonly later: Instant };

/** Is it the name of an IANA time zone that this platform knows? Offsets as `+01:00` are no zones. */
export function isTimeZone(name: string): boolean {
  if (!zoneNamePattern.test(name)) return false;
  try {
    formatterOf(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/**
 * The local day an instant belongs to, as `2026-03-29`: the one whose `localDayRange` holds it. That
 * is the date on the calendar, but for the minutes after midnight that some clocks once set back to
 * the evening before: a day that has begun does not end for that.
 */
export function localDayOf(instant: Instant, timeZone: string): string {
  const ms = msOf(instant);
  const wallMs = wallMsOf(ms, timeZone);
  const day = dayText(wallMs);
  const leftOfDayMs = msPerDay - (wallMs % msPerDay);
  if (leftOfDayMs > setBackMaxMs) return day;
  const nextMidnightMs = wallMs + leftOfDayMs;
  return startOfDay(nextMidnightMs, timeZone) <= ms ? dayText(nextMidnightMs) : day;
}

/** What the clocks of a zone show. */
export type LocalTime = {
  /** As `2026-03-29`. */
  readonly day: string;
  /** From 0, a Monday, to 6. */
  readonly weekday: number;
  readonly minuteOfDay: number;
};

/** What the clocks of a zone show at an instant, to the minute. Throws for an unknown zone. */
export function localTimeOf(instant: Instant, timeZone: string): LocalTime {
  const wallMs = wallMsOf(msOf(instant), timeZone);
  const days = Math.floor(wallMs / msPerDay);
  return {
    day: dayText(wallMs),
    weekday: (days + weekdayOfFirstDay) % daysPerWeek,
    minuteOfDay: Math.floor((wallMs - days * msPerDay) / msPerMinute),
  };
}

/** The local month an instant belongs to, as `2026-03`. */
export function localMonthOf(instant: Instant, timeZone: string): string {
  return localDayOf(instant, timeZone).slice(0, 'YYYY-MM'.length);
}

/**
 * The UTC range of a local day: from the first instant that shows it to the first of the next. It is
 * empty for a day that a zone left out. Throws for what is no date, and for an unknown zone.
 */
export function localDayRange(day: string, timeZone: string): InstantRange {
  const midnightMs = wallMsOfDay(day);
  const nextMidnightMs = midnightMs + msPerDay;
  return rangeOf(startOfDay(midnightMs, timeZone), startOfDay(nextMidnightMs, timeZone));
}

/** The UTC range of a local month given as `2026-03`. Throws for what is no month. */
export function localMonthRange(month: string, timeZone: string): InstantRange {
  const firstMs = wallMsOfDay(`${month}-01`);
  // 31 days on from the first of a month is always in the next one, on its first day or soon after.
  const inNextMs = firstMs + 31 * msPerDay;
  const nextFirstMs = inNextMs - (Number(dayText(inNextMs).slice(-2)) - 1) * msPerDay;
  return rangeOf(startOfDay(firstMs, timeZone), startOfDay(nextFirstMs, timeZone));
}

/** When was it `YYYY-MM-DDTHH:MM` in this zone? Throws for an unknown zone. */
export function resolveLocal(localDateTime: string, timeZone: string): LocalResolution {
  const isMinute = localDateTime.length === 'YYYY-MM-DDTHH:MM'.length;
  const asUtc = isMinute ? parseInstant(`${localDateTime}Z`) : undefined;
  if (asUtc === undefined) return { kind: 'none' };
  const [first, second] = instantsShowing(msOf(asUtc), timeZone);
  if (first === undefined) return { kind: 'none' };
  if (second === undefined) return { kind: 'one', instant: instantOf(first) };
  return { kind: 'two', earlier: instantOf(first), later: instantOf(second) };
}

const msPerSecond = 1000;
const msPerMinute = 60_000;
const msPerDay = 86_400_000;
const daysPerWeek = 7;
/** 1 January 1970 was a Thursday. */
const weekdayOfFirstDay = 3;
/** Clocks are set back by less than this; a whole day was last lived twice long before 2000. */
const setBackMaxMs = 3 * 3_600_000;
/** There are some 600 names of zones. A community, or a test, uses a few. */
const formattersMax = 64;
const zoneNamePattern = /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/;
const formatters = new Map<string, Intl.DateTimeFormat>();

/** The first instant of a local day, in ms; of a day without midnight, when clocks jumped over it. */
function startOfDay(midnightMs: number, timeZone: string): number {
  const [first] = instantsShowing(midnightMs, timeZone);
  return first ?? firstShowingAfter(midnightMs, timeZone);
}

/**
 * The instants at which clocks show this, ascending: `wallMs` is the local date and time read as if
 * it were UTC. Offsets a day before and after are the only ones possible, as zones do not change
 * theirs twice within two days; each is tried.
 */
function instantsShowing(wallMs: number, timeZone: string): number[] {
  const before = wallMs - offsetMsAt(wallMs - msPerDay, timeZone);
  const after = wallMs - offsetMsAt(wallMs + msPerDay, timeZone);
  // Both show it only where clocks were set back, and then the offset before is the larger one.
  const candidates = before === after ? [before] : [before, after];
  return candidates.filter((ms) => wallMsOf(ms, timeZone) === wallMs);
}

/** The instant at which clocks jumped over this local time, found by halving two days to a second. */
function firstShowingAfter(wallMs: number, timeZone: string): number {
  let low = (wallMs - msPerDay) / msPerSecond;
  let high = (wallMs + msPerDay) / msPerSecond;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (wallMsOf(middle * msPerSecond, timeZone) < wallMs) low = middle;
    else high = middle;
  }
  return high * msPerSecond;
}

function wallMsOf(ms: number, timeZone: string): number {
  return ms + offsetMsAt(ms, timeZone);
}

/** How far local time is ahead of UTC. Written by the platform as `…, GMT+02:00`, or `GMT` for none. */
function offsetMsAt(ms: number, timeZone: string): number {
  const text = formatterOf(timeZone).format(ms);
  const at = text.lastIndexOf('GMT') + 'GMT'.length;
  if (at === text.length) return 0;
  const [hours = '', minutes = '', seconds = '0'] = text.slice(at + 1).split(':');
  const offset = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  assert(Number.isInteger(offset), () => `the offset of ${timeZone} cannot be read from: ${text}`);
  return (text[at] === '+' ? offset : -offset) * msPerSecond;
}

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known !== undefined) return known;
  const formatter = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  const [oldest] = formatters.keys();
  if (formatters.size >= formattersMax && oldest !== undefined) formatters.delete(oldest);
  formatters.set(timeZone, formatter);
  return formatter;
}

/** Midnight of a day, read as if it were UTC: of any day that an instant can be of somewhere. */
function wallMsOfDay(day: string): number {
  const ms = Date.parse(`${day}T00:00Z`);
  assert(ms >= 0 && dayText(ms) === day, () => `not a date as 2026-03-29: ${day}`);
  return ms;
}

function dayText(wallMs: number): string {
  return instantOf(wallMs).slice(0, 'YYYY-MM-DD'.length);
}

function rangeOf(fromMs: number, toMs: number): InstantRange {
  return { from: instantOf(fromMs), to: instantOf(toMs) };
}
