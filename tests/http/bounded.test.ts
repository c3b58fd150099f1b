import { expect, test } from '@jest/globals';
import { allSchemas } from '../../shared/validation/schemaOf.ts';

/** Texts without a pattern: what may stand in them is decided where they are read, and they are not kept. */
const readElsewhere = new Set(['cursor', 'timeZone', 'accountKey', 'address', 'nonce']);
/** Messages of the queues come from the app itself. */
const messages = new Set(['CloseCommand', 'TradeBatch']);

type Node = Readonly<Record<string, unknown>>;

/** Where a schema lets in something without a bound. */
function openPlaces(place: string, node: Node): readonly string[] {
  const { type, enum: words, const: word, properties, items } = node;
  const types = [type].flat();
  const isClosedList = words !== undefined || word !== undefined;
  const inner = [
    ...Object.entries((properties ?? {}) as Record<string, Node>),
    ...(items === undefined ? [] : [['*', items as Node] as const]),
    ...['anyOf', 'oneOf', 'allOf'].flatMap((key) =>
      ((node[key] ?? []) as readonly Node[]).map((each) => ['', each] as const),
    ),
  ].flatMap(([name, each]) => openPlaces(`${place}/${name}`, each));
  const isOpen =
    !isClosedList &&
    ((types.includes('string') && !isBoundedText(place, node)) ||
      (types.some((each) => each === 'integer' || each === 'number') &&
        !(Number.isSafeInteger(node['minimum']) && Number.isSafeInteger(node['maximum']))) ||
      (types.includes('array') && node['maxItems'] === undefined) ||
      (types.includes('object') && node['additionalProperties'] !== false));
  return isOpen ? [place, ...inner] : inner;
}

function isBoundedText(place: string, { pattern, maxLength }: Node): boolean {
  const isEndless = typeof pattern !== 'string' || /[*+]|,\}/.test(pattern);
  if (isEndless && maxLength === undefined) return false;
  return pattern !== undefined || readElsewhere.has(place.split('/').at(-1) ?? '');
}

test.each([...allSchemas()].filter(([name]) => !messages.has(name)))(
  'all that %s lets in is bounded',
  (name, schema) => {
    expect(openPlaces(name, schema as Node)).toEqual([]);
  },
);

test('what has no bound is found', () => {
  for (const node of [
    { type: 'string' },
    { type: 'string', pattern: '^a+$' },
    { type: 'string', maxLength: 5 },
    { type: ['integer', 'null'], minimum: 0 },
    { type: 'array', maxItems: 2, items: { type: 'string' } },
    { type: 'object', properties: {} },
  ]) {
    expect(openPlaces('it', node)).toHaveLength(1);
  }
});
