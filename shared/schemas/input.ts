import type { Static, TSchema } from 'typebox';
import type { Method, RawBody } from './routeSpec.ts';
import type { routes } from './routes.ts';

type Routes = typeof routes;

/** Name of an Azure Function with an HTTP trigger. */
export type FunctionName = keyof Routes;
/** The methods that a function knows. */
export type MethodOf<F extends FunctionName> = keyof Routes[F]['methods'] & Method;

type Spec<F extends FunctionName, M extends MethodOf<F>> = Routes[F]['methods'][M];

/** What a validated request brings. Only the edge makes one. */
export type Input<F extends FunctionName, M extends MethodOf<F>> = {
  readonly params: Readonly<Static<Routes[F]['params']>>;
  readonly query: Spec<F, M> extends { readonly query: infer Query extends TSchema }
    ? Readonly<Static<Query>>
    : Readonly<Record<never, never>>;
  readonly body: Spec<F, M> extends { readonly body: infer Body extends TSchema }
    ? DeepReadonly<Static<Body>>
    : undefined;
};

type Answers<F extends FunctionName, M extends MethodOf<F>> =
  Spec<F, M> extends { readonly answers: infer A } ? A : never;

/** What a handler may answer: a status of the route with the body that belongs to it. */
export type AnswerOf<F extends FunctionName, M extends MethodOf<F>> = {
  [S in keyof Answers<F, M> & number]: Answers<F, M>[S] extends RawBody
    ? RawAnswer
    : Answers<F, M>[S] extends TSchema
      ? {
          readonly status: S;
          readonly body: DeepReadonly<Static<Answers<F, M>[S]>>;
          readonly headers?: Readonly<Record<string, string>>;
        }
      : never;
}[keyof Answers<F, M> & number];

/** An answer that is no JSON of ours, as it is sent; `headers` names its content type. */
export type RawAnswer = {
  readonly status: number;
  readonly raw: string | Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
};

/** Read-only all the way down, brands left as they are. */
export type DeepReadonly<T> = T extends string | number | bigint | boolean | null | undefined
  ? T
  : T extends readonly (infer Item)[]
    ? readonly DeepReadonly<Item>[]
    : T extends object
      ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
      : T;
