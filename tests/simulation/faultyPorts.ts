import type { Ports } from '../../shared/ports/ports.ts';
import type { Chance } from './chance.ts';
import type { Turnstile } from './turnstile.ts';

/** A failure of a port that the simulation made up, or the end of the process that called it. */
export class MadeUpError extends Error {
  override readonly name = 'MadeUpError';
}

export type Faults = {
  /** How likely a call of a port fails, before it took effect or after. */
  readonly rate: number;
  /** The call at which the process ends, before it took effect or after; never where it is absent. */
  readonly diesAt?: number;
  /** The first call by this name fails alike; so a seed need not guess its number. */
  readonly diesOf?: string | undefined;
};

/** Ports that go through a turnstile at each call, and fail as they are told. */
export function faultyPorts<Some extends Ports>(
  ports: Some,
  { rate, diesAt = Number.POSITIVE_INFINITY, diesOf }: Faults,
  { chance, turnstile }: { readonly chance: Chance; readonly turnstile: Turnstile },
): Some {
  let calls = 0;
  let isDead = false;
  const call = async (name: unknown, work: () => Promise<unknown>): Promise<unknown> => {
    if (isDead) throw new MadeUpError('the process is gone');
    calls += 1;
    isDead = calls >= diesAt || name === diesOf;
    if (!isDead && !chance.hits(rate)) return work();
    if (chance.hits(0.5)) await work();
    throw new MadeUpError(isDead ? 'the process is gone' : 'no answer');
  };
  const wrap = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) =>
          turnstile(() => call(name, async () => Reflect.apply(member, target, args)));
      },
    });
  const wrapped = Object.entries(ports).map(([name, port]) => [
    name,
    outside.has(name) && typeof port === 'object' ? wrap(port) : port,
  ]);
  return Object.fromEntries(wrapped);
}

/** Did it fail because the simulation wanted it to? */
export function isMadeUp(error: unknown): boolean {
  if (error instanceof MadeUpError) return true;
  return error instanceof Error && error.cause !== undefined && isMadeUp(error.cause);
}

/** What lies outside of the process: everything else answers at once, and always. */
const outside: ReadonlySet<string> = new Set([
  'grids',
  'rosters',
  'readings',
  'closings',
  'trades',
  'prosumers',
  'ledger',
  'orders',
  'billing',
  'invoices',
  'wallets',
  'payouts',
  'documents',
  'chain',
  'bus',
]);
