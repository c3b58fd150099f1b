import { describe, expect, test } from '@jest/globals';
import hostJson from '../../host.json' with { type: 'json' };
import { apiPrefix, type RouteSpec } from '../../shared/schemas/routeSpec.ts';
import { routes } from '../../shared/schemas/routes.ts';
import { commonPath } from './commonPath.ts';

const table: readonly (readonly [string, RouteSpec])[] = Object.entries(routes);

describe('the table of routes', () => {
  test('has no two paths that one request could match', () => {
    const overlaps: string[] = [];
    for (const [at, [a, { path: pathA }]] of table.entries()) {
      for (const [b, { path: pathB }] of table.slice(at + 1)) {
        const path = commonPath(pathA, pathB);
        if (path !== undefined) overlaps.push(`${a} and ${b} both match ${path}`);
      }
    }
    expect(overlaps).toEqual([]);
  });

  test('names functions as Azure Functions takes them, whatever their case', () => {
    const names = table.map(([name]) => name);
    for (const name of names) expect(name).toMatch(/^[a-z][A-Za-z0-9]{0,126}$/);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
  });

  test.each(table)('%s declares every parameter of its path, and no other', (_name, route) => {
    const inPath = [...route.path.matchAll(/\{(\w+)\??\}/g)].map(([, name]) => name);
    const { properties = {} }: { properties?: object } = route.params;
    expect(Object.keys(properties)).toEqual(inPath);
  });

  test('lies under the prefix that the host uses', () => {
    expect(apiPrefix).toBe(`/${hostJson.extensions.http.routePrefix}`);
  });
});

describe('the path that two templates have in common', () => {
  test.each([
    ['grids/{id}', 'grids/list', 'grids/list'],
    ['grids/{id}', 'Grids/List', 'grids/List'],
    ['{a}/x', 'y/{b}', 'y/x'],
    ['docs/{file?}', 'docs', 'docs'],
    ['docs/{file?}', 'docs/{name}', 'docs/x'],
    ['docs/{a?}', '{b}/{c?}', 'docs'],
    ['files/{*path}', 'files/a/b', 'files/a/b'],
  ])('%s and %s: %s', (a, b, path) => {
    expect(commonPath(a, b)).toBe(path);
    expect(commonPath(b, a)?.toLowerCase()).toBe(path.toLowerCase());
  });

  test.each([
    ['grids/{id}', 'grids'],
    ['grids/{id}/netto', 'grids/{id}/prosumers'],
    ['docs/{file?}', 'docs/a/b'],
    ['trades', 'grids'],
  ])('%s and %s: none', (a, b) => {
    expect(commonPath(a, b)).toBeUndefined();
    expect(commonPath(b, a)).toBeUndefined();
  });
});
