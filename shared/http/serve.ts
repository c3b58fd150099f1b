import { assert } from '../domain/assert.ts';
import type { Actor } from '../domain/audit.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { Result } from '../domain/result.ts';
import type { FunctionName, RawAnswer } from '../schemas/input.ts';
import {
  bodyBytesMax,
  type Method,
  type MethodSpec,
  type RouteSpec,
} from '../schemas/routeSpec.ts';
import { routes } from '../schemas/routes.ts';
import { authenticate } from './authenticate.ts';
import { showsContent, unlessKnown, versionOfTag, withContentTag } from './contentTag.ts';
import { costOf, costWithBody } from './costOf.ts';
import type {
  EdgeDeps,
  EdgeRefusal,
  Handlers,
  HttpAnswer,
  HttpRequestLike,
  RequestContext,
  ValidatedInput,
} from './edge.ts';
import { parseIfMatch } from './etag.ts';
import { failureAnswer } from './failure.ts';
import { answerOnce, type Outcome, readKey } from './idempotency.ts';
import { isConditional } from './isConditional.ts';
import { problems } from './problems.ts';
import { type JsonBody, readBody } from './readBody.ts';
import { readInput } from './readInput.ts';
import { jsonAnswer, overTls, problemAnswer, rawAnswer } from './respond.ts';
import { rateLimited, withinRoom } from './withinLimits.ts';

type JsonAnswer = {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};
type HandlerResult = Result<JsonAnswer | RawAnswer, Refusal | EdgeRefusal>;
/** A handler without its static types: what it is called with has been validated against them. */
type AnyHandler = (request: ValidatedInput & RequestContext) => Promise<HandlerResult>;
type AnyHandlers = Readonly<Partial<Record<Method, AnyHandler>>>;

/**
 * The edge of one function: authenticate, parse, validate, authorize, operate, respond. It never
 * rejects: what is thrown inside becomes 503 or 500. HEAD is answered as GET without its body.
 * Handlers are made for who acts.
 */
export function serve<F extends FunctionName>(
  name: F,
  handlersFor: (by: Actor) => Handlers<F>,
  deps: EdgeDeps,
): (request: HttpRequestLike) => Promise<HttpAnswer> {
  const route: RouteSpec = routes[name];
  const untypedFor = handlersFor as unknown as (by: Actor) => AnyHandlers;
  const answered = async (request: HttpRequestLike) => {
    const isHead = request.method === 'HEAD';
    const method = isHead ? 'GET' : request.method;
    if (!isMethod(method)) return methodNotAllowed(route);
    try {
      const answer = await respond({ name, route, method, handlersFor: untypedFor, deps }, request);
      return isHead ? { status: answer.status, headers: answer.headers } : answer;
    } catch (error) {
      return failureAnswer(error, deps, name);
    }
  };
  return async (request) => overTls(request.url, await answered(request));
}

type Endpoint = {
  readonly name: FunctionName;
  readonly route: RouteSpec;
  readonly method: Method;
  readonly handlersFor: (by: Actor) => AnyHandlers;
  readonly deps: EdgeDeps;
};

async function respond(endpoint: Endpoint, request: HttpRequestLike): Promise<HttpAnswer> {
  const spec = endpoint.route.methods[endpoint.method];
  if (spec === undefined) return methodNotAllowed(endpoint.route);
  // Whether the app is alive is told however much it has to do.
  const { access } = spec;
  const isHealth = access.kind === 'public' && access.of === 'health';
  if (isHealth) return answerOf(endpoint, spec, request);
  return withinRoom(endpoint.deps.limits, () => answerOf(endpoint, spec, request));
}

