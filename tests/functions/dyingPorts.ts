import type { Ports } from '../../shared/ports/ports.ts';

/**
 * Ports of a process that is gone after so many calls: it dies when the work of the last is done and
 * nobody has heard of it yet.
 */
export function dyingPorts(ports: Ports, callsLeft: number): Ports {
  let left = callsLeft;
  return portsAround(ports, async (call) => {
    if (left <= 0) throw new Error('the process is gone');
    left -= 1;
    const value = await call();
    if (left === 0) throw new Error('the process is gone');
    return value;
  });
}

/** Ports whose call number `at`, from 0, waits until something else is done. Was there such a call? */
export function pausingPorts(ports: Ports, at: number, meanwhile: () => Promise<void>) {
  let count = 0;
  const pausing = portsAround(ports, async (call) => {
    const isThis = count === at;
    count += 1;
    if (isThis) await meanwhile();
    return call();
  });
  return { ports: pausing, hasPaused: () => count > at };
}

/** Does something around each call of a store, the bus or the chain. */
function portsAround(ports: Ports, around: (call: () => unknown) => Promise<unknown>): Ports {
  const within = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => around(() => Reflect.apply(member, target, args));
      },
    });
  const { grids, rosters, readings, closings, trades, orders, prosumers, ledger } = ports;
  const { billing, invoices, wallets, payouts, documents, bus, chain } = ports;
  return {
    ...ports,
    ...{ grids: within(grids), rosters: within(rosters), readings: within(readings) },
    ...{ closings: within(closings), trades: within(trades), orders: within(orders) },
    ...{ prosumers: within(prosumers), ledger: within(ledger), billing: within(billing) },
    ...{ invoices: within(invoices), wallets: within(wallets), payouts: within(payouts) },
    ...{ documents: within(documents), bus: within(bus), ...(chain && { chain: within(chain) }) },
    idempotency: within(ports.idempotency),
    prosumerIdempotency: within(ports.prosumerIdempotency),
  };
}
