import { assert } from './assert.ts';

declare const instant: unique symbol;
declare const timeframe: unique symbol;

/** An instant in UTC to the second, as `2026-11-22T10:15:00Z`: its order as text is its order in time. */
export type Instant = string & { readonly [instant]: 'utc' };

/** The UTC start of a half-open timeframe [start, end). Its length belongs to the grid. */
export type Timeframe = Instant & { readonly [timeframe]: 'start' };

export const minutesPerDay = 1440;
const msPerMinute = 60_000;

/**
 * Reads `YYYY-MM-DDTHH:MM[:SS[.fraction]]Z` of the years 2000 to 2199; the fraction (1 to 9 digits)
 * is dropped. Undefined for anything else, dates that no calendar has and leap seconds included.
 */
export function parseInstant(text: string): Instant | undefined {
  const length = text.length;
  if (length < lengthToMinutes || length > lengthMax) return undefined;
  if (!hasDateAndMinutes(text) || text.charCodeAt(length - 1) !== codeOf.Z) return undefined;
  if (length === lengthToMinutes) return `${text.slice(0, 16)}:00Z` as Instant;
  if (text.charCodeAt(16) !== codeOf.colon || !isBetween(twoDigits(text, 17), 0, 59)) {
    return undefined;
  }
  if (length === lengthToSeconds) return text as Instant;
  if (length < lengthToSeconds + 2 || text.charCodeAt(19) !== codeOf.point) return undefined;
  for (let at = 20; at < length - 1; at += 1) {
    if (digit(text, at) < 0) return undefined;
  }
  return `${text.slice(0, 19)}Z` as Instant;
}

/** The instant of a count of milliseconds since 1970, cut to the second. Throws outside 1970–9999. */
export function instantOf(ms: number): Instant {
  assert(
    ms >= 0 && ms < msOfYear10000,
    () => `an instant must lie in the years 1970 to 9999: ${ms} ms`,
  );
  return `${new Date(ms).toISOString().slice(0, 19)}Z` as Instant;
}

/** Milliseconds since 1970. */
export function msOf(at: Instant): number {
  return Date.UTC(
    twoDigits(at, 0) * 100 + twoDigits(at, 2),
    twoDigits(at, 5) - 1,
    twoDigits(at, 8),
    twoDigits(at, 11),
    twoDigits(at, 14),
    twoDigits(at, 17),
  );
}

/** The instant so many minutes later, or earlier if they are negative. */
export function addMinutes(at: Instant, minutes: number): Instant {
  return instantOf(msOf(at) + minutes * msPerMinute);
}

/** Can timeframes be this long? A whole number of minutes that divides a day. */
export function isTimeframeMinutes(minutes: number): boolean {
  return (
    Number.isInteger(minutes) &&
    minutes >= 1 &&
    minutes <= minutesPerDay &&
    minutesPerDay % minutes === 0
  );
}

/** Does a timeframe of this length start here? They are counted from midnight UTC. */
export function isAligned(at: Instant, minutes: number): at is Timeframe {
  // As the length divides a day, counting from 1970 is counting from midnight.
  return msOf(at) % lengthMs(minutes) === 0;
}

/** The timeframe that contains the instant. */
export function timeframeAt(at: Instant, minutes: number): Timeframe {
  const ms = msOf(at);
  return timeframeOf(ms - (ms % lengthMs(minutes)));
}

/** The first timeframe that starts at the instant or after it. */
export function firstTimeframeFrom(at: Instant, minutes: number): Timeframe {
  const length = lengthMs(minutes);
  return timeframeOf(Math.ceil(msOf(at) / length) * length);
}

/** The timeframe that starts where this one ends. */
export function nextTimeframe(start: Timeframe, minutes: number): Timeframe {
  return timeframeOf(msOf(start) + lengthMs(minutes));
}

/** Where the timeframe ends: the first instant after it. */
export function timeframeEnd(start: Timeframe, minutes: number): Instant {
  return instantOf(msOf(start) + lengthMs(minutes));
}

/** A timeframe as ids name it: `20261122T1015Z`; of another instant without its seconds. */
export function compactTimeframe(start: Instant): string {
  const date = start.slice(0, 4) + start.slice(5, 7) + start.slice(8, 10);
  return `${date}T${start.slice(11, 13)}${start.slice(14, 16)}Z`;
}

/** Reads `20261122T1015Z`, and nothing else. Whether a grid has such a timeframe is not asked. */
export function parseCompactTimeframe(text: string): Timeframe | undefined {
  if (text.length !== 14) return undefined;
  const date = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}`;
  const rest = `${text.slice(8, 11)}:${text.slice(11)}`;
  return parseInstant(date + rest) as Timeframe | undefined;
}

const codeOf = { dash: 45, point: 46, zero: 48, colon: 58, T: 84, Z: 90 };
const lengthToMinutes = 'YYYY-MM-DDTHH:MMZ'.length;
const lengthToSeconds = 'YYYY-MM-DDTHH:MM:SSZ'.length;
const lengthMax = 'YYYY-MM-DDTHH:MM:SS.123456789Z'.length;
const yearMin = 2000;
const yearMax = 2199;
const msOfYear10000 = 253_402_300_800_000;

function hasDateAndMinutes(text: string): boolean {
  const century = twoDigits(text, 0);
  const yearOfCentury = twoDigits(text, 2);
  if (century < 0 || yearOfCentury < 0) return false;
  const year = century * 100 + yearOfCentury;
  const month = twoDigits(text, 5);
  return (
    isBetween(year, yearMin, yearMax) &&
    text.charCodeAt(4) === codeOf.dash &&
    isBetween(month, 1, 12) &&
    text.charCodeAt(7) === codeOf.dash &&
    isBetween(twoDigits(text, 8), 1, daysInMonth(year, month)) &&
    text.charCodeAt(10) === codeOf.T &&
    isBetween(twoDigits(text, 11), 0, 23) &&
    text.charCodeAt(13) === codeOf.colon &&
    isBetween(twoDigits(text, 14), 0, 59)
  );
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) {
    const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
    return isLeap ? 29 : 28;
  }
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function isBetween(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}

/** The number that two characters make, or −1 when one of them is no digit. */
function twoDigits(text: string, at: number): number {
  const tens = digit(text, at);
  const ones = digit(text, at + 1);
  return tens < 0 || ones < 0 ? -1 : tens * 10 + ones;
}

function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - codeOf.zero;
  return value >= 0 && value <= 9 ? value : -1;
}

function lengthMs(minutes: number): number {
  assert(
    isTimeframeMinutes(minutes),
    () => `a timeframe of ${minutes} minutes does not divide a day`,
  );
  return minutes * msPerMinute;
}

function timeframeOf(ms: number): Timeframe {
  return instantOf(ms) as Timeframe;
}

/** Whole seconds from one instant to another, negative where the other is earlier. */
export function secondsBetween(from: Instant, to: Instant): number {
  return (msOf(to) - msOf(from)) / 1000;
}
