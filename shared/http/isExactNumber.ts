const minus = 0x2d;
const point = 0x2e;
/** Every decimal of so many digits is told from all others by a double. */
const digitsKept = 15;

/**
 * Would the number from `start` to `end` still be itself as a double, and is it written plainly: without an
 * exponent, and no zero with a sign? What is no number of JSON gets some answer.
 */
export function isExactNumber(json: Uint8Array, start: number, end: number): boolean {
  const isNegative = json[start] === minus;
  let digits = 0;
  let isZero = true;
  let hasPoint = false;
  for (let at = isNegative ? start + 1 : start; at < end; at += 1) {
    const byte = json[at] ?? 0;
    if (byte >= 0x30 && byte <= 0x39) {
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
