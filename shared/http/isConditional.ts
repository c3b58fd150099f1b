import type { RouteSpec } from '../schemas/routeSpec.ts';

/** Does a request of this method change something under the condition of If-Match, where it has one? */
export function isConditional(route: RouteSpec, method: string): boolean {
  return route.isConditional === true && method !== 'GET';
}
