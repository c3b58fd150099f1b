import { type LocalResolution, resolveLocal } from '../../shared/domain/localTime.ts';
import { instantOf, msOf, parseInstant } from '../../shared/domain/timeframe.ts';

/** What a row's time stands for. */
export type RowTime =
  | LocalResolution
  | { readonly kind: 'malformed' }
  /** Neither an offset in the text nor a time zone for the column. */
  | { readonly kind: 'zone_missing' };

/** Resolved local times kept, so that a time that comes once per prosumer is worked out once. */
const knownTimesMax = 50_000;

const timePattern = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::00(?:\.0+)?)?(Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * Reads the times of a column: `2011-07-01T00:30`, with or without seconds (which must be 0), with
 * a blank for the T. A time with Z or an offset is taken by it, one without as a clock in `zone`.
 */
export function createTimeReader(zone: string | undefined): (text: string) => RowTime {
  const known = new Map<string, RowTime>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const time = readTime(text.trim(), zone);
    if (known.size >= knownTimesMax) known.clear();
    known.set(text, time);
    return time;
  };
}

function readTime(text: string, zone: string | undefined): RowTime {
  const [, date, clock, offset] = timePattern.exec(text) ?? [];
  const local = `${date}T${clock}`;
  const asUtc = parseInstant(`${local}Z`);
  if (asUtc === undefined) return { kind: 'malformed' };
  if (offset !== undefined) {
    const offsetMinutes = minutesOf(offset);
    if (offsetMinutes === undefined) return { kind: 'malformed' };
    return { kind: 'one', instant: instantOf(msOf(asUtc) - offsetMinutes * 60_000) };
  }
  if (zone === undefined) return { kind: 'zone_missing' };
  if (zone === 'UTC') return { kind: 'one', instant: asUtc };
  return resolveLocal(local, zone);
}

function minutesOf(offset: string): number | undefined {
  if (offset === 'Z' || offset === 'z') return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(-2));
  if (hours > 14 || minutes > 59) return undefined;
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
