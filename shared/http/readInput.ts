import type { TSchema } from 'typebox';
import type { FieldError } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import type { FunctionName } from '../schemas/input.ts';
import type { Method, MethodSpec, RouteSpec } from '../schemas/routeSpec.ts';
import { validate } from '../validation/validate.ts';
import type { EdgeRefusal, HttpRequestLike, ValidatedInput } from './edge.ts';

/** Parameters of a query: far more than any route knows. */
const parametersMax = 50;

/** Validates path, query and body, all of them, so that one answer tells everything that is wrong. */
export function readInput(
  name: FunctionName,
  method: Method,
  { params: paramsSchema }: RouteSpec,
  spec: MethodSpec,
  request: HttpRequestLike,
  body: unknown,
): Result<ValidatedInput, EdgeRefusal> {
  const params = coerce(paramsSchema, Object.entries(request.params).filter(isGiven));
  const given = queryOf(request);
  if (given.size > parametersMax) {
    const detail = `The query has more than ${parametersMax} parameters.`;
    return refuse({ code: 'validation_failed', detail });
  }
  const query = coerce(spec.query, [...given]);
  const errors = [
    ...parameterErrors(validate(`${name}.params`, params)),
    ...repeated(given),
    ...parameterErrors(validate(`${name}.${method}.query`, query)),
    ...(spec.body === undefined ? [] : (validate(`${name}.${method}.body`, body) ?? [])),
  ];
  if (errors.length === 0) return accept({ params, query, body });
  return refuse({ code: 'validation_failed', detail: 'The request is not valid.', errors });
}

/** From the address where it has a query: hosts give `query` as a map, which hides repetitions. */
function queryOf({ url, query }: HttpRequestLike): URLSearchParams {
  const { search, searchParams } = new URL(url);
  return search === '' ? query : searchParams;
}

/** An optional part of a path that is absent comes as an empty text from some hosts. */
function isGiven([, value]: [string, string]): boolean {
  return value !== '';
}

/** Makes numbers of those parameters that are to be integers and look like some. */
function coerce(
  schema: TSchema | undefined,
  entries: readonly (readonly [string, string])[],
): Readonly<Record<string, unknown>> {
  // Own properties, whatever their names: `__proto__` is then an unknown field like any other.
  return Object.fromEntries(
    entries.map(([name, text]) => [
      name,
      isInteger(schema, name) && /^\d{1,15}$/.test(text) ? Number(text) : text,
    ]),
  );
}

function isInteger(schema: TSchema | undefined, name: string): boolean {
  const properties: unknown = schema && Reflect.get(schema, 'properties');
  if (typeof properties !== 'object' || properties === null) return false;
  const property: unknown = Object.hasOwn(properties, name) && Reflect.get(properties, name);
  return typeof property === 'object' && Reflect.get(property ?? {}, 'type') === 'integer';
}

function repeated(query: URLSearchParams): readonly FieldError[] {
  const names = [...query.keys()];
  return [...new Set(names)]
    .filter((name) => query.getAll(name).length > 1)
    .map((name) => ({ pointer: name, detail: 'must not be given more than once' }));
}

/** A parameter is told by its name, not by a pointer. */
function parameterErrors(errors: readonly FieldError[] | undefined): readonly FieldError[] {
  return (errors ?? []).map(({ pointer, detail }) => ({ pointer: pointer.slice(1), detail }));
}
