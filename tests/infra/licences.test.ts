import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { licencesDocument } from '../../infra/licences/licencesDocument.ts';
import { type Lock, runtimePackages } from '../../infra/licences/runtimePackages.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const packages = runtimePackages(JSON.parse(read('package-lock.json')));

/** They ask for no more than to be named. */
const allowed = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

test('the list is that of the lock file', () => {
  expect(read('docs/licences.md')).toBe(licencesDocument(packages));
});

test('nothing that runs is under another licence than those that are allowed', () => {
  expect(packages.length).toBeGreaterThan(100);
  expect(packages.filter(({ licence }) => !allowed.includes(licence))).toEqual([]);
});

test('what is installed says the same of itself as the lock file', () => {
  const strange = packages.filter(({ name, version, licence, place }) => {
    const own = JSON.parse(read(`${place}/package.json`));
    return own.name !== name || own.version !== version || (own.license ?? licence) !== licence;
  });
  expect(strange).toEqual([]);
});

test('packages are found in and around what needs them, tools for development are not', () => {
  const lock: Lock = {
    packages: {
      '': { dependencies: { a: '1' } },
      'node_modules/a': { version: '1', license: 'MIT', dependencies: { b: '1', '@c/d': '2' } },
      'node_modules/a/node_modules/b': {
        version: '1',
        license: 'ISC',
        dependencies: { '@c/d': '1' },
      },
      'node_modules/b': { version: '2', license: 'GPL-3.0' },
      'node_modules/@c/d': { version: '2', license: 'MIT' },
      'node_modules/a/node_modules/@c/d': { version: '1', license: '0BSD' },
    },
  };
  const found = runtimePackages(lock).map(({ name, version, licence }) => [name, version, licence]);
  expect(found).toEqual([
    ['@c/d', '1', '0BSD'],
    ['a', '1', 'MIT'],
    ['b', '1', 'ISC'],
  ]);
});

test('a package without a licence, and one that is not there, are not passed over', () => {
  const lock = (dependency: object): Lock => ({
    packages: { '': { dependencies: { a: '1' } }, ...dependency },
  });
  expect(() => runtimePackages(lock({}))).toThrow('a is not in the lock file');
  expect(() => runtimePackages(lock({ 'node_modules/a': { version: '1' } }))).toThrow('no licence');
});