async function answerOf(
  endpoint: Endpoint,
  spec: MethodSpec,
  request: HttpRequestLike,
): Promise<HttpAnswer> {
  const { name, route, method, deps } = endpoint;
  // Before anything of the body is read: strangers cost nothing.
  const known = await authenticate(spec.access, request, deps);
  if (!known.ok) return known.refusal;
  const caller = known.value;
  const isKnown = spec.access.kind !== 'public';
  const waitSeconds = isKnown
    ? deps.limits.spend(caller.id, costWithBody(spec, request))
    : undefined;
  if (waitSeconds !== undefined) return rateLimited(waitSeconds);
  const body = spec.body && (await readBody(request, spec.maxBodyBytes ?? bodyBytesMax));
  if (body?.ok === false) return problemAnswer(body.refusal);
  const json: JsonBody | undefined = body?.value;
  const input = readInput(name, method, route, spec, request, json?.value);
  if (!input.ok) return problemAnswer(input.refusal);
  const post = method === 'POST' ? route.methods.POST : undefined;
  const key = readKey(post ? request.headers.get('idempotency-key') : null);
  if (!key.ok) return problemAnswer(key.refusal);

  const may = await deps.authorize(caller, spec.access, input.value);
  if (!may.ok) return problemAnswer(may.refusal);

  const run = async (assignedId: string) => {
    const context = { caller, assignedId, cost: costOf(spec) };
    const { answer, isFinal } = await operate(endpoint, request, input.value, context);
    return { answer: withContentTag(answer, showsContent(method, spec), deps.sha256), isFinal };
  };
  if (post === undefined || key.value === undefined) {
    const { answer } = await run(deps.ids.next());
    return method === 'GET' ? unlessKnown(answer, request.headers.get('if-none-match')) : answer;
  }
  const place = `${method} ${name} ${JSON.stringify(input.value.params)}`;
  const text = `${place}\n${json?.text ?? ''}`;
  // A key is its caller's own: nobody gets an answer that was given to somebody else.
  const whose = deps.sha256(caller.id);
  const keyed = { key: `${whose} ${place} ${key.value}`, text, run };
  return answerOnce(deps.answers[post.keptIn], deps, keyed);
}

/**
 * Calls the handler, for each tag of If-Match until one is the state's, and answers its result. Each
 * further tag costs as much as a request.
 */
async function operate(
  { route, method, handlersFor, deps: { limits } }: Endpoint,
  { headers, url }: HttpRequestLike,
  input: ValidatedInput,
  { cost, ...context }: Pick<RequestContext, 'caller' | 'assignedId'> & { readonly cost: number },
): Promise<Outcome> {
  const handler = handlersFor({ kind: 'caller', id: context.caller.id })[method];
  assert(handler !== undefined, 'a method of a route has a handler');
  const ifMatch = parseIfMatch(isConditional(route, method) ? headers.get('if-match') : null);
  if (ifMatch.kind === 'any') return outcome(await handler({ ...input, url, ...context }));
  if (ifMatch.kind === 'malformed') {
    const detail = 'If-Match is a list of quoted entity tags, or *.';
    return outcome({ ok: false, refusal: { code: 'header_invalid', detail } });
  }
  for (const [index, tag] of ifMatch.tags.entries()) {
    const waitSeconds = index === 0 ? undefined : limits.spend(context.caller.id, cost);
    if (waitSeconds !== undefined) return { answer: rateLimited(waitSeconds), isFinal: false };
    const result = await handler({ ...input, url, ...context, ifMatch: versionOfTag(tag) });
    if (result.ok || result.refusal.code !== 'etag_mismatch') return outcome(result);
  }
  const detail = 'No tag of If-Match is that of the current state. Read it again.';
  return outcome({ ok: false, refusal: { code: 'etag_mismatch', detail } });
}

function outcome(result: HandlerResult): Outcome {
  if (!result.ok) {
    const { isFinal = false, retryAfterSeconds } = problems[result.refusal.code];
    const headers =
      retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
    return { answer: problemAnswer(result.refusal, headers), isFinal };
  }
  const { value } = result;
  const answer =
    'raw' in value ? rawAnswer(value) : jsonAnswer(value.status, value.body, value.headers);
  return { answer, isFinal: answer.status < 300 };
}

function methodNotAllowed({ methods }: RouteSpec): HttpAnswer {
  const known = Object.keys(methods);
  const allow = (known.includes('GET') ? [...known, 'HEAD'] : known).join(', ');
  const detail = `This path knows ${allow}.`;
  return problemAnswer({ code: 'method_not_allowed', detail }, { allow });
}

const known = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const satisfies readonly Method[];

function isMethod(method: string): method is Method {
  return (known as readonly string[]).includes(method);
}
