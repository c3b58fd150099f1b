import type { Ports } from '../../shared/ports/ports.ts';
import type { Chance } from './chance.ts';
import type { Turnstile } from './turnstile.ts';

/** A failure of a port that the simulation made up, or the end of the process that called it. */
export class MadeUpError extends Error {
  override readonly name = 'MadeUpError';
}

export type Faults = {
  /** How likely a call of a port fails, before it took effect, after or in the middle of it. */
  readonly rate: number;
  /** Stores can only be read from. */
  readonly isReadOnly?: boolean;
  /** The call at which the process ends, before it took effect or after; never where it is absent. */
  readonly diesAt?: number;
  /** The first call by this name fails alike; so a seed need not guess its number. */
  readonly diesOf?: string | undefined;
  /** The first call by this name fails, and the process goes on. */
  readonly failsOf?: string | undefined;
};

/** Ports that go through a turnstile at each call, and fail as they are told. */
export function faultyPorts<Some extends Ports>(
  ports: Some,
  { rate, isReadOnly = false, diesAt = Number.POSITIVE_INFINITY, diesOf, failsOf }: Faults,
  { chance, turnstile }: { readonly chance: Chance; readonly turnstile: Turnstile },
): Some {
  let calls = 0;
  let isDead = false;
  let hasFailed = false;
  const call = async (
    name: string,
    args: readonly unknown[],
    work: (args: readonly unknown[]) => Promise<unknown>,
  ): Promise<unknown> => {
    if (isDead) throw new MadeUpError('the process is gone');
    calls += 1;
    isDead = calls >= diesAt || name === diesOf;
    if (isReadOnly && !isRead(name)) throw new MadeUpError('only reads are allowed');
    const isNext = !hasFailed && name === failsOf;
    hasFailed ||= isNext;
    if (!isDead && !isNext && !chance.hits(rate)) return work(args);
    const torn = chance.hits(0.5) ? tornOf(name, args, chance) : undefined;
    if (torn !== undefined) await work(torn);
    else if (chance.hits(0.5)) await work(args);
    throw new MadeUpError(isDead ? 'the process is gone' : 'no answer');
  };
  const wrap = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) =>
          turnstile(() =>
            call(String(name), args, async (given) => Reflect.apply(member, target, given)),
          );
      },
    });
  const wrapped = Object.entries(ports).map(([name, port]) => [
    name,
    outside.has(name) && typeof port === 'object' ? wrap(port) : port,
  ]);
  return Object.fromEntries(wrapped);
}

/** How calls begin that a store answers which can only be read from. */
const reads = [
  'get',
  'list',
  'latest',
  'last',
  'snapshot',
  'versions',
  'neighbours',
  'nettos',
  'manyNettos',
  'byNumber',
  'revisions',
  'activeIn',
  'members',
  'totals',
  'book',
  'places',
  'unbilled',
  'payments',
  'by',
  'events',
  'takenCoins',
  'addresses',
  'allocatedCount',
  'cursor',
  'tip',
  'coins',
  'changes',
  'estimate',
  'has',
  'recordedBatches',
  'purgeOf',
] as const;

function isRead(name: string): boolean {
  return reads.some((read) => name.startsWith(read));
}

/** Writes of many documents, which are no transaction in the cloud, and which argument has them. */
const tornArgument: Readonly<Record<string, number>> = {
  append: 1,
  appendRegisters: 1,
  createBatch: 1,
  markLate: 1,
  purge: 1,
  sendTradeBatches: 0,
  sendCloseCommands: 0,
};

/** The arguments of a write of some of the documents; undefined where a call writes them at once. */
function tornOf(
  name: string,
  args: readonly unknown[],
  chance: Chance,
): readonly unknown[] | undefined {
  const at = tornArgument[name];
  if (at === undefined) return undefined;
  return args.map((arg, index) =>
    index === at && Array.isArray(arg) ? arg.filter(() => chance.hits(0.5)) : arg,
  );
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
  'idempotency',
  'prosumerIdempotency',
  'gridAudit',
  'prosumerAudit',
]);
