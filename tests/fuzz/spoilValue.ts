import type { Chance } from '../simulation/chance.ts';
import { hostileNames, hostileTexts, hostileValues, spelledNumbers } from './hostileValues.ts';

const changesMax = 3;

/** The JSON of a value that is changed in one place or a few: near to what is valid, and not quite. */
export function spoilJson(chance: Chance, value: unknown): string {
  let spoiled = value;
  const count = chance.between(1, changesMax);
  for (let change = 0; change < count; change += 1) spoiled = spoil(chance, spoiled);
  const text = JSON.stringify(spoiled) ?? 'null';
  const number = chance.pick(spelledNumbers) ?? '0';
  return text.replaceAll(`"${numberMark}"`, number);
}

/** Stands where a number of its own spelling is to be. */
const numberMark = '\u2603number';

/** Goes down into the value with chance, and changes what it comes to. */
function spoil(chance: Chance, value: unknown): unknown {
  if (Array.isArray(value) && value.length > 0 && chance.hits(0.75)) {
    const at = chance.below(value.length);
    if (chance.hits(0.15)) return [...value, value[at]];
    return value.with(at, spoil(chance, value[at]));
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && chance.hits(0.85)) {
    return spoilObject(chance, Object.entries(value));
  }
  return chance
    .weigh<Change>([
      { weight: 4, make: () => chance.pick(hostileValues) },
      { weight: 4, make: () => chance.pick(hostileTexts) },
      { weight: 1, make: () => numberMark },
      { weight: 1, make: () => [value] },
      { weight: 1, make: () => ({ value }) },
      { weight: 2, make: () => nearTo(chance, value) },
    ])
    .make();
}

type Change = { readonly weight: number; readonly make: () => unknown };

function spoilObject(chance: Chance, entries: readonly (readonly [string, unknown])[]): unknown {
  const name = chance.pick(hostileNames) ?? '';
  const at = chance.below(entries.length);
  const [key = name, part] = entries[at] ?? [];
  const others = entries.toSpliced(at, 1);
  // Object.fromEntries makes own properties, whatever their names.
  return chance
    .weigh<Change>([
      { weight: 6, make: () => Object.fromEntries([...others, [key, spoil(chance, part)]]) },
      { weight: 1, make: () => Object.fromEntries(others) },
      {
        weight: 1,
        make: () => Object.fromEntries([...entries, [name, chance.pick(hostileValues)]]),
      },
      { weight: 1, make: () => Object.fromEntries([...others, [key.toUpperCase(), part]]) },
    ])
    .make();
}

/** Another value of the same type, one step on. */
function nearTo(chance: Chance, value: unknown): unknown {
  if (typeof value === 'number') return value + (chance.pick([-1, 1, 0.1, 2 ** 31]) ?? 1);
  if (typeof value === 'string') {
    const at = chance.below(value.length + 1);
    return value.slice(0, at) + (chance.pick(hostileTexts) ?? '') + value.slice(at + 1);
  }
  return JSON.stringify(value);
}
