import type { Access } from '../domain/access.ts';
import type { Caller } from '../domain/caller.ts';
import type { Claims, TokenFault } from '../domain/claims.ts';
import type { FieldError, Refusal } from '../domain/refusal.ts';
import type { Result } from '../domain/result.ts';
import type { AnswerOf, FunctionName, Input, MethodOf } from '../schemas/input.ts';
import type { KeptIn } from '../schemas/routeSpec.ts';
import type { EdgeCode } from './problems.ts';

/** What the edge needs of a request: the part of `HttpRequest` that every host can give. */
export type HttpRequestLike = {
  readonly method: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null };
  readonly query: URLSearchParams;
  readonly params: Readonly<Record<string, string>>;
  arrayBuffer(): Promise<ArrayBuffer>;
};

/** What the edge answers; a host takes it as its response. */
export type HttpAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
};

/** What a handler gets beside the validated input. */
export type RequestContext = {
  /** Who sent it. It may: what is left is to show it no more than is its. */
  readonly caller: Caller;
  readonly url: string;
  /** The id to create something under: the same again when a request is repeated under its key. */
  readonly assignedId: string;
  /** The tag that `If-Match` asks for, without quotes; absent when any state will do. */
  readonly ifMatch?: string;
};

/** A refusal of an operation, or one that only the edge knows. */
export type EdgeRefusal = {
  readonly code: EdgeCode;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
};

/** Answers one method of a function. A failure is thrown, a refusal returned. */
export type Handler<F extends FunctionName, M extends MethodOf<F>> = (
  request: Input<F, M> & RequestContext,
) => Promise<Result<AnswerOf<F, M>, Refusal | EdgeRefusal>>;

/** A handler for every method of a function: a missing one does not compile. */
export type Handlers<F extends FunctionName> = { readonly [M in MethodOf<F>]: Handler<F, M> };

/** What is kept of an answer, to give it again. */
export type KeptAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type KeptRequest = {
  readonly requestHash: string;
  readonly assignedId: string;
  readonly answer?: KeptAnswer;
};

/** Answers by Idempotency-Key. */
export type KeptAnswers = {
  begin(key: string, record: KeptRequest): Promise<KeptRequest>;
  complete(key: string, answer: KeptAnswer): Promise<KeptAnswer>;
};

/** What a request names, after its validation. */
export type ValidatedInput = {
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
};

/** What the edge asks of the app around it. */
export type EdgeDeps = {
  /** Who says who a caller is: an issuer of tokens; nobody, for all may do all; nobody at all. */
  readonly tokens:
    | { readonly kind: 'issuer'; verify(token: string): Promise<Result<Claims, TokenFault>> }
    | { readonly kind: 'open' }
    | { readonly kind: 'closed' };
  /** How much the app takes on, in all and from each. */
  readonly limits: {
    enter(): (() => void) | undefined;
    spend(callerId: string, cost: number): number | undefined;
    readonly guesses: {
      waitSeconds(address: string, token: string): number | undefined;
      good(token: string): void;
      wrong(address: string): void;
    };
  };
  /** May the caller do this? Refused as a thing that is not there, where it may not know of it. */
  readonly authorize: (
    caller: Caller,
    access: Access,
    input: ValidatedInput,
  ) => Promise<Result<undefined, Refusal>>;
  /** Answers by Idempotency-Key, each kept beside what its request made. */
  readonly answers: Readonly<Record<KeptIn, KeptAnswers>>;
  readonly ids: { next(): string };
  /** Lower-case hex SHA-256 of bytes, or of a text in UTF-8. */
  readonly sha256: (content: string | Uint8Array) => string;
  readonly log: {
    error(message: string, fields?: Readonly<Record<string, string | number | boolean>>): void;
  };
  /** Is this failure one that passes, such as a store that is busy or away? */
  readonly isTransient: (error: unknown) => boolean;
};
