import type { Ports } from '../../shared/ports/ports.ts';

type Counted = 'rosters' | 'closings' | 'readings' | 'orders';

/** The same ports, with a count of how often each function of some stores is called. */
export function countedPorts(ports: Ports) {
  const calls: Record<string, number> = {};
  const counted = <Store extends object>(name: Counted, store: Store): Store =>
    new Proxy(store, {
      get: (target, key, receiver) => {
        const call = `${name}.${String(key)}`;
        calls[call] = (calls[call] ?? 0) + 1;
        return Reflect.get(target, key, receiver);
      },
    });
  const stores: Pick<Ports, Counted> = {
    rosters: counted('rosters', ports.rosters),
    closings: counted('closings', ports.closings),
    readings: counted('readings', ports.readings),
    orders: counted('orders', ports.orders),
  };
  return { calls, ports: { ...ports, ...stores } };
}
