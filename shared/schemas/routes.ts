import { billingRoutes } from './billingRoutes.ts';
import { operationsRoutes } from './operationsRoutes.ts';
import { payoutRoutes } from './payoutRoutes.ts';
import { prosumerRoutes } from './prosumerRoutes.ts';
import type { RouteSpec } from './routeSpec.ts';
import { smartGridRoutes } from './smartGridRoutes.ts';
import { traderRoutes } from './traderRoutes.ts';

/**
 * The HTTP API: method, path, parameters, body and answers of every function, by function name.
 * Paths are as Azure Functions has them, below the prefix `api`. No two of them overlap.
 */
export const routes = {
  ...smartGridRoutes,
  ...prosumerRoutes,
  ...traderRoutes,
  ...billingRoutes,
  ...payoutRoutes,
  ...operationsRoutes,
} as const satisfies Record<string, RouteSpec>;
