import type { Ports } from '../../shared/ports/ports.ts';

/**
 * Ports of a process that is gone after so many calls: it dies when the work of the last is done and
 * nobody has heard of it yet.
 */
export function dyingPorts(ports: Ports, callsLeft: number): Ports {
  let left = callsLeft;
  const dying = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          if (left <= 0) throw new Error('the process is gone');
          left -= 1;
          const value: unknown = await Reflect.apply(member, target, args);
          if (left === 0) throw new Error('the process is gone');
          return value;
        };
      },
    });
  const { grids, rosters, readings, closings, trades, orders, prosumers, ledger } = ports;
  const { billing, invoices, wallets, payouts, documents, bus, chain } = ports;
  return {
    ...ports,
    ...{ grids: dying(grids), rosters: dying(rosters), readings: dying(readings) },
    ...{ closings: dying(closings), trades: dying(trades), orders: dying(orders) },
    ...{ prosumers: dying(prosumers), ledger: dying(ledger), billing: dying(billing) },
    ...{ invoices: dying(invoices), wallets: dying(wallets), payouts: dying(payouts) },
    ...{ documents: dying(documents), bus: dying(bus), ...(chain && { chain: dying(chain) }) },
    idempotency: dying(ports.idempotency),
    prosumerIdempotency: dying(ports.prosumerIdempotency),
  };
}
