import { app, type HttpHandler, type HttpMethod } from '@azure/functions';
import { accept } from '../shared/domain/result.ts';
import type { EdgeDeps, Handlers, KeptAnswers } from '../shared/http/edge.ts';
import { failureAnswer } from '../shared/http/failure.ts';
import { serve } from '../shared/http/serve.ts';
import { unlimited } from '../shared/http/unlimited.ts';
import { authorize } from '../shared/operations/authorize.ts';
import type { Ports } from '../shared/ports/ports.ts';
import type { FunctionName } from '../shared/schemas/input.ts';
import { routes } from '../shared/schemas/routes.ts';
import { contextLog } from './contextLog.ts';
import type { PortsSource } from './ports.ts';

/**
 * Every method reaches the function, which answers 405 itself: the host would answer a bare 404. But
 * for TRACE, with which the library makes no request.
 */
const methods: HttpMethod[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/**
 * Registers the functions of the HTTP API, each on the path that the table of routes has for it.
 * `isClosed`: does nothing say yet who may use the app?
 */
export function httpFunctions(
  ports: PortsSource,
  isTransient: (error: unknown) => boolean,
  isClosed: () => boolean,
  sha256: EdgeDeps['sha256'],
) {
  return {
    /** A function that needs the ports. Without them, as with a wrong setting, it answers a failure. */
    http<F extends FunctionName>(name: F, handlers: (ports: Ports) => Handlers<F>): void {
      register(name, async (request, context) => {
        const log = contextLog(context);
        try {
          const all = { ...(await ports()), log };
          const deps: EdgeDeps = {
            ...all,
            answers: {
              'Smart Grid Info': all.idempotency,
              'Prosumer Info': all.prosumerIdempotency,
            },
            isTransient,
            sha256,
            authorize: (caller, access, input) => authorize(all, caller, access, input),
          };
          return await serve(name, (by) => handlers({ ...all, by }), deps)(request);
        } catch (error) {
          const ids = { next: () => context.invocationId };
          return failureAnswer(error, { ids, isTransient, log }, name);
        }
      });
    },
    /** A public function, which answers whatever the state of the stores. It makes and keeps nothing. */
    httpAlone<F extends FunctionName>(name: F, handlers: Handlers<F>): void {
      register(name, (request, context) => {
        const ids = { next: () => context.invocationId };
        const tokens = { kind: isClosed() ? 'closed' : 'open' } as const;
        const deps = { ...depsAlone, ids, isTransient, sha256, tokens, log: contextLog(context) };
        return serve(name, () => handlers, deps)(request);
      });
    },
  };
}

function register(name: FunctionName, handler: HttpHandler): void {
  app.http(name, { route: routes[name].path, methods, authLevel: 'anonymous', handler });
}

const nothingKept: KeptAnswers = {
  begin: async (_key, record) => record,
  complete: async (_key, answer) => answer,
};
const depsAlone: Pick<EdgeDeps, 'answers' | 'authorize' | 'limits'> = {
  limits: unlimited,
  answers: { 'Smart Grid Info': nothingKept, 'Prosumer Info': nothingKept },
  authorize: async () => accept(undefined),
};
