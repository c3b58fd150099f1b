/** The part of the contract between the Functions worker and the `@azure/functions` library that is used here. */

export type RpcLogLevel =
  | 'trace'
  | 'debug'
  | 'information'
  | 'warning'
  | 'error'
  | 'critical'
  | 'none';

export type RpcLogCategory = 'user' | 'system' | 'customMetric';

export type NullableString = { readonly value: string };

/** An HTTP request as the library takes it, or an answer as it gives it. */
export type RpcHttp = {
  readonly url?: string;
  readonly method?: string;
  readonly statusCode?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RpcTypedData | null;
  readonly cookies?: readonly RpcCookie[];
  readonly nullableHeaders?: Readonly<Record<string, NullableString>>;
  readonly nullableQuery?: Readonly<Record<string, NullableString>>;
  readonly nullableParams?: Readonly<Record<string, NullableString>>;
};

export type RpcCookie = {
  readonly name: string;
  readonly value: string;
  readonly domain?: NullableString;
  readonly path?: NullableString;
  readonly expires?: { readonly value: { readonly seconds: number } };
  readonly secure?: { readonly value: boolean };
  readonly httpOnly?: { readonly value: boolean };
  readonly sameSite?: 'none' | 'lax' | 'strict' | 'explicitNone';
  readonly maxAge?: { readonly value: number };
};

export type RpcTypedData = {
  readonly string?: string;
  readonly json?: string;
  readonly bytes?: Uint8Array;
  readonly int?: number;
  readonly double?: number;
  readonly http?: RpcHttp;
};

export type RpcBinding = { readonly type: string; readonly direction: string } & Readonly<
  Record<string, unknown>
>;

export type FunctionMetadata = {
  readonly name: string;
  readonly functionId?: string;
  readonly bindings: Readonly<Record<string, RpcBinding>>;
  readonly retryOptions?: unknown;
};

export type RpcInvocationRequest = {
  readonly invocationId: string;
  readonly functionId: string;
  readonly inputData: readonly { readonly name: string; readonly data: RpcTypedData }[];
  readonly triggerMetadata: Readonly<Record<string, RpcTypedData>>;
  readonly traceContext: { readonly traceParent: string; readonly traceState: string };
};

export type RpcInvocationResponse = {
  readonly invocationId: string;
  readonly returnValue?: RpcTypedData | null;
};

export type FunctionCallback = (...args: unknown[]) => unknown;

export type InvocationState = 'preInvocationHooks' | 'invocation' | 'postInvocationHooks';

export type CoreInvocationContext = {
  readonly invocationId: string;
  readonly request: RpcInvocationRequest;
  readonly metadata: FunctionMetadata;
  state: InvocationState | undefined;
  log(level: RpcLogLevel, category: RpcLogCategory, message: string): void;
};

export type InvocationModel = {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<RpcInvocationResponse>;
};

export type Capabilities = Record<string, string>;

export type ProgrammingModel = {
  readonly name: string;
  readonly version: string;
  getInvocationModel(context: CoreInvocationContext): InvocationModel | Promise<InvocationModel>;
  getCapabilities?(defaults: Capabilities): Capabilities | Promise<Capabilities>;
};
