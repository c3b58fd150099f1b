import type { TSchema } from 'typebox';
import { Problem } from '../schemas/problem.ts';
import { apiPrefix, type RouteSpec, type Tag } from '../schemas/routeSpec.ts';
import { routes } from '../schemas/routes.ts';
import { operationOf, tokenScheme } from './openapiOperation.ts';
import { type Components, shown } from './openapiSchema.ts';

/** The version of the API, which is that of the package. */
export const apiVersion = '0.1.0';

const tags = {
  'Smart Grid Info': 'Mini grids, their prosumers, timeframes, netto and readings.',
  'Prosumer Info': 'Prosumers, their accounts, transactions and netto.',
  'Trader Info': 'Trades through the mini grids.',
  Billing: 'What is due, billing runs, invoices, and what is paid out.',
  Operations: 'Health, and this description.',
} as const satisfies Record<Tag, string>;

/** The OpenAPI 3.1 document of the API, from the same schemas that validate. Pure. */
export function openApiDocument(): object {
  const components: Components = new Map();
  const paths: Record<string, object> = {};
  const table: Readonly<Record<string, RouteSpec>> = routes;
  for (const [name, route] of Object.entries(table)) {
    const path = `/${route.path.replace(/\/\{\w+\?\}$/, '')}`;
    const operations = Object.entries(route.methods).map(([method, spec]) => [
      method.toLowerCase(),
      operationOf({ name, method, route, spec, components }),
    ]);
    paths[path] = Object.fromEntries(operations);
  }
  shown(Problem, components);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Mini Smart Grid',
      version: apiVersion,
      summary: 'Settlement back end of a local energy community.',
      description,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: apiPrefix, description: 'The server that this document came from.' }],
    tags: Object.entries(tags).map(([name, text]) => ({ name, description: text })),
    paths,
    components: { schemas: sorted(components), securitySchemes },
  };
}

const securitySchemes = {
  [tokenScheme]: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: `An access token of the issuer that the app is set to, with roles: \`operator\`,
\`operator:{gridId}\`, \`gateway:{gridId}\`, \`reader\`, \`reader:{gridId}\`, \`prosumer:{prosumerId}\`.`,
  },
} as const;

const description = `Energy is in watt-hours, prices are in millisatoshi per kWh, and money is in
microsatoshi as decimal strings: Wh × msat/kWh = µsat, exactly. Instants are UTC. Collections are
paged: go on at \`nextLink\`. Errors are \`application/problem+json\` with a stable \`code\`.
A POST with an \`Idempotency-Key\` may be repeated: it gets the first answer again. What a caller may not
know of is answered as what is not there.`;

function sorted(components: Components): Readonly<Record<string, TSchema>> {
  const byName = [...components].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(byName);
}
