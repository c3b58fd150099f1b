import type { RouteSpec } from '../schemas/routeSpec.ts';

/** Does a request of this method change something under the condition of If-Match, where it has one? */
export function isConditional({ hasEtag }: RouteSpec, method: string): boolean {
  return hasEtag === true && (method === 'PUT' || method === 'PATCH' || method === 'DELETE');
}
