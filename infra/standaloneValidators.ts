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

/** The code of every validator, and a table of them by name. Equal schemas are generated once. */
function generate(): string {
  const ajv = new Ajv2020({ ...ajvOptions, code: { source: true, esm: true, lines: false } });
  const exportOf = new Map<string, string>();
  const entries = [...allSchemas()].map(([name, schema]) => {
    const text = JSON.stringify(schema);
    const known = exportOf.get(text);
    if (known !== undefined) return [name, known] as const;
    const added = `validator${exportOf.size}`;
    ajv.addSchema(withoutWords(schema), added);
    exportOf.set(text, added);
    return [name, added] as const;
  });
  const names = [...exportOf.values()];
  const code = standaloneCode.default(ajv, Object.fromEntries(names.map((name) => [name, name])));
  const table = entries.map(([name, exported]) => `${JSON.stringify(name)}: ${exported}`);
  return `${code}
const byName = { ${table.join(', ')} };
export function compiledValidator(name) { return byName[name]; }
`;
}

/** Without titles and descriptions, which the generated code would carry. */
function withoutWords(schema: TSchema): TSchema {
  return JSON.parse(JSON.stringify(schema), function (this: unknown, key, value: unknown) {
    const isWord = (key === 'description' || key === 'title') && typeof value === 'string';
    return isWord ? undefined : value;
  });
}
