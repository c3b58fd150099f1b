import type { FieldError } from '../domain/refusal.ts';
import type { IntervalReadingInput, RegisterReadingInput } from '../schemas/reading.ts';
import { validate } from '../validation/validate.ts';

/** More fields than any reading has: an item with as many is refused without looking at each. */
const fieldsMax = 32;

/** What is told of one item, at most: there may be ten thousand that are wrong. */
const errorsMax = 10;

/** An item of a readings request, by its kind, or what is wrong with it. */
export type ReadingItem =
  | { readonly kind: 'interval'; readonly reading: IntervalReadingInput }
  | { readonly kind: 'register'; readonly reading: RegisterReadingInput }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] };

/**
 * Validates one item. It is a register reading if it has one of the fields that only such a reading
 * has, else an interval reading: the errors, with pointers into the request, are about that kind.
 */
export function readingItem(item: unknown, index: number): ReadingItem {
  if (hasTooManyFields(item))
    return invalid([{ pointer: '', detail: 'has too many fields' }], index);
  const isRegister = isObject(item) && ('at' in item || 'producedRegisterWh' in item);
  const errors = validate(isRegister ? 'RegisterReading' : 'IntervalReading', item);
  if (errors !== undefined) return invalid(errors, index);
  return isRegister
    ? { kind: 'register', reading: item as RegisterReadingInput }
    : { kind: 'interval', reading: item as IntervalReadingInput };
}

function invalid(errors: readonly FieldError[], index: number): ReadingItem {
  const placed = errors.slice(0, errorsMax).map(({ pointer, detail }) => ({
    pointer: `/readings/${index}${pointer}`,
    detail,
  }));
  return { kind: 'invalid', errors: placed };
}

function isObject(item: unknown): item is object {
  return typeof item === 'object' && item !== null;
}

function hasTooManyFields(item: unknown): boolean {
  if (!isObject(item)) return false;
  let fields = 0;
  for (const _ in item) {
    fields += 1;
    if (fields > fieldsMax) return true;
  }
  return false;
}
