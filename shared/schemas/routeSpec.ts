import type { TSchema } from 'typebox';
import type { Access } from '../domain/access.ts';

export type Tag = 'Smart Grid Info' | 'Prosumer Info' | 'Trader Info' | 'Billing' | 'Operations';
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
/** A body that is no JSON of ours: a page, a script, the OpenAPI document. */
export type RawBody = {
  readonly mediaTypes: readonly string[];
  readonly description: string;
  /** What headers of the answer say, by name. */
  readonly headers?: Readonly<Record<string, string>>;
};

export type MethodSpec = {
  readonly summary: string;
  readonly tag: Tag;
  /** Who may. */
  readonly access: Access;
  /** Absent: no query parameter is known. */
  readonly query?: TSchema;
  readonly body?: TSchema;
  /** The body as documents show it, where its parts are validated one by one. */
  readonly shownBody?: TSchema;
  /** The largest body in bytes; `bodyBytesMax` without it. */
  readonly maxBodyBytes?: number;
  /** What it takes from the requests that a caller may send; 1 without it. */
  readonly cost?: number;
  readonly answers: Readonly<Record<number, TSchema | RawBody>>;
};

/** Where what a POST makes is kept, and so what it answered under its Idempotency-Key. */
export type KeptIn = 'Smart Grid Info' | 'Prosumer Info';
export type PostSpec = MethodSpec & { readonly keptIn: KeptIn };

/** What a function of the API takes and answers. Its path is as Azure Functions has it. */
export type RouteSpec = {
  readonly path: string;
  readonly params: TSchema;
  readonly methods: { readonly [M in Method]?: M extends 'POST' ? PostSpec : MethodSpec };
  /** What it changes is a document that others read and change: it honours If-Match. */
  readonly isConditional?: true;
};

/** Where the API lies below its server, as host.json has it. */
export const apiPrefix = '/api';

/** The largest body of a request, in bytes, where the route does not say otherwise. */
export const bodyBytesMax = 64 * 1024;
