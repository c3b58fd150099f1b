import { randomBytes } from 'node:crypto';
import type { Ids } from '../ports/ids.ts';

/**
 * UUIDv7 (RFC 9562): 48 bits of time in ms, a counter of 12 bits that starts in its lower half at
 * each ms, and 62 random bits. Ids of one maker are strictly ascending, also when the clock steps
 * back or gives out the same ms more often than the counter can count: then its time runs ahead.
 */
export function uuidV7(clockMs: () => number = Date.now): Ids {
  let lastMs = -1;
  let counter = 0;
  return {
    next() {
      const nowMs = Math.floor(clockMs());
      const random = randomBytes(10);
      if (nowMs > lastMs) {
        lastMs = nowMs;
        counter = random.readUInt16BE(8) & counterStartMask;
      } else if (counter < counterMax) {
        counter += 1;
      } else {
        lastMs += 1;
        counter = 0;
      }
      return format(lastMs, counter, random);
    },
  };
}

const counterMax = 0xfff;
const counterStartMask = 0x7ff;

function format(ms: number, counter: number, random: Buffer): string {
  const time = ms.toString(16).padStart(12, '0');
  const count = counter.toString(16).padStart(3, '0');
  random.writeUInt8((random.readUInt8(0) & 0x3f) | 0x80, 0);
  const rest = random.toString('hex', 0, 8);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${count}-${rest.slice(0, 4)}-${rest.slice(4)}`;
}
