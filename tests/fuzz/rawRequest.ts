import type { Chance } from '../simulation/chance.ts';
import type { FuzzRequest } from './fuzzRequest.ts';

/** A request as it goes over a wire. */
export type RawRequest = {
  readonly bytes: Uint8Array;
  /** As HTTP has it, so that it must be answered, and the connection may be used again. */
  readonly isWhole: boolean;
};

type Head = {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly headers: readonly (readonly [string, string])[];
};

const prefix = '/api';
const bentProbability = 0.25;
const longHeaderMax = 40_000;
const manyHeaders = 300;
const flipsMax = 4;

/** Writes a request out, one of four in a way that HTTP does not know or a host does not expect. */
export function rawRequest(
  chance: Chance,
  host: string,
  request: FuzzRequest,
  token: string | undefined,
): RawRequest {
  const { method, path, headers, body = new Uint8Array() } = request;
  const isMeant = (name: string) => !/^(?:content-length|transfer-encoding)$/.test(name);
  const whole: Head = {
    method,
    target: prefix + path,
    version: 'HTTP/1.1',
    headers: [
      ['host', host],
      ...(token === undefined ? [] : [['authorization', `Bearer ${token}`] as const]),
      ...Object.entries(headers).filter(([name]) => isMeant(name)),
      ...(body.length > 0 || method !== 'GET'
        ? [['content-length', `${body.length}`] as const]
        : []),
    ],
  };
  if (!chance.hits(bentProbability)) return { bytes: written(whole, body), isWhole: true };
  return { bytes: bentBytes(chance, whole, body), isWhole: false };
}

type Bend = { readonly weight: number; readonly make: () => Uint8Array };

function bentBytes(chance: Chance, head: Head, body: Uint8Array): Uint8Array {
  const pick = (values: readonly string[]) => chance.pick(values) ?? '';
  const withHeader = (name: string, value: string) =>
    written({ ...head, headers: [...head.headers, [name, value]] }, body);
  const without = (name: string) =>
    written({ ...head, headers: head.headers.filter(([own]) => own !== name) }, body);
  return chance
    .weigh<Bend>([
      {
        weight: 6,
        make: () => written({ ...head, target: bentTarget(chance, head.target) }, body),
      },
      { weight: 3, make: () => written({ ...head, method: pick(methods) }, body) },
      { weight: 1, make: () => written({ ...head, version: pick(versions) }, body) },
      { weight: 2, make: () => withHeader('content-length', pick(lengths)) },
      { weight: 1, make: () => withHeader('transfer-encoding', pick(codings)) },
      { weight: 2, make: () => chunked(chance, head, body) },
      { weight: 1, make: () => without('host') },
      { weight: 1, make: () => without('content-length') },
      { weight: 2, make: () => withHeader('authorization', pick(credentials)) },
      { weight: 2, make: () => withHeader(pick(['host', 'expect', 'upgrade', 'te']), pick(odd)) },
      { weight: 1, make: () => withHeader('x-long', 'x'.repeat(chance.below(longHeaderMax))) },
      { weight: 1, make: () => crowded(head, body) },
      { weight: 2, make: () => cut(chance, written(head, body)) },
      { weight: 4, make: () => flipped(chance, written(head, body)) },
    ])
    .make();
}

function written({ method, target, version, headers }: Head, body: Uint8Array): Uint8Array {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const text = `${method} ${target} ${version}\r\n${lines}\r\n`;
  return Buffer.concat([Buffer.from(text, 'latin1'), body]);
}

const methods = [
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'HEAD',
  'PROPFIND',
  'get',
  'PATCH',
  'PUT',
  'DELETE',
];
const versions = ['HTTP/1.0', 'HTTP/2.0', 'HTTP/9.9', 'HTTP/1.1 ', 'http/1.1', ''];
const lengths = ['0', '1', '-1', '99', '70000', '99999999999', '0x5', '+3', '5, 6', ''];
const codings = ['chunked', 'gzip, chunked', 'chunked, identity', 'xchunked', ' chunked', ''];
const odd = [
  '100-continue',
  'websocket',
  'h2c',
  'trailers',
  'evil.example',
  'a b',
  '[::1',
  '@',
  '',
];
/** Nothing, nonsense, a token without a signature, and one that is far too long. */
const credentials = [
  'Bearer',
  'Bearer ',
  'Bearer a.b.c',
  'Basic YTpi',
  'bearer e30.e30.',
  'Bearer eyJhbGciOiJub25lIn0.eyJyb2xlcyI6WyJvcGVyYXRvciJdfQ.',
  `Bearer ${'a'.repeat(9_000)}`,
];

function bentTarget(chance: Chance, target: string): string {
  const at = chance.below(target.length);
  const into = (text: string) => target.slice(0, at) + text + target.slice(at);
  const choices = [
    into(
      chance.pick(['%', '%00', '%2f', '%2e%2e/', '/../', '//', '%ff', '%c0%af', '\\', '\t', ';']) ??
        '',
    ),
    into('é'),
    target.toUpperCase(),
    `${target}/`,
    `/${target}`,
    `http://evil.example${target}`,
    target.replace(prefix, '/admin'),
    target.replace(prefix, '/api/../api/%2e'),
    `${target}?${'a=1&'.repeat(1_000)}`,
    `${target}#a`,
    `/api/docs/${chance.pick(['..%2f..%2fpackage.json', '%2e%2e', 'swagger-ui.css', 'x'.repeat(5_000)])}`,
    '*',
    '',
    '/',
  ];
  return chance.pick(choices) ?? target;
}

/** In chunks, of which the sizes may be wrong. */
function chunked(chance: Chance, head: Head, body: Uint8Array): Uint8Array {
  const headers = head.headers.filter(([name]) => name !== 'content-length');
  const size = chance.pick([body.length.toString(16), 'fffffff', '-1', 'zz', '0']) ?? '0';
  const chunk = [Buffer.from(`${size}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')];
  const chunkedHead: Head = { ...head, headers: [...headers, ['transfer-encoding', 'chunked']] };
  return written(chunkedHead, Buffer.concat(chunk));
}

function crowded(head: Head, body: Uint8Array): Uint8Array {
  const more = Array.from({ length: manyHeaders }, (_, n) => [`x-${n}`, 'a'] as const);
  return written({ ...head, headers: [...head.headers, ...more] }, body);
}

function cut(chance: Chance, bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, chance.below(bytes.length));
}

function flipped(chance: Chance, bytes: Uint8Array): Uint8Array {
  const copy = Buffer.from(bytes);
  const count = chance.between(1, flipsMax);
  for (let flip = 0; flip < count; flip += 1) copy[chance.below(copy.length)] = chance.below(256);
  return copy;
}
