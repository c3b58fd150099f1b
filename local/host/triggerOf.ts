import type { FunctionMetadata, RpcBinding } from './rpcTypes.ts';

export type Trigger = {
  readonly bindingName: string;
  /** `httpTrigger`, `timerTrigger` or `serviceBusTrigger`. */
  readonly type: 'httpTrigger' | 'timerTrigger' | 'serviceBusTrigger';
  readonly binding: RpcBinding;
};

const supported = ['httpTrigger', 'timerTrigger', 'serviceBusTrigger'] as const;

/** The trigger of a function. Throws for a kind of trigger or output that this host does not know. */
export function triggerOf({ name, bindings }: FunctionMetadata): Trigger {
  let trigger: Trigger | undefined;
  for (const [bindingName, binding] of Object.entries(bindings)) {
    const type = supported.find((each) => each.toLowerCase() === binding.type.toLowerCase());
    if (type !== undefined) trigger = { bindingName, type, binding };
    else if (binding.type.toLowerCase() !== 'http') {
      throw new Error(
        `Function "${name}" has a binding of type "${binding.type}"; the local host knows http, timer and Service Bus queue triggers.`,
      );
    }
  }
  if (trigger === undefined) throw new Error(`Function "${name}" has no trigger.`);
  return trigger;
}
