import type { TSchema } from 'typebox';
import type { FunctionName } from '../schemas/input.ts';
import { CloseCommand, TradeBatch } from '../schemas/message.ts';
import { IntervalReading, RegisterReading } from '../schemas/reading.ts';
import type { Method, RouteSpec } from '../schemas/routeSpec.ts';
import { routes } from '../schemas/routes.ts';

/** What is validated on its own: items of a request, and messages of the queues. */
const parts = { IntervalReading, RegisterReading, CloseCommand, TradeBatch } as const;

/** Names a validator: a part, the parameters of a path, or the query or body of a method. */
export type ValidatorName =
  | keyof typeof parts
  | `${FunctionName}.params`
  | `${FunctionName}.${Method}.${'query' | 'body'}`;

/** Every schema that is validated against, by the name of its validator. */
export function allSchemas(): ReadonlyMap<string, TSchema> {
  const schemas = new Map<string, TSchema>(Object.entries(parts));
  const table: Readonly<Record<string, RouteSpec>> = routes;
  for (const [name, { params, methods }] of Object.entries(table)) {
    schemas.set(`${name}.params`, params);
    for (const [method, { query, body }] of Object.entries(methods)) {
      if (query !== undefined) schemas.set(`${name}.${method}.query`, query);
      if (body !== undefined) schemas.set(`${name}.${method}.body`, body);
    }
  }
  return schemas;
}
