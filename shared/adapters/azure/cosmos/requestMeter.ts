import type { Log } from '../../../ports/log.ts';
import { chargeOf, codeOf } from './cosmosErrors.ts';

/** What one operation of a store has asked of Cosmos DB. */
export type Metered = {
  readonly operation: string;
  readonly requestUnits: number;
  readonly requests: number;
  /** How often the SDK waited because it was told to slow down. */
  readonly throttled: number;
  readonly durationMs: number;
};

/** Adds up the requests of one operation. */
export type RequestMeter = {
  count(response: {
    readonly requestCharge: number;
    readonly headers: Readonly<Record<string, unknown>>;
  }): void;
  countFailure(error: unknown): void;
};

/** Hears of every operation once it is over, done or failed. */
export type MeterHook = (metered: Metered, error?: unknown) => void;

/** Runs an operation of a store and tells `hook` what it has cost, also when it fails. */
export async function metered<Result>(
  operation: string,
  hook: MeterHook,
  work: (meter: RequestMeter) => Promise<Result>,
): Promise<Result> {
  const startedAt = performance.now();
  let requestUnits = 0;
  let requests = 0;
  let throttled = 0;
  const add = (charge: number, headers: Readonly<Record<string, unknown>>) => {
    requestUnits += charge;
    requests += 1;
    const retries = Number(headers[throttleRetryCount] ?? 0);
    if (Number.isFinite(retries)) throttled += retries;
  };
  const meter: RequestMeter = {
    count: ({ requestCharge, headers }) => add(requestCharge, headers),
    countFailure: (error) => add(chargeOf(error), headersOf(error)),
  };
  const sum = (): Metered => ({
    operation,
    requestUnits: Math.round(requestUnits * 100) / 100,
    requests,
    throttled,
    durationMs: Math.round(performance.now() - startedAt),
  });
  try {
    const result = await work(meter);
    hook(sum());
    return result;
  } catch (error) {
    hook(sum(), error);
    throw error;
  }
}

/** Logs each operation: its charge as information, a failure as a warning with its code. */
export function logCharges(log: Log): MeterHook {
  return (sum, error) => {
    if (error === undefined) log.info('cosmos', sum);
    else log.warn('cosmos', { ...sum, code: String(codeOf(error) ?? 'bug') });
  };
}

const throttleRetryCount = 'x-ms-throttle-retry-count';

function headersOf(error: unknown): Readonly<Record<string, unknown>> {
  if (typeof error !== 'object' || error === null || !('headers' in error)) return {};
  const { headers } = error;
  return typeof headers === 'object' && headers !== null ? { ...headers } : {};
}
