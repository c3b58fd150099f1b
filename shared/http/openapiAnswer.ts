import type { RawAnswer } from '../schemas/input.ts';

let text: Promise<string> | undefined;

/** The OpenAPI document as an answer; made at the first request for it and kept. */
export async function openApiAnswer(): Promise<RawAnswer> {
  text ??= import('./openapi.ts').then(({ openApiDocument }) => JSON.stringify(openApiDocument()));
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  return { status: 200, raw: await text, headers };
}
