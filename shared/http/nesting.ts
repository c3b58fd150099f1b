const quote = 0x22;
const backslash = 0x5c;
const openers = new Set([0x5b, 0x7b]);
const closers = new Set([0x5d, 0x7d]);

/**
 * Is this JSON nested deeper than `depthMax`? Asked before it is parsed: megabytes of brackets would
 * cost seconds and hundreds of megabytes. Text that is not JSON gets some answer.
 */
export function isNestedDeeperThan(json: Uint8Array, depthMax: number): boolean {
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at] ?? 0;
    if (isInString) {
      if (byte === backslash) at += 1;
      else if (byte === quote) isInString = false;
    } else if (byte === quote) isInString = true;
    else if (openers.has(byte)) {
      depth += 1;
      if (depth > depthMax) return true;
    } else if (closers.has(byte)) depth -= 1;
  }
  return false;
}
