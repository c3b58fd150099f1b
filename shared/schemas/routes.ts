import { billingRoutes } from './billingRoutes.ts';
import { exportRoutes } from './exportRoutes.ts';
import { operationsRoutes } from './operationsRoutes.ts';
import { payoutRoutes } from './payoutRoutes.ts';
import { prosumerRoutes } from './prosumerRoutes.ts';
import type { RouteSpec } from './routeSpec.ts';
import { smartGridRoutes } from './smartGridRoutes.ts';
import { tariffRoutes } from './tariffRoutes.ts';
import { traderRoutes } from './traderRoutes.ts';

/**
 * The HTTP API: method, path, parameters, body and answers of every function, by function name.
 * Paths are as Azure Functions has them, below the prefix `api`. No two of them overlap.
 */
export const routes = {
  ...smartGridRoutes,
  ...tariffRoutes,
  ...prosumerRoutes,
  ...traderRoutes,
  ...billingRoutes,
  ...payoutRoutes,
  ...exportRoutes,
  ...operationsRoutes,
} as const satisfies Record<string, RouteSpec>;
