import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ScaledTime } from '../host/hostClock.ts';
import { isJsonObject } from '../jsonFields.ts';
import { readIfThere } from '../readIfThere.ts';

/** The demonstration's time: `originMs` when the system's was `realOriginMs`, `speed` times as fast. */
export type DemonstrationClock = ScaledTime & {
  nowMs(): number;
  /** Stops keeping the time. For who goes on living without it; the end of the process is enough. */
  release(): void;
};

/** A quarter-hour a second. */
export const demonstrationSpeed = 900;

const fileName = 'clock.json';
const quarterHourMs = 900_000;
const keepIntervalMs = 250;
/**
 * How far ahead of itself the time is kept, in real milliseconds. A process that is killed notes
 * nothing any more: the next one starts after whatever this one can have seen, never before.
 */
const keepAheadMs = 1_000;

/**
 * The time goes on where it was when the data directory was last used; in a new one it begins at the
 * quarter-hour that is now. From here on it is kept in a file, a second ahead of itself.
 */
export function demonstrationClock(
  dataDirectory: string,
  systemNowMs: () => number = Date.now,
  speed: number = demonstrationSpeed,
): DemonstrationClock {
  mkdirSync(dataDirectory, { recursive: true });
  const path = join(dataDirectory, fileName);
  const realOriginMs = systemNowMs();
  const originMs = readKept(path) ?? realOriginMs - (realOriginMs % quarterHourMs);
  const nowMs = () => originMs + (systemNowMs() - realOriginMs) * speed;
  const keep = () => writeKept(path, nowMs() + keepAheadMs * speed);

  keep();
  const timer = setInterval(keepOrComplain(keep), keepIntervalMs).unref();
  return {
    originMs,
    realOriginMs,
    speed,
    nowMs,
    release: () => clearInterval(timer),
  };
}

/** While a disk is full, nothing is stored that a later start could be behind of. Said once. */
function keepOrComplain(keep: () => void): () => void {
  let isComplaining = false;
  return () => {
    try {
      keep();
      isComplaining = false;
    } catch (error) {
      if (!isComplaining) console.error(`The demonstration's time cannot be kept: ${error}`);
      isComplaining = true;
    }
  };
}

function writeKept(path: string, virtualMs: number): void {
  writeFileSync(`${path}.new`, `${JSON.stringify({ virtualMs })}\n`);
  renameSync(`${path}.new`, path);
}

function readKept(path: string): number | undefined {
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  const kept = parse(text);
  const virtualMs = isJsonObject(kept) ? kept['virtualMs'] : undefined;
  if (typeof virtualMs === 'number' && Number.isSafeInteger(virtualMs)) return virtualMs;
  throw new Error(`${path} does not hold the demonstration's time. Delete the folder it is in.`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
