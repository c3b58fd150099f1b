import type { HostLog } from './hostLog.ts';
import type {
  FunctionCallback,
  FunctionMetadata,
  ProgrammingModel,
  RpcLogCategory,
  RpcLogLevel,
} from './rpcTypes.ts';

export type HookName = 'appStart' | 'appTerminate' | 'preInvocation' | 'postInvocation' | 'log';

type HookCallback = (context: object) => unknown;

export type RegisteredFunction = {
  readonly metadata: FunctionMetadata;
  readonly callback: FunctionCallback;
};

/** What a log line belongs to, so that hooks see the same context as the function. */
export type LogScope = {
  readonly source: string;
  readonly invocationId?: string;
  readonly invocationContext?: unknown;
};

/** The worker's side of `@azure/functions`: what the app registered, and how its hooks are run. */
export type FunctionsCore = {
  /** What `require('@azure/functions-core')` gives. */
  readonly module: object;
  readonly functions: ReadonlyMap<string, RegisteredFunction>;
  /** Shared by all hooks of the app. */
  readonly appHookData: Readonly<Record<string, unknown>>;
  /** Shared by the hooks of start and termination only. */
  readonly appLevelHookData: Readonly<Record<string, unknown>>;
  /** From here on nothing can be registered, as when the host has asked the worker for its functions. */
  seal(): void;
  programmingModel(): ProgrammingModel | undefined;
  /** Runs the hooks of a name one after another, in order of registration; the first that throws ends it. */
  runHooks(name: Exclude<HookName, 'log'>, context: object): Promise<void>;
  log(level: RpcLogLevel, category: RpcLogCategory, message: string, scope: LogScope): void;
};

/** Versions that the app can read; this host is neither the worker nor the host they number. */
export const WORKER_VERSION = '3.0.0-local';
export const HOST_VERSION = '4.0.0-local';

const hostScope: LogScope = { source: 'App' };

/** Makes the worker's side for one app. Behaves as the Functions Node.js worker does (its registerFunction, registerHook and executeHooks). */
export function createFunctionsCore(write: HostLog): FunctionsCore {
  const functions = new Map<string, RegisteredFunction>();
  const hooks: Record<HookName, HookCallback[]> = {
    appStart: [],
    appTerminate: [],
    preInvocation: [],
    postInvocation: [],
    log: [],
  };
  const appHookData = {};
  const appLevelHookData = {};
  let model: ProgrammingModel | undefined;
  let isSealed = false;
  let isInLogHook = false;

  function registerFunction(metadata: FunctionMetadata, callback: FunctionCallback): Disposable {
    refuseIf(isSealed, 'A function can only be registered during app startup.');
    const id = metadata.functionId ?? metadata.name;
    refuseIf(functions.has(id), `A function with id "${id}" has already been registered.`);
    functions.set(id, { metadata, callback });
    return new Disposable(() => {
      refuseIf(isSealed, 'A function can only be disposed during app startup.');
      functions.delete(id);
    });
  }

  function registerHook(name: string, callback: HookCallback): Disposable {
    if (!isHookName(name)) {
      throw Object.assign(new RangeError(`Unrecognized hook "${name}"`), systemError);
    }
    const callbacks = hooks[name];
    callbacks.push(callback);
    return new Disposable(() => {
      const index = callbacks.indexOf(callback);
      if (index >= 0) callbacks.splice(index, 1);
    });
  }

  function log(
    level: RpcLogLevel,
    category: RpcLogCategory,
    message: string,
    scope: LogScope,
  ): void {
    const entry = { level, category, message };
    // What a log hook logs itself goes straight out: it would call itself without end.
    if (hooks.log.length > 0 && !isInLogHook) {
      isInLogHook = true;
      try {
        Object.assign(entry, runLogHooks(hooks.log, entry, scope, appLevelHookData, appHookData));
      } finally {
        isInLogHook = false;
      }
    }
    const { invocationId } = scope;
    write({
      ...entry,
      source: scope.source,
      ...(invocationId === undefined ? {} : { invocationId }),
    });
  }

  const module = {
    version: WORKER_VERSION,
    hostVersion: HOST_VERSION,
    registerFunction,
    registerHook,
    setProgrammingModel(next: ProgrammingModel): void {
      model = next;
    },
    getProgrammingModel: () => model,
    log: (level: RpcLogLevel, category: RpcLogCategory, message: string) =>
      log(level, category, message, hostScope),
    Disposable,
  };

  return {
    module,
    functions,
    appHookData,
    appLevelHookData,
    seal() {
      isSealed = true;
    },
    programmingModel: () => model,
    async runHooks(name, context) {
      for (const callback of hooks[name]) await callback(context);
    },
    log,
  };
}

/** Log hooks are synchronous: they may change the level and the text of what is logged. */
function runLogHooks(
  callbacks: readonly HookCallback[],
  entry: { level: RpcLogLevel; category: RpcLogCategory; message: string },
  scope: LogScope,
  hookData: object,
  appHookData: object,
): { level: RpcLogLevel; message: string } {
  const { invocationContext } = scope;
  const context = { ...entry, hookData, appHookData, invocationContext };
  for (const callback of callbacks) callback(context);
  return { level: context.level, message: context.message };
}

/** Releases something once, when disposed. */
class Disposable {
  #release: (() => unknown) | undefined;

  static from(...parts: readonly { dispose(): unknown }[]): Disposable {
    return new Disposable(() => {
      for (const part of parts) part.dispose();
    });
  }

  constructor(release: () => unknown) {
    this.#release = release;
  }

  dispose(): void {
    const release = this.#release;
    this.#release = undefined;
    release?.();
  }
}

/** The library tells its own failures from the app's by this property. */
const systemError = { isAzureFunctionsSystemError: true };

function refuseIf(condition: boolean, message: string): void {
  if (condition) throw Object.assign(new Error(message), systemError);
}

function isHookName(name: string): name is HookName {
  return ['appStart', 'appTerminate', 'preInvocation', 'postInvocation', 'log'].includes(name);
}
