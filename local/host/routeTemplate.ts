import { type Constraint, createConstraint } from './routeConstraints.ts';

/** Values of the parameters of a route, decoded; an optional one that is absent is not there. */
export type RouteParams = Readonly<Record<string, string>>;

/** Matches path segments (still percent-encoded); undefined where the path is another. */
export type RouteTemplate = (segments: readonly string[]) => RouteParams | undefined;

type Part =
  | { readonly kind: 'literal'; readonly text: string }
  | {
      readonly kind: 'parameter';
      readonly name: string;
      readonly isOptional: boolean;
      readonly isCatchAll: boolean;
      readonly defaultValue: string | undefined;
      readonly constraints: readonly Constraint[];
    };

/**
 * Compiles a route of a function: literals, `{name}`, `{name?}`, `{name=default}`, `{*name}`, each
 * with inline constraints (`{id:int:min(1)}`). Literals match in any case, as in ASP.NET Core.
 * Throws on what it does not know.
 */
export function compileRouteTemplate(template: string): RouteTemplate {
  if (/^[/~]/.test(template)) throw new Error(`Route "${template}" must not begin with / or ~.`);
  const parts = splitTemplate(template).map((part) => parsePart(part, template));
  return (segments) => match(parts, segments);
}

function match(parts: readonly Part[], segments: readonly string[]): RouteParams | undefined {
  const params: Record<string, string> = {};
  let index = 0;
  for (const part of parts) {
    const raw = segments[index];
    if (part.kind === 'literal') {
      if (raw === undefined || decodeSegment(raw).toLowerCase() !== part.text) return undefined;
      index += 1;
      continue;
    }
    const value = part.isCatchAll
      ? decodeSegment(segments.slice(index).join('/'))
      : decodeSegment(raw ?? '');
    index = part.isCatchAll ? segments.length : index + 1;
    if (value === '') {
      if (part.defaultValue !== undefined) params[part.name] = part.defaultValue;
      else if (!part.isOptional && !part.isCatchAll) return undefined;
      continue;
    }
    if (!part.constraints.every((accepts) => accepts(value))) return undefined;
    params[part.name] = value;
  }
  return index >= segments.length ? params : undefined;
}

/** Cuts at slashes outside of braces: a regular expression may contain some. */
function splitTemplate(template: string): readonly string[] {
  if (template === '') return [];
  const parts: string[] = [''];
  let depth = 0;
  for (const character of template) {
    if (character === '{') depth += 1;
    if (character === '}') depth -= 1;
    if (character === '/' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}

function parsePart(text: string, template: string): Part {
  if (!/[{}]/.test(text)) return { kind: 'literal', text: text.toLowerCase() };
  const inner = /^\{(\*{0,2})([^:?={}*]+)((?::.*?)?)(\?|=[^:{}]*)?\}$/s.exec(text);
  const [, stars = '', name, constraints = '', ending = ''] = inner ?? [];
  if (name === undefined) {
    throw new Error(
      `Route "${template}": segment "${text}" is not a literal or one parameter, which is what the local host knows.`,
    );
  }
  return {
    kind: 'parameter',
    name,
    isOptional: ending === '?',
    isCatchAll: stars !== '',
    defaultValue: ending.startsWith('=') ? ending.slice(1) : undefined,
    constraints: splitConstraints(constraints).map(parseConstraint),
  };
}

/** Cuts `:int:regex(a:b)` at colons outside of parentheses. */
function splitConstraints(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character === ':' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}

function parseConstraint(text: string): Constraint {
  const { name = text, argument } = /^(?<name>\w+)\((?<argument>.*)\)$/s.exec(text)?.groups ?? {};
  // Braces and backslashes of an expression are doubled in a template, as ASP.NET Core asks for.
  const plain = argument?.replaceAll('{{', '{').replaceAll('}}', '}');
  return createConstraint(name, plain);
}

/** A malformed escape stays as it was sent; an encoded slash stays encoded, as in Kestrel. */
function decodeSegment(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return segment
      .split(/(%2f)/i)
      .map((part, index) => (index % 2 === 1 ? part : decodeURIComponent(part)))
      .join('');
  } catch {
    return segment;
  }
}
