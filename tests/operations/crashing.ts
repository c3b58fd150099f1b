import type { Ports } from '../../shared/ports/ports.ts';

/** A crash: nobody lives to ask a port for the next thing. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

type CrashingPorts<Some extends Partial<Ports>> = {
  readonly ports: Some;
  /** How many calls of ports there were so far. */
  calls(): number;
};

/**
 * The same ports, of which the n-th call crashes before it does anything: after the effects of all
 * calls before it. What only reads crashes too: there is no point at which nothing may happen.
 */
export function crashing<Some extends Partial<Ports>>(
  ports: Some,
  crashAt: number,
  which: ReadonlySet<string> = crashingPorts,
): CrashingPorts<Some> {
  let calls = 0;
  const wrapCall =
    (work: (...args: unknown[]) => unknown, port: object) =>
    async (...args: unknown[]) => {
      calls += 1;
      if (calls === crashAt) throw new Crash();
      return work.apply(port, args);
    };
  const wrapped = Object.entries(ports).map(([name, port]) => {
    if (!which.has(name) || typeof port !== 'object') return [name, port];
    const methods = Object.entries(port).map(([method, work]) => [
      method,
      typeof work === 'function' ? wrapCall(work, port) : work,
    ]);
    return [name, Object.fromEntries(methods)];
  });
  return { ports: Object.fromEntries(wrapped), calls: () => calls };
}

/** Those that billing and payouts wait for; where nothing else is said, the others answer at once. */
const crashingPorts: ReadonlySet<string> = new Set([
  'grids',
  'closings',
  'orders',
  'invoices',
  'wallets',
  'payouts',
  'documents',
  'chain',
]);

/** Runs some work that may crash; throws anything but a crash. Answers whether it came to its end. */
export async function attempt(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof Crash) return false;
    throw error;
  }
}
