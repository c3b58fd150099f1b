import { readFileSync } from 'node:fs';
import type { RequestLimits } from './requestQueue.ts';

/** What the local host takes from `host.json`, with the Functions host's defaults. */
export type HostJson = {
  readonly routePrefix: string;
  readonly requests: RequestLimits;
  readonly serviceBus: {
    readonly concurrencyMax: number;
    readonly renewalMsMax: number;
  };
};

const defaultRenewal = '00:05:00';
const CONCURRENCY_MAX_DEFAULT = 16;
/** What `host.json` has for no limit. */
const UNBOUNDED = -1;

/** Reads `host.json`. Throws, naming the file and the property, on what cannot be meant. */
export function readHostJson(file: string): HostJson {
  const root = parse(file);
  const http = child(child(root, 'extensions'), 'http');
  const serviceBus = child(child(root, 'extensions'), 'serviceBus');
  const routePrefix = http['routePrefix'] ?? 'api';
  const concurrencyMax = serviceBus['maxConcurrentCalls'] ?? CONCURRENCY_MAX_DEFAULT;
  if (typeof routePrefix !== 'string') throw wrong(file, 'extensions.http.routePrefix');
  if (!isCount(concurrencyMax)) throw wrong(file, 'extensions.serviceBus.maxConcurrentCalls');
  const renewalMsMax = parseTimeSpan(serviceBus['maxAutoLockRenewalDuration'] ?? defaultRenewal);
  if (renewalMsMax === undefined) {
    throw wrong(file, 'extensions.serviceBus.maxAutoLockRenewalDuration');
  }
  return {
    routePrefix: routePrefix.replace(/^\/+|\/+$/g, ''),
    requests: {
      concurrentMax: boundOf(file, http, 'maxConcurrentRequests'),
      outstandingMax: boundOf(file, http, 'maxOutstandingRequests'),
    },
    serviceBus: { concurrencyMax, renewalMsMax },
  };
}

function boundOf(file: string, http: Record<string, unknown>, name: string): number {
  const bound = http[name] ?? UNBOUNDED;
  if (bound === UNBOUNDED) return Number.POSITIVE_INFINITY;
  if (!isCount(bound)) throw wrong(file, `extensions.http.${name}`);
  return bound;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1;
}

function wrong(file: string, property: string): Error {
  return new Error(`${file}: ${property} is not a value that it can have.`);
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file} cannot be read as JSON.`, { cause: error });
  }
}

function child(value: unknown, name?: string): Record<string, unknown> {
  const inner: unknown =
    name !== undefined && typeof value === 'object' && value !== null
      ? Reflect.get(value, name)
      : undefined;
  return typeof inner === 'object' && inner !== null ? { ...inner } : {};
}

/** `hh:mm:ss` or `d.hh:mm:ss`, in milliseconds. */
function parseTimeSpan(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const match = /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})(?:\.\d+)?$/.exec(value);
  if (match === null) return undefined;
  const [, days = '0', hours, minutes, seconds] = match;
  return (
    (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
  );
}
