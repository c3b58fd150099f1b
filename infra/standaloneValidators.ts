import { dirname, resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standaloneCode from 'ajv/dist/standalone/index.js';
import type { Plugin } from 'esbuild';
import type { TSchema } from 'typebox';
import { ajvOptions } from '../shared/validation/ajvOptions.ts';
import { allSchemas } from '../shared/validation/schemaOf.ts';

/** Puts generated validators in place of the module that compiles them: nothing is compiled at run time. */
export const standaloneValidators: Plugin = {
  name: 'standalone-validators',
  setup(build) {
    build.onLoad({ filter: /[\\/]shared[\\/]validation[\\/]compiled\.ts$/ }, ({ path }) => ({
      contents: generate(),
      loader: 'js',
      resolveDir: resolve(dirname(path)),
    }));
  },
};

/**
 * The code of every validator, and a table of them by name. Equal schemas are generated once, and so
 * is a part with a title that several of them have: what a cold start loads is mostly this code.
 */
function generate(): string {
  const code = { source: true, esm: true, lines: false };
  const ajv = new Ajv2020({ ...ajvOptions, inlineRefs: false, code });
  const schemas = [...allSchemas()];
  const parts = commonParts(schemas.map(([, schema]) => schema));
  for (const [text, part] of parts) ajv.addSchema(inParts(JSON.parse(text), parts), part);
  const exportOf = new Map<string, string>();
  const entries = schemas.map(([name, schema]) => {
    const text = JSON.stringify(schema);
    const known = exportOf.get(text);
    if (known !== undefined) return [name, known] as const;
    const added = `validator${exportOf.size}`;
    ajv.addSchema(inParts(schema, parts), added);
    exportOf.set(text, added);
    return [name, added] as const;
  });
  const names = [...exportOf.values()];
  const generated = standaloneCode.default(
    ajv,
    Object.fromEntries(names.map((name) => [name, name])),
  );
  const table = entries.map(([name, exported]) => `${JSON.stringify(name)}: ${exported}`);
  return `${generated}
const byName = { ${table.join(', ')} };
export function compiledValidator(name) { return byName[name]; }
`;
}

/** The objects with a title that stand in more than one place, as text, each with a name. */
function commonParts(schemas: readonly TSchema[]): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  for (const schema of schemas) {
    JSON.stringify(schema, (key, value: unknown) => {
      if (key !== '' && isTitled(value)) {
        const text = JSON.stringify(value);
        counts.set(text, (counts.get(text) ?? 0) + 1);
      }
      return value;
    });
  }
  const common = [...counts].filter(([, count]) => count > 1);
  return new Map(common.map(([text], index) => [text, `part${index}`]));
}

/**
 * The schema with its common parts by reference, and without titles and descriptions, which the
 * generated code would carry.
 */
function inParts(schema: TSchema, parts: ReadonlyMap<string, string>): TSchema {
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) => {
      const isWord = (key === 'description' || key === 'title') && typeof value === 'string';
      if (isWord) return undefined;
      const part = key !== '' && isTitled(value) ? parts.get(JSON.stringify(value)) : undefined;
      return part === undefined ? value : { $ref: part };
    }),
  );
}

function isTitled(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && typeof Reflect.get(value, 'title') === 'string'
  );
}
