import { app, type HttpHandler, type HttpMethod } from '@azure/functions';
import type { EdgeDeps, Handlers } from '../shared/http/edge.ts';
import { failureAnswer } from '../shared/http/failure.ts';
import { serve } from '../shared/http/serve.ts';
import type { Ports } from '../shared/ports/ports.ts';
import type { FunctionName } from '../shared/schemas/input.ts';
import { routes } from '../shared/schemas/routes.ts';
import { contextLog } from './contextLog.ts';
import type { PortsSource } from './ports.ts';

/** Every method reaches the function, which answers 405 itself: the host would answer a bare 404. */
const methods: HttpMethod[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'];

/** Registers the functions of the HTTP API, each on the path that the table of routes has for it. */
export function httpFunctions(ports: PortsSource, isTransient: (error: unknown) => boolean) {
  return {
    /** A function that needs the ports. Without them, as with a wrong setting, it answers a failure. */
    http<F extends FunctionName>(name: F, handlers: (ports: Ports) => Handlers<F>): void {
      register(name, async (request, context) => {
        const log = contextLog(context);
        try {
          const all = { ...(await ports()), log };
          const deps = { ...all, answers: all.idempotency, isTransient };
          return await serve(name, handlers(all), deps)(request);
        } catch (error) {
          const ids = { next: () => context.invocationId };
          return failureAnswer(error, { ids, isTransient, log }, name);
        }
      });
    },
    /** A function that answers whatever the state of the stores. It makes nothing, so it keeps nothing. */
    httpAlone<F extends FunctionName>(name: F, handlers: Handlers<F>): void {
      register(name, (request, context) => {
        const deps = { ...depsAlone, ids: { next: () => context.invocationId }, isTransient };
        return serve(name, handlers, { ...deps, log: contextLog(context) })(request);
      });
    },
  };
}

function register(name: FunctionName, handler: HttpHandler): void {
  app.http(name, { route: routes[name].path, methods, authLevel: 'anonymous', handler });
}

const depsAlone: Pick<EdgeDeps, 'answers' | 'sha256'> = {
  answers: {
    begin: async (_key, record) => record,
    complete: async () => undefined,
  },
  sha256: (text) => text,
};
