import type { TSchema } from 'typebox';
import { Problem } from '../schemas/problem.ts';
import type { MethodSpec, RawBody, RouteSpec } from '../schemas/routeSpec.ts';
import { showsContent } from './contentTag.ts';
import { isConditional } from './isConditional.ts';
import { examples } from './openapiExamples.ts';
import { type Components, shown } from './openapiSchema.ts';
import { whoMay } from './whoMay.ts';

type Endpoint = {
  readonly name: string;
  readonly method: string;
  readonly route: RouteSpec;
  readonly spec: MethodSpec;
  readonly components: Components;
};

/** The name of the scheme by which callers are known. */
export const tokenScheme = 'token';

/** One operation of the OpenAPI document. */
export function operationOf(endpoint: Endpoint): object {
  const { name, method, spec } = endpoint;
  const parameters = parametersOf(endpoint);
  return {
    operationId: `${method.toLowerCase()}${name[0]?.toUpperCase()}${name.slice(1)}`,
    summary: spec.summary,
    description: whoMay(spec.access),
    tags: [spec.tag],
    security: spec.access.kind === 'public' ? [] : [{ [tokenScheme]: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...bodyOf(endpoint),
    responses: { ...answersOf(endpoint), ...problemsOf(endpoint) },
  };
}

function parametersOf(endpoint: Endpoint): readonly object[] {
  const { method, route, spec, components } = endpoint;
  return [
    // An optional part of a path is left out: OpenAPI knows none.
    ...fieldsOf(route.params, 'path', components).filter(({ required }) => required),
    ...fieldsOf(spec.query, 'query', components),
    ...(method === 'POST' ? [idempotencyKey] : []),
    ...(isConditional(route, method) ? [ifMatch] : []),
    ...(isShown(endpoint) ? [ifNoneMatch] : []),
  ];
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'A repeat with the same key and body gets the same answer; another body is refused.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};
const ifMatch = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description: 'The ETag that was read: changed since, the request is refused.',
  schema: { type: 'string' },
};
const ifNoneMatch = {
  name: 'If-None-Match',
  in: 'header',
  required: false,
  description: 'The ETag that was read: as long as it is that, the answer is 304 without a body.',
  schema: { type: 'string' },
};

function fieldsOf(schema: TSchema | undefined, place: 'path' | 'query', components: Components) {
  const { properties = {}, required = [] }: Fields = schema ?? {};
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = shown(property, components) as { description?: string };
    return { name, in: place, required: required.includes(name), description, schema: rest };
  });
}
type Fields = {
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly required?: readonly string[];
};

function bodyOf({ spec, components }: Endpoint): object {
  const schema = spec.shownBody ?? spec.body;
  if (schema === undefined) return {};
  const title = 'title' in schema ? String(schema.title) : '';
  const content = { schema: shown(schema, components), examples: examples[title] };
  return { requestBody: { required: true, content: { 'application/json': content } } };
}

function answersOf(endpoint: Endpoint): object {
  const { method, route, spec, components } = endpoint;
  const isTagged = isShown(endpoint) || isConditional(route, method);
  const answers = Object.entries(spec.answers).map(([status, answer]) => {
    const isMade = status === '201' || status === '202';
    const headers = {
      ...headersOf(answer),
      ...(isMade && { Location: text('Where it is.') }),
      ...((isMade || isTagged) && { ETag: tag }),
    };
    return [
      status,
      {
        description: descriptionOf(answer),
        ...(Object.keys(headers).length > 0 && { headers }),
        content: contentOf(answer, components),
      },
    ];
  });
  const unchanged = { description: 'It is what If-None-Match says.', headers: { ETag: tag } };
  return { ...Object.fromEntries(answers), ...(isShown(endpoint) && { 304: unchanged }) };
}

const tag = text('Tag of its state.');

/** Does it show what its reader may have already? */
function isShown({ method, spec }: Endpoint): boolean {
  return showsContent(method, spec);
}

function headersOf(answer: TSchema | RawBody): Readonly<Record<string, object>> {
  const headers = isRaw(answer) ? Object.entries(answer.headers ?? {}) : [];
  return Object.fromEntries(headers.map(([name, description]) => [name, text(description)]));
}

function text(description: string): object {
  return { description, schema: { type: 'string' } };
}

function descriptionOf(answer: TSchema | RawBody): string {
  return 'description' in answer ? String(answer.description) : 'The answer.';
}

function contentOf(answer: TSchema | RawBody, components: Components): object {
  if (!isRaw(answer)) return { 'application/json': { schema: shown(answer, components) } };
  return Object.fromEntries(answer.mediaTypes.map((type) => [type, {}]));
}

function isRaw(answer: TSchema | RawBody): answer is RawBody {
  return 'mediaTypes' in answer;
}

/** The problems that an operation may answer, by status. Any may also fail: 500 and 503. */
function problemsOf({ method, route, spec, components }: Endpoint): object {
  const hasPathParameter = /\{\w+\}/.test(route.path);
  const content = { 'application/problem+json': { schema: shown(Problem, components) } };
  const isPublic = spec.access.kind === 'public';
  const isChange = method !== 'GET';
  const answers = {
    ...((hasPathParameter || spec.query || spec.body) && { 400: 'The request is not valid.' }),
    ...(!isPublic && {
      401: 'There is no valid token.',
      403: 'The caller may not do this.',
    }),
    ...((hasPathParameter || !isPublic) && { 404: 'It is not there, or not for the caller.' }),
    ...(isChange && { 409: 'It cannot be done as things are.' }),
    ...(isConditional(route, method) && { 412: 'Changed since it was read.' }),
    ...(spec.body && {
      411: 'The body came without its length.',
      413: 'The body is too large.',
      415: 'The body is not JSON.',
    }),
    ...(!isPublic && {
      429: 'The caller asks too often.',
      503: 'There is too much to do at once, or something that is needed does not answer.',
    }),
    default: 'The request could not be served.',
  };
  return Object.fromEntries(
    Object.entries(answers).map(([status, description]) => [
      status,
      { description, ...(passing.has(status) && { headers: retryAfter }), content },
    ]),
  );
}

/** Statuses of what may succeed later. */
const passing: ReadonlySet<string> = new Set(['429', '503']);
const retryAfter = {
  'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 1 } },
};
