import type { FieldError } from '../domain/refusal.ts';
import { type Instant, parseInstant } from '../domain/timeframe.ts';
import type { IntervalReadingInput, RegisterReadingInput } from '../schemas/reading.ts';
import { readingItem } from './readingItems.ts';

type Interval = Omit<IntervalReadingInput, 'timeframe'> & {
  readonly timeframe: Instant;
} & Required<Pick<IntervalReadingInput, 'quality' | 'version' | 'source'>>;
type Register = Omit<RegisterReadingInput, 'at'> & { readonly at: Instant } & Required<
    Pick<RegisterReadingInput, 'source'>
  >;
type Rejected = {
  readonly status: 'rejected';
  readonly code: 'invalid';
  readonly errors: readonly FieldError[];
};
type Indexed<Item> = Item & { readonly index: number };

/** The items of a request that are valid, by kind, and those that are not, with what is wrong. */
export type ReadReadings = {
  readonly intervals: readonly Indexed<Interval>[];
  readonly registers: readonly Indexed<Register>[];
  readonly rejected: readonly Indexed<Rejected>[];
};

/** Who sent a reading, where the request does not say. */
const source = 'api';
const intervalDefaults = { quality: 'measured', version: 1, source } as const;

/** Reads the items of a request one by one, in one pass, with what they leave out filled in. */
export function readReadings(items: readonly unknown[]): ReadReadings {
  const intervals: Indexed<Interval>[] = [];
  const registers: Indexed<Register>[] = [];
  const rejected: Indexed<Rejected>[] = [];
  const reject = (index: number, errors: readonly FieldError[]) =>
    rejected.push({ index, status: 'rejected', code: 'invalid', errors });
  for (const [index, text] of items.entries()) {
    const item = readingItem(text, index);
    if (item.kind === 'invalid') {
      reject(index, item.errors);
    } else if (item.kind === 'interval') {
      const timeframe = parseInstant(item.reading.timeframe);
      if (timeframe === undefined) reject(index, noSuchTime(index, 'timeframe'));
      else intervals.push({ ...intervalDefaults, ...item.reading, timeframe, index });
    } else {
      const at = parseInstant(item.reading.at);
      if (at === undefined) reject(index, noSuchTime(index, 'at'));
      else registers.push({ source, ...item.reading, at, index });
    }
  }
  return { intervals, registers, rejected };
}

/** The pattern of the schema lets 30 February pass. */
function noSuchTime(index: number, field: 'timeframe' | 'at'): readonly FieldError[] {
  return [{ pointer: `/readings/${index}/${field}`, detail: 'is no such date or time' }];
}
