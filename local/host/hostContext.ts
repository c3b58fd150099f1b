import type { FunctionsCore, RegisteredFunction } from './functionsCore.ts';
import type { HostJson } from './hostJson.ts';
import type { HostLog } from './hostLog.ts';
import type { InvocationInput } from './invoke.ts';
import type { RpcBinding, RpcInvocationResponse } from './rpcTypes.ts';
import { type Trigger, triggerOf } from './triggerOf.ts';

/** What the triggers of a started app share. */
export type HostContext = {
  /** Absolute. */
  readonly dataDirectory: string;
  readonly hostJson: HostJson;
  readonly core: FunctionsCore;
  readonly log: HostLog;
  /** Runs a function, counted as work under way. Throws what the function threw, after logging it. */
  readonly run: (
    target: RegisteredFunction,
    input: InvocationInput,
  ) => Promise<RpcInvocationResponse>;
};

export type TriggeredFunction = {
  readonly name: string;
  readonly target: RegisteredFunction;
  readonly binding: RpcBinding;
};

/** The app's functions with one type of trigger, in order of registration. */
export function functionsWith(
  core: FunctionsCore,
  type: Trigger['type'],
): readonly TriggeredFunction[] {
  const found: TriggeredFunction[] = [];
  for (const target of core.functions.values()) {
    const trigger = triggerOf(target.metadata);
    if (trigger.type !== type) continue;
    found.push({ name: target.metadata.name, target, binding: trigger.binding });
  }
  return found;
}

/** A property of a binding where it is a text with something in it. */
export function textOf(binding: RpcBinding, property: string): string | undefined {
  const value = binding[property];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
