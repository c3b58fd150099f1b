import { isExactNumber } from './isExactNumber.ts';

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

export type Span = { readonly start: number; readonly end: number };

export type JsonScan = {
  /** What is wrong with the whole of it. */
  readonly fault?: string;
  /** Where numbers stand that would become others. */
  readonly inexact: readonly Span[];
};

/**
 * Looks for what `JSON.parse` would say nothing of: how deep a text of JSON is, objects with too many
 * fields or with one twice, and numbers that it would round. Text that is not JSON at all gets some answer.
 * Asked before it is parsed: megabytes of brackets would cost seconds and hundreds of megabytes.
 */
export function scanJson(json: Uint8Array, limits: JsonLimits): JsonScan {
  const fields: Span[][] = [];
  const inexact: Span[] = [];
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at] ?? 0;
    if (byte === quote) {
      const end = endOfString(json, at);
      if (isName(json, end)) {
        const fault = nameFault(json, fields.at(-1) ?? [], { start: at, end }, limits);
        if (fault !== undefined) return { fault, inexact };
      }
      at = end;
    } else if (isOpener(byte)) {
      fields.push([]);
      if (fields.length > limits.depthMax) {
        return { fault: `The body is nested deeper than ${limits.depthMax} levels.`, inexact };
      }
    } else if (isCloser(byte)) fields.pop();
    else if (byte === minus || isDigit(byte)) {
      const end = endOfNumber(json, at);
      if (!isExactNumber(json, at, end)) inexact.push({ start: at, end });
      at = end - 1;
    }
  }
  return { inexact };
}

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

function place(at: number): string {
  return `at byte ${at}`;
}
