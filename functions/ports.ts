import type { InvocationContext } from '@azure/functions';
import type { Bus } from '../shared/ports/bus.ts';
import type { Limits } from '../shared/ports/limits.ts';
import type { Ports } from '../shared/ports/ports.ts';
import type { Tokens } from '../shared/ports/tokens.ts';
import type { Trace } from '../shared/ports/trace.ts';
import { contextLog } from './contextLog.ts';

/** The ports without what belongs to an invocation, and how to let go of what is behind. */
export type AppPorts = Omit<Ports, 'log' | 'by'> & {
  /** Who says who a caller is. */
  readonly tokens: Tokens;
  /** How much this instance takes on. */
  readonly limits: Limits;
  /** A bus whose messages carry a trace on. */
  busOf(trace: Trace | undefined): Bus;
  close(): Promise<void>;
};

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

/**
 * The ports of one invocation that no caller asked for: what it logs and sends belongs to its trace,
 * what it changes is its function's doing.
 */
export function invocationPorts(app: AppPorts, context: InvocationContext): Ports {
  const by = { kind: 'system', id: context.functionName } as const;
  return { ...app, bus: app.busOf(traceOf(context)), log: contextLog(context), by };
}

/** Version 00 of W3C Trace Context. The host may give none, or one of an older kind. */
const traceparentPattern = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

function traceOf({ traceContext }: InvocationContext): Trace | undefined {
  const traceparent = traceContext?.traceParent;
  if (traceparent === undefined || !traceparentPattern.test(traceparent)) return undefined;
  const tracestate = traceContext?.traceState;
  return tracestate ? { traceparent, tracestate } : { traceparent };
}
