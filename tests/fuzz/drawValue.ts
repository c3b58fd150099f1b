import fc from 'fast-check';
import type { Chance } from '../simulation/chance.ts';
import { resolved, type Schema } from './openApiEndpoints.ts';
import type { Population } from './population.ts';

/** What a request is drawn with. */
export type Draw = {
  readonly chance: Chance;
  readonly population: Population;
  /** Where the clock of the app is. */
  readonly now: () => string;
};

const depthMax = 8;
const itemsMax = 4;
const samplesPerPattern = 40;
const quarterMs = 15 * 60_000;

/** A value that a schema allows, more or less: what it says of several fields together is left out. */
export function drawValue(draw: Draw, given: Schema, name: string, depth = 0): unknown {
  const { chance } = draw;
  const schema = resolved(given);
  const { const: only, enum: words, anyOf } = schema;
  const type = Array.isArray(schema['type']) ? chance.pick(schema['type']) : schema['type'];
  if (only !== undefined) return only;
  if (Array.isArray(words)) return chance.pick(words);
  if (Array.isArray(anyOf)) return drawValue(draw, chance.pick(anyOf), name, depth + 1);
  if (type === 'object') return drawObject(draw, schema, depth);
  if (type === 'array') return drawArray(draw, schema, name, depth);
  if (type === 'integer' || type === 'number') return drawNumber(chance, schema);
  if (type === 'null') return null;
  if (type === 'boolean') return chance.hits(0.5);
  return drawText(draw, schema, name);
}

function drawObject(draw: Draw, schema: Schema, depth: number): unknown {
  const { properties = {}, required = [] } = schema as ObjectSchema;
  const likely = depth > depthMax ? 0 : draw.chance.pick([0.1, 0.5, 0.9]);
  const entries = Object.entries(properties)
    .filter(([name]) => required.includes(name) || draw.chance.hits(likely ?? 0))
    .map(([name, part]) => [name, drawValue(draw, part as Schema, name, depth + 1)]);
  const value: Value = Object.fromEntries(entries);
  return shaped(value, schema, (name) =>
    drawValue(draw, properties[name] as Schema, name, depth + 1),
  );
}

type Value = Readonly<Record<string, unknown>>;
type ObjectSchema = {
  /** `false`: it may not be there. */
  readonly properties?: Readonly<Record<string, Schema | false>>;
  readonly required?: readonly string[];
  readonly if?: ObjectSchema;
  readonly then?: ObjectSchema;
  readonly else?: ObjectSchema;
};

/** The value as the branch of a schema wants it that is for it: with what must be, without what must not. */
function shaped(value: Value, { if: condition, ...schema }: Schema, make: Make): Value {
  if (condition === undefined) return value;
  const holds = isAs(value, condition as ObjectSchema);
  const branch = ((holds ? schema['then'] : schema['else']) ?? {}) as ObjectSchema;
  const { properties = {}, required = [] } = branch;
  const added = required.filter((name) => !(name in value)).map((name) => [name, make(name)]);
  const kept = Object.entries({ ...value, ...Object.fromEntries(added) }).filter(
    ([name]) => properties[name] !== false,
  );
  return shaped(Object.fromEntries(kept), branch as Schema, make);
}

type Make = (name: string) => unknown;

function isAs(value: Value, { properties = {}, required = [] }: ObjectSchema): boolean {
  const isEqual = ([name, part]: [string, Schema | false]) =>
    part === false || !(name in value) || value[name] === part['const'];
  return required.every((name) => name in value) && Object.entries(properties).every(isEqual);
}

function drawArray(draw: Draw, { items, minItems }: Schema, name: string, depth: number): unknown {
  const least = typeof minItems === 'number' ? minItems : 0;
  const length = least + draw.chance.below(depth > depthMax ? 1 : itemsMax);
  return Array.from({ length }, () => drawValue(draw, (items ?? {}) as Schema, name, depth + 1));
}

/** At an edge of what is allowed, or anywhere within. */
function drawNumber({ pick, between }: Chance, { minimum, maximum }: Schema): number {
  const least = typeof minimum === 'number' ? minimum : 0;
  const most = typeof maximum === 'number' ? maximum : Number.MAX_SAFE_INTEGER;
  const small = between(0, Math.min(most - least, 2_000));
  const edges = [least, Math.min(least + 1, most), most, most - 1];
  return (
    pick([...edges, least + small, least + small, between(least, Math.min(most, 2 ** 40))]) ?? 0
  );
}

/** An id that exists, or a text of the pattern. */
function drawText(draw: Draw, { pattern, minLength, maxLength }: Schema, name: string): string {
  const { chance, population } = draw;
  const known = population.of(name);
  const knownName = chance.pick(known);
  if (knownName !== undefined && chance.hits(0.85)) {
    // Keys, addresses, proofs and time zones have no pattern, but a form: one letter breaks it.
    return pattern === undefined && chance.hits(0.15) ? nudged(chance, knownName) : knownName;
  }
  if (/^(?:timeframe|from|to|validFrom|activeFrom|activeUntil|measuredFrom)$/.test(name)) {
    if (chance.hits(0.85)) return instantNear(draw);
  }
  if (typeof pattern === 'string') return chance.pick(samplesOf(pattern)) ?? '';
  const least = typeof minLength === 'number' ? minLength : 0;
  const most = typeof maxLength === 'number' ? Math.min(maxLength, 2_000) : 40;
  const length = chance.pick([least, most, Math.min(most, least + chance.below(20))]) ?? least;
  return Array.from({ length }, () => chance.pick(letters)).join('');
}

/** The same with one letter in place of another. */
function nudged(chance: Chance, text: string): string {
  const at = chance.below(text.length);
  return text.slice(0, at) + (chance.pick([...text]) ?? '') + text.slice(at + 1);
}

const letters = [...'abcdefghijklmnopqrstuvwxyz0123456789- ', 'é', '漢', '\u{1f50b}'];

/** A quarter-hour about now, seldom one that is none. */
function instantNear({ chance, now }: Draw): string {
  const start = Math.floor(Date.parse(now()) / quarterMs) * quarterMs;
  const at = start + chance.between(-6, 16) * quarterMs + (chance.hits(0.05) ? 60_000 : 0);
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

const samples = new Map<string, readonly string[]>();

/** Texts that match a pattern; what it forbids to stand ahead is not kept from them. */
function samplesOf(pattern: string): readonly string[] {
  const made = samples.get(pattern);
  if (made !== undefined) return made;
  const plain = new RegExp(pattern.replaceAll(/\(\?!.*?\$\)/g, ''));
  const drawn = fc.sample(fc.stringMatching(plain), { numRuns: samplesPerPattern, seed: 1 });
  samples.set(pattern, drawn);
  return drawn;
}
