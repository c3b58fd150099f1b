import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fire } from './createFire.ts';
import { HOST_VERSION } from './functionsCore.ts';
import { readBody } from './httpRequestData.ts';
import { writeBare, writeJson } from './httpResponseWriter.ts';
import { isFromHere } from './isFromHere.ts';
import { answerForIssuer } from './issuerApi.ts';
import type { FunctionMetadata } from './rpcTypes.ts';
import type { TokenIssuer } from './tokenIssuer.ts';
import { triggerOf } from './triggerOf.ts';

/** The host's own addresses, under `/admin`. */
export type AdminApi = {
  owns(pathname: string): boolean;
  answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void>;
};

export type AdminParts = {
  readonly functions: readonly FunctionMetadata[];
  /** Fires a function that is not HTTP; ends when the function has, and throws what it threw. */
  readonly fire: Fire;
  /** What else can be asked for, by name: `POST /admin/actions/{name}` answers what it did. */
  readonly actions?: HostActions;
  /** Issues tokens at `/admin/tokens`. */
  readonly issuer?: TokenIssuer;
};

export type HostActions = Readonly<Record<string, () => Promise<object>>>;

/**
 * Answers who is on this machine as the Functions host does, without keys: `GET /admin/host/status`,
 * `GET /admin/functions`, and `POST /admin/functions/{name}` with `{ "input"?: string }`, which is accepted at once (202).
 * Ours besides: with `wait=true`, in the query or as a header, it answers when the function has
 * ended, 202 or 500; the actions of who started the host; and the issuer of tokens, where it has one.
 */
export function createAdminApi({ functions, fire, actions = {}, issuer }: AdminParts): AdminApi {
  const byName = new Map(functions.map((each) => [each.name.toLowerCase(), each]));

  async function fireByHand(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    target: FunctionMetadata,
  ): Promise<void> {
    const input = parseInput(await readBody(request));
    if (input === undefined) {
      return writeJson(response, 400, { message: 'The body is { "input"?: string }.' });
    }
    if (triggerOf(target).type === 'httpTrigger') {
      return writeJson(response, 400, { message: `"${target.name}" is called by its route.` });
    }
    const isFinished = fire(target.name, input.input);
    const isWaiting = [url.searchParams.get('wait'), request.headers['wait']].includes('true');
    // Each invocation logs its own failure, so one that nobody waits for is not lost.
    const status = await (isWaiting ? isFinished.then(accepted, failed) : accepted());
    if (!isWaiting) isFinished.catch(failed);
    writeBare(response, status);
  }

  return {
    owns: (pathname) => /^\/admin(?:\/|$)/i.test(pathname),
    async answer(request, response, url) {
      if (!isFromHere(request, url)) return writeBare(response, 403);
      if (issuer && (await answerForIssuer(issuer, request, response, url))) return;
      const [, , area, name, ...rest] = url.pathname.replace(/\/$/, '').split('/');
      const path = `${request.method} ${area?.toLowerCase()}/${name?.toLowerCase() ?? ''}`;
      if (rest.length > 0) return writeBare(response, 404);
      if (path === 'GET host/status') return writeJson(response, 200, status());
      if (path === 'GET host/ping') return writeBare(response, 200);
      const action = Object.hasOwn(actions, name ?? '') ? actions[name ?? ''] : undefined;
      if (path === `POST actions/${name?.toLowerCase()}` && action !== undefined) {
        return await act(response, action);
      }
      if (path === 'GET functions/') return writeJson(response, 200, functions.map(describe));
      const target =
        area?.toLowerCase() === 'functions' ? byName.get(name?.toLowerCase() ?? '') : undefined;
      if (target === undefined) return writeBare(response, 404);
      if (request.method === 'GET') return writeJson(response, 200, describe(target));
      if (request.method === 'POST') return await fireByHand(request, response, url, target);
      return writeBare(response, 405);
    },
  };
}

async function act(response: ServerResponse, action: () => Promise<object>): Promise<void> {
  try {
    writeJson(response, 200, await action());
  } catch (error) {
    writeJson(response, 500, { message: error instanceof Error ? error.message : String(error) });
  }
}

const accepted = () => 202;
const failed = () => 500;

function status(): object {
  return {
    id: 'mini-smart-grid',
    state: 'Running',
    version: HOST_VERSION,
    processUptime: Math.round(process.uptime() * 1000),
  };
}

function describe({ name, bindings }: FunctionMetadata): object {
  const config = Object.entries(bindings).map(([key, binding]) => ({ ...binding, name: key }));
  return { name, language: 'node', isDisabled: false, config: { bindings: config } };
}

/** Undefined where the body is something else; an empty body is an input that is absent. */
function parseInput(body: Uint8Array | undefined): { readonly input?: string } | undefined {
  if (body === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body).toString());
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const input: unknown = Reflect.get(value, 'input');
  if (input === undefined || input === null) return {};
  return typeof input === 'string' ? { input } : undefined;
}
