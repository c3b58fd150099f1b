import { breakBytes } from './breakBytes.ts';
import { type Draw, drawValue } from './drawValue.ts';
import type { FuzzCaller, FuzzRequest } from './fuzzRequest.ts';
import { hostileNames, hostileTexts } from './hostileValues.ts';
import type { Endpoint, Parameter } from './openApiEndpoints.ts';
import { spoilJson } from './spoilValue.ts';

/** How far a request is from what the document allows. */
type Bent = { readonly weight: number; readonly kind: 'valid' | 'near' | 'broken' };

const bends: readonly Bent[] = [
  { weight: 5, kind: 'valid' },
  { weight: 3, kind: 'near' },
  { weight: 2, kind: 'broken' },
];
const subjectsCount = 50;

/** Draws a request of one endpoint: as the document has it, nearly so, or of broken bytes. */
export function drawRequest(draw: Draw, endpoint: Endpoint): FuzzRequest {
  const { chance } = draw;
  const { kind } = chance.weigh(bends);
  const isBentAside = kind !== 'valid' && chance.hits(endpoint.body === undefined ? 0.7 : 0.3);
  const path = pathOf(draw, endpoint, isBentAside);
  const body = endpoint.body && bodyOf(draw, endpoint, kind);
  return {
    caller: callerOf(draw),
    method: endpoint.method,
    path: path + queryOf(draw, endpoint, isBentAside),
    headers: headersOf(draw, endpoint, isBentAside),
    ...(body !== undefined && { body }),
  };
}

function bodyOf(draw: Draw, { body, examples }: Endpoint, kind: Bent['kind']): Uint8Array {
  const { chance } = draw;
  const example = chance.hits(0.4) ? chance.pick(examples) : undefined;
  const value = example ?? drawValue(draw, body ?? {}, 'body');
  if (kind === 'valid') return Buffer.from(JSON.stringify(value));
  if (kind === 'near') return Buffer.from(spoilJson(chance, value).toWellFormed());
  return breakBytes(chance, JSON.stringify(value));
}

function pathOf(draw: Draw, { path, parameters }: Endpoint, isBent: boolean): string {
  const inPath = parameters.filter((parameter) => parameter.in === 'path');
  const names = inPath.map(({ name }) => name);
  const { chance, population } = draw;
  const known = chance.hits(0.7) ? chance.pick(population.together(names)) : undefined;
  return inPath.reduce((filled, { name, schema }) => {
    const isThis = isBent && chance.hits(0.3);
    const text = isThis
      ? (chance.pick(hostileTexts) ?? '')
      : (known?.[name] ?? String(drawValue(draw, schema, name)));
    // A dot segment would be taken out of the address before anybody sees it.
    const segment = /^\.{0,2}$/.test(text) ? 'x' : text;
    return filled.replace(`{${name}}`, () => encodeURIComponent(segment.toWellFormed()));
  }, path);
}

function queryOf(draw: Draw, { parameters }: Endpoint, isBent: boolean): string {
  const { chance } = draw;
  const known = parameters.filter((parameter) => parameter.in === 'query');
  const pairs = known
    .filter(({ required }) => required || chance.hits(0.4))
    .map(({ name, schema }) => pairOf(name, String(drawValue(draw, schema, name))));
  if (isBent && chance.hits(0.5)) pairs.push(bentPair(draw, known));
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function bentPair({ chance }: Draw, known: readonly Parameter[]): string {
  const name = chance.pick([...known.map((one) => one.name), ...hostileNames]) ?? 'a';
  const raw = chance.pick(['%', '%zz', '%ff%fe', '+', ';', '=', '&', '%00', '#', '[]=1']) ?? '';
  return chance.hits(0.8) ? pairOf(name, chance.pick(hostileTexts) ?? '') : `${name}=${raw}`;
}

function pairOf(name: string, text: string): string {
  return `${encodeURIComponent(name)}=${encodeURIComponent(text.toWellFormed())}`;
}

const mediaTypes = [
  'application/json; charset=utf-8',
  'application/json; charset=utf-16',
  'application/JSON',
  'application/json;;',
  'application/merge-patch+json',
  'text/plain',
  'multipart/form-data; boundary=a',
  'application/x-www-form-urlencoded',
  'a',
  '*/*',
];
const keys = ['k', 'l', '"', 'a b', '\t', 'x'.repeat(255), 'x'.repeat(256), 'é', '{}', ' '];
const tags = ['*', '""', '"a"', 'W/"a"', 'a', '"a","b"', '"', ',', '"a" "b"', '"é"', '"\\"'];
const lengths = ['-1', '1e9', '99999999999999999999', 'a', '0', ' 1', '1,2', '67108865'];

/** Headers that a library takes: what it would not even send is a matter of raw bytes. */
function headersOf(
  draw: Draw,
  { method, body }: Endpoint,
  isBent: boolean,
): Readonly<Record<string, string>> {
  const { chance, population } = draw;
  const some = (probability: number, values: readonly string[], otherwise?: string) =>
    chance.hits(probability) ? chance.pick(values) : otherwise;
  const bent = isBent ? 0.2 : 0;
  const many = Array.from({ length: 500 }, (_, n) => `"${n}"`).join(',');
  const headers = {
    'content-type': body && some(bent, mediaTypes, 'application/json'),
    'content-length': body && some(bent / 2, lengths),
    'transfer-encoding': body && some(bent / 4, ['chunked', 'gzip']),
    'idempotency-key': some(method === 'POST' ? 0.1 : bent, isBent ? keys : keys.slice(0, 2)),
    'if-match': some(
      method === 'GET' ? bent : 0.15,
      isBent ? [...tags, many] : population.of('etag'),
    ),
    accept: some(bent, ['*/*', 'text/html', 'a', '', 'x'.repeat(2_000)]),
    'x-forwarded-for': some(bent, ['127.0.0.1', 'a', '::1, 10.0.0.1']),
  };
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

const strangeRoles = ['', 'operator:', 'operator:*', 'prosumer:', '__proto__', 'OPERATOR', 'root'];

function callerOf({ chance, population }: Draw): FuzzCaller {
  const grid = chance.pick(population.of('gridId')) ?? 'lane';
  const prosumer = chance.pick(population.of('prosumerId')) ?? 'anna';
  const { roles } = chance.weigh<FuzzCaller & { weight: number }>(
    [
      { weight: 70, roles: ['operator'] },
      { weight: 5, roles: [`operator:${grid}`] },
      { weight: 5, roles: [`prosumer:${prosumer}`] },
      { weight: 4, roles: [`gateway:${grid}`] },
      { weight: 4, roles: [`reader:${grid}`, `gateway:${grid}`, `prosumer:${prosumer}`] },
      { weight: 3, roles: ['reader'] },
      { weight: 3, roles: strangeRoles },
      { weight: 1, roles: [] },
      { weight: 5, roles: undefined },
    ].map((one) => ({ ...one, subject: '' })),
  );
  return { roles, subject: `caller-${chance.below(subjectsCount)}` };
}
