import { compileRouteTemplate, type RouteParams, type RouteTemplate } from './routeTemplate.ts';

/** An HTTP function's place: `route` without the prefix; no methods means all of them. */
export type RouteEntry = {
  readonly functionName: string;
  readonly route: string;
  readonly methods: readonly string[];
};

export type RouteMatch = { readonly functionName: string; readonly params: RouteParams };

/** The first route that takes the method and the path; undefined where none does. */
export type Router = (method: string, pathname: string) => RouteMatch | undefined;

/**
 * Tries routes as the Functions host does: in order of function name (ordinal, in any case), the
 * first that matches path and method wins, however special a later one is.
 */
export function createRouter(prefix: string, entries: readonly RouteEntry[]): Router {
  const routes = entries.toSorted(byFunctionName).map(({ functionName, route, methods }) => ({
    functionName,
    methods: new Set(methods.map((method) => method.toUpperCase())),
    template: compileNamed(functionName, prefix === '' ? route : `${prefix}/${route}`),
  }));
  return (method, pathname) => {
    const segments = toSegments(pathname);
    for (const { functionName, methods, template } of routes) {
      if (methods.size > 0 && !methods.has(method)) continue;
      const params = template(segments);
      if (params !== undefined) return { functionName, params };
    }
    return undefined;
  };
}

function byFunctionName(left: RouteEntry, right: RouteEntry): number {
  const a = left.functionName.toUpperCase();
  const b = right.functionName.toUpperCase();
  return a < b ? -1 : a > b ? 1 : 0;
}

function compileNamed(functionName: string, template: string): RouteTemplate {
  try {
    return compileRouteTemplate(template);
  } catch (error) {
    throw new Error(`Function "${functionName}" cannot be routed.`, { cause: error });
  }
}

/** One slash at the end does not matter. */
function toSegments(pathname: string): readonly string[] {
  const end = pathname.endsWith('/') ? pathname.length - 1 : pathname.length;
  return end <= 1 ? [] : pathname.slice(1, end).split('/');
}
