import { createHash } from 'node:crypto';
import { HttpRequest } from '@azure/functions';
import { accept } from '../../shared/domain/result.ts';
import type {
  EdgeDeps,
  Handlers,
  HttpAnswer,
  KeptAnswers,
  KeptRequest,
} from '../../shared/http/edge.ts';
import { serve } from '../../shared/http/serve.ts';
import { unlimited } from '../../shared/http/unlimited.ts';
import type { FunctionName } from '../../shared/schemas/input.ts';

export const origin = 'http://localhost:7071';

type Sent = {
  readonly path?: string;
  readonly params?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly json?: unknown;
  readonly body?: string | Uint8Array;
};

/** A request as the host hands it over; its path is under /api. */
export function request(method: string, sent: Sent = {}): HttpRequest {
  const url = new URL(`${origin}/api${sent.path ?? '/grids'}`);
  const body = sent.json === undefined ? sent.body : JSON.stringify(sent.json);
  return new HttpRequest({
    method,
    url: url.href,
    query: {},
    params: sent.params ?? {},
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...sent.headers,
    },
    ...(body !== undefined && { body: { bytes: Buffer.from(body) } }),
  });
}

/** Everything the edge needs of an app, in memory, and what it did with it. */
export function edgeDeps() {
  const kept = new Map<string, KeptRequest>();
  const logged: unknown[] = [];
  let count = 0;
  const deps: EdgeDeps = {
    tokens: { kind: 'open' },
    limits: unlimited,
    authorize: async () => accept(undefined),
    answers: { 'Smart Grid Info': keptIn(kept), 'Prosumer Info': keptIn(kept) },
    ids: {
      next: () => {
        count += 1;
        return `id-${count}`;
      },
    },
    sha256: (content) => createHash('sha256').update(content).digest('hex'),
    log: { error: (message, fields) => logged.push({ message, ...fields }) },
    isTransient: (error) => error instanceof Error && error.message === 'busy',
  };
  return { deps, kept, logged };
}

function keptIn(kept: Map<string, KeptRequest>): KeptAnswers {
  return {
    begin: async (key, record) => {
      const known = kept.get(key);
      if (known !== undefined) return known;
      kept.set(key, record);
      return record;
    },
    complete: async (key, answer) => {
      const known = kept.get(key);
      if (known?.answer !== undefined) return known.answer;
      if (known !== undefined) kept.set(key, { ...known, answer });
      return answer;
    },
  };
}

/** Serves one request with handlers of the test. */
export function answer<F extends FunctionName>(
  name: F,
  handlers: Handlers<F>,
  sent: HttpRequest,
  deps = edgeDeps().deps,
): Promise<HttpAnswer> {
  return serve(name, () => handlers, deps)(sent);
}

/** The body of a JSON answer. */
export function bodyOf({ body }: HttpAnswer): Readonly<Record<string, unknown>> {
  if (typeof body !== 'string') throw new Error('the answer has no JSON');
  return JSON.parse(body);
}
