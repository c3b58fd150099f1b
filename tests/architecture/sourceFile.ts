import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

/** A source file by its path in the repository, with slashes. */
export type SourceFile = { readonly path: string; readonly text: string };

const roots = ['functions', 'shared', 'local', 'bench', 'infra', 'tests'];
const root = new URL('../../', import.meta.url);

/** All TypeScript sources of the repository. */
export function readSources(): readonly SourceFile[] {
  return roots.flatMap((folder) =>
    readdirSync(new URL(`${folder}/`, root), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
      .map((path) => ({ path, text: readFileSync(new URL(path, root), 'utf8') })),
  );
}

/** What a file imports: paths in the repository, or names of packages. `?` is an import of no literal. */
export function importsOf({ path, text }: SourceFile): readonly string[] {
  const code = withoutComments(text);
  const statements = code.matchAll(
    /(?:^|[\s;}])(?:import|export)\s(?:[^'"`;]*?\sfrom\s*)?['"]([^'"]+)['"]/g,
  );
  const calls = code.matchAll(/(?<![.\w])import\(\s*(?:['"]([^'"]+)['"]\s*[,)]|)/g);
  return [...statements, ...calls].map(([, specifier]) => {
    if (specifier === undefined) return '?';
    return specifier.startsWith('.')
      ? posix.normalize(posix.join(posix.dirname(path), specifier))
      : specifier;
  });
}

/** Without the comments that fill lines; what follows code on a line stays. */
export function withoutComments(text: string): string {
  return text.replaceAll(/^\s*\/\*[\s\S]*?\*\//gm, '').replaceAll(/^\s*\/\/.*$/gm, '');
}
