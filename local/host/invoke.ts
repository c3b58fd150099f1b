import { randomBytes, randomUUID } from 'node:crypto';
import type { FunctionsCore, RegisteredFunction } from './functionsCore.ts';
import { describeError } from './hostLog.ts';
import type {
  CoreInvocationContext,
  FunctionCallback,
  ProgrammingModel,
  RpcInvocationRequest,
  RpcInvocationResponse,
  RpcTypedData,
} from './rpcTypes.ts';
import { triggerOf } from './triggerOf.ts';

/** What a trigger hands to its function. */
export type InvocationInput = {
  readonly data: RpcTypedData;
  readonly metadata?: Readonly<Record<string, RpcTypedData>>;
};

/**
 * Runs one invocation as the Functions Node.js worker does: arguments, preInvocation hooks, the
 * function, postInvocation hooks, response; all conversions are the library's own.
 * Logs how it ended and throws what the function, or a hook, threw.
 */
export async function invoke(
  core: FunctionsCore,
  target: RegisteredFunction,
  input: InvocationInput,
): Promise<RpcInvocationResponse> {
  const model = core.programmingModel();
  if (model === undefined) throw new Error('The app has set no programming model.');
  const invocationId = randomUUID();
  const source = target.metadata.name;
  core.log('debug', 'system', 'Executing', { source, invocationId });
  const startedMs = performance.now();
  try {
    const response = await run(core, model, target, toRequest(target, input, invocationId));
    const took = Math.round(performance.now() - startedMs);
    core.log('information', 'system', `Succeeded in ${took} ms`, { source, invocationId });
    return response;
  } catch (error) {
    const text = `Failed: ${describeError(error)}`;
    core.log('error', 'system', text, { source, invocationId });
    throw error;
  }
}

async function run(
  core: FunctionsCore,
  model: ProgrammingModel,
  { metadata, callback }: RegisteredFunction,
  request: RpcInvocationRequest,
): Promise<RpcInvocationResponse> {
  const scope: { source: string; invocationId: string; invocationContext?: unknown } = {
    source: metadata.name,
    invocationId: request.invocationId,
  };
  const coreContext: CoreInvocationContext = {
    invocationId: request.invocationId,
    request,
    metadata,
    state: undefined,
    log: (level, category, message) => core.log(level, category, message, scope),
  };
  const invocation = await model.getInvocationModel(coreContext);
  const { context, inputs } = await invocation.getArguments();
  scope.invocationContext = context;
  const hookData = {};
  const readOnly = { hookData, appHookData: core.appHookData, invocationContext: context };

  const before = hookContext(readOnly, { functionCallback: callback, inputs });
  await inState(coreContext, 'preInvocationHooks', () => core.runHooks('preInvocation', before));

  const after = hookContext(readOnly, await attempt(before));
  await inState(coreContext, 'postInvocationHooks', () => core.runHooks('postInvocation', after));
  if (after.error !== null && after.error !== undefined) throw after.error;
  return await invocation.getResponse(context, after.result);

  async function attempt(chosen: { functionCallback: FunctionCallback; inputs: unknown[] }) {
    const outcome: { inputs: unknown[]; result: unknown; error: unknown } = {
      inputs: chosen.inputs,
      result: null,
      error: null,
    };
    try {
      outcome.result = await inState(coreContext, 'invocation', () =>
        invocation.invokeFunction(context, chosen.inputs, chosen.functionCallback),
      );
    } catch (error) {
      outcome.error = error;
    }
    return outcome;
  }
}

/** What hooks get: some of it they may replace, the rest only fill. */
function hookContext<Writable extends object>(readOnly: object, writable: Writable): Writable {
  const context = { ...writable };
  for (const [name, value] of Object.entries(readOnly)) {
    Object.defineProperty(context, name, { value, enumerable: true, writable: false });
  }
  return context;
}

async function inState<Value>(
  coreContext: CoreInvocationContext,
  state: NonNullable<CoreInvocationContext['state']>,
  work: () => Promise<Value>,
): Promise<Value> {
  coreContext.state = state;
  try {
    return await work();
  } finally {
    coreContext.state = undefined;
  }
}

function toRequest(
  { metadata }: RegisteredFunction,
  input: InvocationInput,
  invocationId: string,
): RpcInvocationRequest {
  const ids = randomBytes(24).toString('hex');
  return {
    invocationId,
    functionId: metadata.functionId ?? metadata.name,
    inputData: [{ name: triggerOf(metadata).bindingName, data: input.data }],
    triggerMetadata: input.metadata ?? {},
    traceContext: {
      traceParent: `00-${ids.slice(0, 32)}-${ids.slice(32)}-00`,
      traceState: '',
    },
  };
}
