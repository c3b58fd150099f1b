import type { IncomingMessage, ServerResponse } from 'node:http';
import { rolesMax } from '../../shared/domain/caller.ts';
import { readBody } from './httpRequestData.ts';
import { writeBare, writeJson } from './httpResponseWriter.ts';
import { issuerPath, type TokenIssuer, type TokenOrder } from './tokenIssuer.ts';

const tokensPath = '/admin/tokens';
const minutesDefault = 60;
const minutesMax = 24 * 60;
const subjectLengthMax = 200;
const usage = `The body is { "subject": text, "roles": texts, "minutes"?: 1 to ${minutesMax} }.`;

/**
 * Answers for the issuer of tokens: what it publishes, and `POST /admin/tokens`. False where the
 * address is another's. A page in a browser could not send JSON to another machine without leave.
 */
export async function answerForIssuer(
  issuer: TokenIssuer,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<boolean> {
  if (url.pathname.startsWith(`${issuerPath}/`)) {
    const document = issuer.published(url.pathname.slice(issuerPath.length));
    if (document === undefined || request.method !== 'GET') writeBare(response, 404);
    else writeJson(response, 200, document);
    return true;
  }
  if (url.pathname !== tokensPath) return false;
  await answerOrder(issuer, request, response);
  return true;
}

async function answerOrder(
  issuer: TokenIssuer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'POST') return writeBare(response, 405);
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    return writeBare(response, 415);
  }
  const order = parseOrder(await readBody(request));
  if (order === undefined) return writeJson(response, 400, { message: usage });
  writeJson(response, 200, await issuer.issue(order));
}

function parseOrder(body: Uint8Array | undefined): TokenOrder | undefined {
  const fields = parseObject(body);
  if (fields === undefined) return undefined;
  const { subject, roles, minutes = minutesDefault } = fields;
  if (typeof subject !== 'string' || subject === '' || subject.length > subjectLengthMax) {
    return undefined;
  }
  if (!Array.isArray(roles) || roles.length > rolesMax) return undefined;
  const texts = roles.filter((role) => typeof role === 'string');
  if (texts.length < roles.length) return undefined;
  if (typeof minutes !== 'number' || !Number.isInteger(minutes)) return undefined;
  if (minutes < 1 || minutes > minutesMax) return undefined;
  return { subject, roles: texts, minutes };
}

function parseObject(body: Uint8Array | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(body ?? []).toString());
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
