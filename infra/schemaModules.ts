import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';

/**
 * Puts the schemas into the bundle as plain data: what a schema module exports is computed while
 * building, so that neither TypeBox nor its calls are there at run time. Functions are left out, and
 * of the table of routes everything that only documents it.
 */
export const schemaModules: Plugin = {
  name: 'schema-modules',
  setup(build) {
    build.onLoad({ filter: /[\\/]shared[\\/]schemas[\\/]\w+\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      if (!source.includes('export const')) return undefined;
      const exported: Readonly<Record<string, unknown>> = await import(pathToFileURL(path).href);
      const lines = Object.entries(exported)
        .filter(([, value]) => typeof value !== 'function')
        .map(([name, value]) => `export const ${name} = ${literal(basename(path), name, value)};`);
      return { contents: lines.join('\n'), loader: 'js' };
    });
  },
};

function literal(file: string, name: string, value: unknown): string {
  const isTable = file === 'routes.ts' && name === 'routes';
  return JSON.stringify(value, isTable ? withoutDocumentation : undefined);
}

/** The edge asks whether there is a body, and of parameters which are integers. */
function withoutDocumentation(key: string, value: unknown): unknown {
  if (key === 'body') return {};
  const isDocumentation = ['answers', 'shownBody', 'summary', 'tag', 'description'].includes(key);
  return isDocumentation ? undefined : value;
}
