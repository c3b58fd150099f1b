import type { Ports } from '../shared/ports/ports.ts';

/** The ports without the log, which belongs to an invocation. */
export type AppPorts = Omit<Ports, 'log'>;

/** Gives the ports; opens the stores behind them at its first call. */
export type PortsSource = () => Promise<AppPorts>;

/** Opens once, for all who ask at the same time and after. A failure is not kept: the next asks again. */
export function openOnce(open: () => Promise<AppPorts>): PortsSource {
  let opened: Promise<AppPorts> | undefined;
  return () => {
    opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
}
