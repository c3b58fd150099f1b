import type { Ports } from '../../shared/ports/ports.ts';

const turnsMax = 6;

/**
 * The same ports, of which each call waits for a while that chance gives before it does anything: so
 * what several do at the same time is mixed up, call by call.
 */
export function loitering(ports: Ports, random: () => number): Ports {
  const wrapCall =
    (work: (...args: unknown[]) => unknown, port: object) =>
    async (...args: unknown[]) => {
      const turns = Math.floor(random() * turnsMax);
      for (let turn = 0; turn < turns; turn += 1) await undefined;
      return work.apply(port, args);
    };
  const slow = (port: object) =>
    Object.fromEntries(
      Object.entries(port).map(([method, work]) => [
        method,
        typeof work === 'function' ? wrapCall(work, port) : work,
      ]),
    );
  const { grids, rosters, readings, closings, trades, orders, ledger, bus } = ports;
  const waiting = { grids, rosters, readings, closings, trades, orders, ledger, bus };
  const slowed = Object.entries(waiting).map(([name, port]) => [name, slow(port)]);
  return { ...ports, ...Object.fromEntries(slowed) };
}

/** Waits for so many turns, at most, before some work: it begins while that of others is going on. */
export async function later<Value>(
  random: () => number,
  turnsBeforeMax: number,
  work: () => Promise<Value>,
): Promise<Value> {
  const turns = Math.floor(random() * turnsBeforeMax);
  for (let turn = 0; turn < turns; turn += 1) await undefined;
  return work();
}
