import type { InvocationContext } from '@azure/functions';
import type { Log } from '../shared/ports/log.ts';

/** Logs through the invocation, so that the host ties each line to it. Fields follow as JSON. */
export function contextLog(context: Pick<InvocationContext, 'info' | 'warn' | 'error'>): Log {
  return {
    info: (message, fields) => context.info(line(message, fields)),
    warn: (message, fields) => context.warn(line(message, fields)),
    error: (message, fields) => context.error(line(message, fields)),
  };
}

function line(message: string, fields: object | undefined): string {
  return fields === undefined ? message : `${message} ${JSON.stringify(fields)}`;
}
