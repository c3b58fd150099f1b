import { createAdminApi, type HostActions } from './adminApi.ts';
import type { Fire } from './createFire.ts';
import type { RegisteredFunction } from './functionsCore.ts';
import { functionsWith, type HostContext, textOf } from './hostContext.ts';
import { type HttpServer, startHttpServer } from './httpServer.ts';
import { createRequestQueue } from './requestQueue.ts';
import { createRouter, type RouteEntry } from './router.ts';
import { BODIES_BYTES_MAX } from './serverLimits.ts';
import type { TokenIssuer } from './tokenIssuer.ts';

export type StartHttpParts = {
  readonly fire: Fire;
  readonly actions: HostActions;
  /** Absent where the host issues no tokens. */
  readonly issuer: TokenIssuer | undefined;
};

/** Serves the app's HTTP functions and the host's own addresses. */
export async function startHttp(
  { hostJson, core, log, run }: HostContext,
  port: number,
  { fire, actions, issuer }: StartHttpParts,
): Promise<HttpServer> {
  const entries: RouteEntry[] = [];
  const targets = new Map<string, RegisteredFunction>();
  for (const { name, target, binding } of functionsWith(core, 'httpTrigger')) {
    const methods = Array.isArray(binding['methods']) ? binding['methods'].map(String) : [];
    entries.push({ functionName: name, route: textOf(binding, 'route') ?? name, methods });
    targets.set(name, target);
  }
  return await startHttpServer({
    port,
    router: createRouter(hostJson.routePrefix, entries),
    queue: createRequestQueue({ ...hostJson.requests, bodyBytesMax: BODIES_BYTES_MAX }),
    async run(name, http) {
      const target = targets.get(name);
      if (target === undefined) throw new Error(`A route leads to "${name}", which is not there.`);
      const response = await run(target, { data: { http } });
      return response.returnValue?.http;
    },
    admin: createAdminApi({
      functions: [...core.functions.values()].map(({ metadata }) => metadata),
      fire,
      actions,
      ...(issuer && { issuer }),
    }),
    onListening: (url) => Object.assign(process.env, issuer?.openAt(url)),
    log,
  });
}
