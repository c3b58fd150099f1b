import type { Ports } from '../shared/ports/ports.ts';

/** The ports without the log, which belongs to an invocation, and how to let go of what is behind. */
export type AppPorts = Omit<Ports, 'log'> & { close(): void };

/** Gives the ports; opens the stores behind them at its first call. */
export type PortsSource = () => Promise<AppPorts>;

/** Opens once, for all who ask at the same time and after. A failure is not kept: the next asks again. */
export function openOnce(open: () => Promise<AppPorts>): {
  readonly ports: PortsSource;
  /** Closes what was opened, if anything was. */
  readonly close: () => Promise<void>;
} {
  let opened: Promise<AppPorts> | undefined;
  return {
    ports: () => {
      opened ??= open().catch((error: unknown) => {
        opened = undefined;
        throw error;
      });
      return opened;
    },
    close: async () => (await opened)?.close(),
  };
}
