const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const minus = 0x2d;
const point = 0x2e;

export type JsonLimits = {
  readonly depthMax: number;
  /** Fields of one object. */
  readonly fieldsMax: number;
};

/** Every decimal of so many digits is told from all others by a double. */
const digitsKept = 15;

/**
 * What is wrong with a text of JSON that `JSON.parse` would say nothing of: how deep it is, objects with
 * too many fields or with one twice, and numbers that would become others. Undefined for all others, and
 * for some that are not JSON at all. Asked before it is parsed: megabytes of brackets would cost seconds
 * and hundreds of megabytes.
 */
export function jsonFault(json: Uint8Array, limits: JsonLimits): string | undefined {
  const fields: Span[][] = [];
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at] ?? 0;
    if (byte === quote) {
      const end = endOfString(json, at);
      if (isName(json, end)) {
        const fault = nameFault(json, fields.at(-1) ?? [], { start: at, end }, limits);
        if (fault !== undefined) return fault;
      }
      at = end;
    } else if (isOpener(byte)) {
      fields.push([]);
      if (fields.length > limits.depthMax) {
        return `The body is nested deeper than ${limits.depthMax} levels.`;
      }
    } else if (isCloser(byte)) fields.pop();
    else if (byte === minus || isDigit(byte)) {
      const end = endOfNumber(json, at);
      if (!isKept(json, at, end)) return `The number ${place(at)} ${inexact}`;
      at = end - 1;
    }
  }
  return undefined;
}

type Span = { readonly start: number; readonly end: number };

const inexact =
  'is none that is taken exactly: send whole numbers without an exponent, up to 9007199254740991.';

/** An array or an object begins. */
function isOpener(byte: number): boolean {
  return byte === 0x5b || byte === 0x7b;
}

function isCloser(byte: number): boolean {
  return byte === 0x5d || byte === 0x7d;
}

/** Where the quote is that ends a string, or the end of what there is. */
function endOfString(json: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== quote) at += json[at] === backslash ? 2 : 1;
  return at;
}

/** Is the string that ends here followed by a colon? */
function isName(json: Uint8Array, end: number): boolean {
  let at = end + 1;
  while (isBlank(json[at])) at += 1;
  return json[at] === colon;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Adds a field to those of its object, if it is not there yet. */
function nameFault(
  json: Uint8Array,
  known: Span[],
  name: Span,
  { fieldsMax }: JsonLimits,
): string | undefined {
  if (known.length === fieldsMax) return `An object has more than ${fieldsMax} fields.`;
  // An escape may write the same name in another way. No field of the API needs one.
  if (hasEscape(json, name)) {
    return `The name of the field ${place(name.start)} has an escape in it.`;
  }
  if (known.some((other) => isSame(json, other, name))) {
    return `The field ${place(name.start)} is there twice in one object.`;
  }
  known.push(name);
  return undefined;
}

function hasEscape(json: Uint8Array, { start, end }: Span): boolean {
  for (let at = start; at < end; at += 1) {
    if (json[at] === backslash) return true;
  }
  return false;
}

function isSame(json: Uint8Array, one: Span, other: Span): boolean {
  const length = one.end - one.start;
  if (length !== other.end - other.start) return false;
  for (let at = 1; at < length; at += 1) {
    if (json[one.start + at] !== json[other.start + at]) return false;
  }
  return true;
}

function endOfNumber(json: Uint8Array, start: number): number {
  let at = start + 1;
  while (isOfNumber(json[at])) at += 1;
  return at;
}

const otherOfNumbers: ReadonlySet<number> = new Set([point, minus, 0x2b, 0x65, 0x45]);

/** Digits, `.`, `+`, `-`, `e` and `E`. */
function isOfNumber(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return isDigit(byte) || otherOfNumbers.has(byte);
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** Would this number still be itself as a double, and not be a zero with a sign? */
function isKept(json: Uint8Array, start: number, end: number): boolean {
  const isNegative = json[start] === minus;
  let digits = 0;
  let isZero = true;
  let hasPoint = false;
  for (let at = isNegative ? start + 1 : start; at < end; at += 1) {
    const byte = json[at] ?? 0;
    if (isDigit(byte)) {
      digits += 1;
      if (byte !== 0x30) isZero = false;
    } else if (byte === point) hasPoint = true;
    else return false;
  }
  if (digits <= digitsKept) return !(isNegative && isZero);
  if (hasPoint || digits > digitsKept + 1) return false;
  const text = String.fromCharCode(...json.subarray(start, end));
  return Number.isSafeInteger(Number(text));
}

function place(at: number): string {
  return `at byte ${at}`;
}
