import type { Chance } from '../simulation/chance.ts';

const flipsMax = 8;
const randomBytesMax = 2_000;
const levelsMax = 20_000;
const longTextMax = 200_000;

/** Bytes that are no longer the JSON they were, or never were any. */
export function breakBytes(chance: Chance, text: string): Uint8Array {
  const bytes = Buffer.from(text);
  return chance
    .weigh<Breakage>([
      { weight: 4, make: () => bytes.subarray(0, chance.below(bytes.length + 1)) },
      { weight: 6, make: () => flipped(chance, bytes) },
      { weight: 3, make: () => inserted(chance, bytes, chance.pick(badUtf8) ?? Buffer.of(0xff)) },
      { weight: 2, make: () => Buffer.of() },
      { weight: 2, make: () => randomBytes(chance) },
      { weight: 1, make: () => Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), bytes]) },
      { weight: 1, make: () => Buffer.from(text, 'utf16le') },
      { weight: 1, make: () => Buffer.concat([bytes, bytes]) },
      { weight: 1, make: () => Buffer.from(deepJson(chance)) },
      { weight: 1, make: () => Buffer.from(longJson(chance)) },
      { weight: 2, make: () => Buffer.from(chance.pick(notQuiteJson) ?? '') },
      { weight: 1, make: () => Buffer.from(text.replaceAll('{', `{"a":1,"a":2,`)) },
    ])
    .make();
}

type Breakage = { readonly weight: number; readonly make: () => Uint8Array };

/** Overlong, cut off, a lone surrogate, above what there is, a continuation alone. */
const badUtf8 = [
  Buffer.of(0xc0, 0xaf),
  Buffer.of(0xe2, 0x82),
  Buffer.of(0xed, 0xa0, 0x80),
  Buffer.of(0xf4, 0x90, 0x80, 0x80),
  Buffer.of(0x80),
  Buffer.of(0xff, 0xfe),
  Buffer.of(0),
];

const notQuiteJson = [
  ' ',
  '\n\n',
  '{',
  '}',
  '[]',
  'null',
  '"a"',
  '1',
  'NaN',
  'Infinity',
  '{a:1}',
  "{'a':1}",
  '{"a":1,}',
  '// a\n{}',
  '{"a":01}',
  '{"a":"\\u12"}',
  '{"\\ud800":1}',
  '<a/>',
  'a=1&b=2',
  'undefined',
];

function flipped(chance: Chance, bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const count = chance.between(1, flipsMax);
  for (let flip = 0; flip < count && copy.length > 0; flip += 1) {
    const at = chance.below(copy.length);
    copy[at] = chance.hits(0.5) ? chance.below(256) : (copy[at] ?? 0) ^ (1 << chance.below(8));
  }
  return copy;
}

function inserted(chance: Chance, bytes: Buffer, what: Buffer): Buffer {
  const at = chance.below(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, at), what, bytes.subarray(at)]);
}

function randomBytes(chance: Chance): Buffer {
  return Buffer.from(Array.from({ length: chance.below(randomBytesMax) }, () => chance.below(256)));
}

function deepJson(chance: Chance): string {
  const levels = chance.below(levelsMax);
  const [open = '[', close = ']'] =
    chance.pick([
      ['[', ']'],
      ['{"a":', '}'],
    ]) ?? [];
  return open.repeat(levels) + (chance.hits(0.5) ? `1${close.repeat(levels)}` : '');
}

function longJson(chance: Chance): string {
  const length = chance.below(longTextMax);
  return chance.hits(0.5) ? `{"id":"${'a'.repeat(length)}"}` : `[${'0,'.repeat(length / 2)}0]`;
}
