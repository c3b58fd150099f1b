import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { openApiDocument } from '../../shared/http/openapi.ts';
import type { Answer } from './api.ts';

type Responses = Readonly<
  Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: object }>> }>
>;
type Document = {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Responses }>>>
  >;
  readonly components: object;
};

const compiled = new Map<string, ValidateFunction>();
const document = closed(JSON.parse(JSON.stringify(openApiDocument()))) as Document;

/**
 * What of an answer is not as the OpenAPI document shows it: a status, a media type, a field more or
 * less. The path is below the prefix.
 */
export function answerFaults(
  method: string,
  path: string,
  { status, headers, body }: Answer,
): readonly unknown[] {
  const { pathname } = new URL(`http://localhost${path}`);
  const template = Object.keys(document.paths).find((known) => fits(known, pathname));
  const responses = document.paths[template ?? '']?.[method.toLowerCase()]?.responses ?? {};
  const response = responses[status] ?? (status >= 400 ? responses['default'] : undefined);
  const type = headers['content-type']?.split(';')[0] ?? '';
  // Such as 304: it has no body.
  if (response !== undefined && response.content === undefined) {
    return body === undefined ? [] : [`${method} ${path} is to answer ${status} without a body`];
  }
  const content = response?.content?.[type];
  if (content === undefined) return [`${method} ${path} is not to answer ${status} as ${type}`];
  const { schema } = content;
  // A page, a picture, a file: nothing is said of what is in it.
  if (schema === undefined) return [];
  const key = `${method} ${template} ${status} ${type}`;
  const isValid =
    compiled.get(key) ??
    new Ajv2020({ strict: false, allErrors: true }).compile({
      ...schema,
      components: document.components,
    });
  compiled.set(key, isValid);
  return isValid(body) ? [] : (isValid.errors ?? []);
}

function fits(template: string, path: string): boolean {
  const parts = path.split('/');
  const segments = template.split('/');
  return (
    segments.length === parts.length &&
    segments.every((segment, at) => segment.startsWith('{') || segment === parts[at])
  );
}

/** The same, where every object that names fields has those and no others. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, closed(part)]));
  const isOpen =
    copy['type'] === 'object' && 'properties' in copy && !('additionalProperties' in copy);
  return isOpen ? { ...copy, additionalProperties: false } : copy;
}
