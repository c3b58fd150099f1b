import { AsyncLocalStorage } from 'node:async_hooks';
import type { PreInvocationHandler } from '@azure/functions';
import type { Log } from '../shared/ports/log.ts';
import { contextLog } from './contextLog.ts';

const current = new AsyncLocalStorage<Log>();

/** Hook: while an invocation runs, `currentLog` is its log. */
export const logWithInvocation: PreInvocationHandler = (hook) => {
  const { functionHandler, invocationContext } = hook;
  const log = contextLog(invocationContext);
  hook.functionHandler = (...args) => current.run(log, () => functionHandler(...args));
};

/**
 * The log of the invocation that is running, for what is opened once and serves them all. Outside of
 * one there is nobody to tell.
 */
export const currentLog: Log = {
  info: (message, fields) => current.getStore()?.info(message, fields),
  warn: (message, fields) => current.getStore()?.warn(message, fields),
  error: (message, fields) => current.getStore()?.error(message, fields),
};
