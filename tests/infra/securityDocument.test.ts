import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { type Lock, runtimePackages } from '../../infra/licences/runtimePackages.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const text = read('docs/security.md');
const scripts: Readonly<Record<string, string>> = JSON.parse(read('package.json')).scripts;

/** What stands between backticks and looks like a file or a folder. */
const files = [...text.matchAll(/`([\w./-]+)`/g)]
  .map(([, name = '']) => name)
  .filter((name) => /\.(?:ts|yml|json|md)$/.test(name) || /^(?:[\w-]+\/)+[\w-]*$/.test(name))
  .filter((name) => !name.startsWith('/api/'));

test('every file that the threat model names is there', () => {
  expect(files.length).toBeGreaterThan(50);
  const places = ['', 'shared/', 'tests/', '.github/workflows/'];
  const isThere = (name: string) => places.some((place) => existsSync(new URL(place + name, root)));
  const withTests = readdirSync(new URL('tests/domain/', root));
  const missing = files.filter((name) => {
    const base = name.replace('domain/', '');
    return !isThere(name) && !withTests.includes(`${base}.test.ts`);
  });
  expect(missing).toEqual([]);
});

test('every command that it names is one', () => {
  const names = [...text.matchAll(/`npm run (\w+)/g)].map(([, name = '']) => name);
  expect(new Set(names).size).toBeGreaterThan(1);
  expect(names.filter((name) => scripts[name] === undefined)).toEqual([]);
});

test('it walks every point of the OWASP API Security Top 10, and counts packages as they are', () => {
  const points = [...text.matchAll(/^\| API(\d+) /gm)].map(([, number]) => Number(number));
  expect(points).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  const lock: Lock = JSON.parse(read('package-lock.json'));
  expect(text).toContain(`${runtimePackages(lock).length} packages run`);
});
