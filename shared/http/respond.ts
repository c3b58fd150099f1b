import type { FieldError } from '../domain/refusal.ts';
import type { RawAnswer } from '../schemas/input.ts';
import type { ProblemBody } from '../schemas/problem.ts';
import type { HttpAnswer } from './edge.ts';
import { type ProblemCode, problems } from './problems.ts';

/**
 * Nobody keeps an answer, no browser takes it for something else, runs what is in it, shows it within
 * another page or gives it to a page from elsewhere. What is to be otherwise says so.
 */
export const everyAnswer = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

type Problem = {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly instance?: string;
};

/** An answer as JSON. */
export function jsonAnswer(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer & { readonly body: string } {
  const contentType = 'application/json; charset=utf-8';
  return {
    status,
    headers: { ...everyAnswer, 'content-type': contentType, ...headers },
    body: JSON.stringify(body),
  };
}

/** A problem as RFC 9457 has it; its status and title are those of its code. */
export function problemAnswer(
  { code, detail, errors, instance }: Problem,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer & { readonly body: string } {
  const { status, title } = problems[code];
  const body: ProblemBody = {
    type: `urn:mini-smart-grid:problem:${code}`,
    title,
    status,
    detail,
    code,
    ...(instance && { instance }),
    ...(errors && { errors }),
  };
  return jsonAnswer(status, body, { 'content-type': 'application/problem+json', ...headers });
}

/** An answer as it is sent: over TLS it asks for TLS for all that is to come. */
export function overTls(url: string, answer: HttpAnswer): HttpAnswer {
  if (!url.startsWith('https:')) return answer;
  return { ...answer, headers: { ...answer.headers, 'strict-transport-security': oneYear } };
}
const oneYear = 'max-age=31536000';

/** An answer that is sent as it is; it says itself how long it may be kept. */
export function rawAnswer({ status, headers, raw }: RawAnswer): HttpAnswer {
  return { status, headers: { ...everyAnswer, ...headers }, body: raw };
}
