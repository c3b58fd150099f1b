import { describe, expect, test } from '@jest/globals';
import { createRouter } from '../../local/host/router.ts';
import { compileRouteTemplate } from '../../local/host/routeTemplate.ts';

const params = (template: string, path: string) => compileRouteTemplate(template)(path.split('/'));

describe('a route template', () => {
  test.each([
    ['grids/{gridId}/netto', 'grids/north/netto', { gridId: 'north' }],
    ['Grids/{gridId}', 'gRIDS/north', { gridId: 'north' }],
    ['a/{b?}', 'a', {}],
    ['a/{b?}', 'a/x', { b: 'x' }],
    ['a/{b=seven}', 'a', { b: 'seven' }],
    ['docs/{*file}', 'docs/css/main.css', { file: 'css/main.css' }],
    ['docs/{*file}', 'docs', {}],
    ['a/{b:int}', 'a/-12', { b: '-12' }],
    ['a/{b:int?}', 'a', {}],
    [
      'a/{b:guid}',
      'a/0190163d-8694-739b-aea5-966c26f8ad91',
      { b: '0190163d-8694-739b-aea5-966c26f8ad91' },
    ],
    ['a/{b:alpha:length(3)}', 'a/abc', { b: 'abc' }],
    ['a/{b:length(2,3)}', 'a/ab', { b: 'ab' }],
    ['a/{b:regex(^\\d{{4}}-[a-z:/]+$)}', 'a/2026-x:y', { b: '2026-x:y' }],
    ['a/{b:range(5,7)}', 'a/7', { b: '7' }],
    ['a/{b}', 'a/caf%C3%A9', { b: 'café' }],
    ['a/{b}', 'a/x%2Fy', { b: 'x%2Fy' }],
    ['a/{b}', 'a/%zz', { b: '%zz' }],
  ])('%s takes %s', (template, path, expected) => {
    expect(params(template, path)).toEqual(expected);
  });

  test.each([
    ['grids/{gridId}', 'grids'],
    ['grids/{gridId}', 'grids/'],
    ['grids/{gridId}', 'grids/a/b'],
    ['a/{b:int}', 'a/12x'],
    ['a/{b:int}', 'a/2147483648'],
    ['a/{b:guid}', 'a/0190163d'],
    ['a/{b:alpha:length(3)}', 'a/ab'],
    ['a/{b:alpha}', 'a/a1'],
    ['a/{b:length(2,3)}', 'a/abcd'],
    ['a/{b:minlength(2)}', 'a/a'],
    ['a/{b:maxlength(2)}', 'a/abc'],
    ['a/{b:min(5)}', 'a/4'],
    ['a/{b:max(5)}', 'a/6'],
    ['a/{b:bool}', 'a/yes'],
    ['a/{b:regex(^\\d{{4}}$)}', 'a/202'],
  ])('%s does not take %s', (template, path) => {
    expect(params(template, path)).toBeUndefined();
  });

  test.each(['/a', '~/a', 'a/{b}-{c}', 'a/{b:nonsense}', 'a/{b:min(x)}', 'a/{b'])(
    '%s is refused',
    (template) => {
      expect(() => compileRouteTemplate(template)).toThrow();
    },
  );
});

describe('a router', () => {
  const router = createRouter('api', [
    { functionName: 'beta', route: 'things/{id}', methods: ['GET'] },
    { functionName: 'Alpha', route: 'things/{name}', methods: ['POST'] },
    { functionName: 'aardvark', route: 'things/one', methods: ['get'] },
    { functionName: 'zebra', route: 'things/two', methods: ['GET'] },
  ]);

  test('tries functions in alphabetical order in any case, and the first that fits wins', () => {
    expect(router('GET', '/api/things/one')?.functionName).toBe('aardvark');
    // `zebra` is more special, and comes too late.
    expect(router('GET', '/api/things/two')?.functionName).toBe('beta');
    expect(router('POST', '/api/things/one')?.functionName).toBe('Alpha');
  });

  test('knows a path under the prefix only, with or without a slash at its end', () => {
    expect(router('GET', '/things/one')).toBeUndefined();
    expect(router('GET', '/API/things/one/')?.functionName).toBe('aardvark');
    expect(router('GET', '/api/things/one//')).toBeUndefined();
    expect(createRouter('', [{ functionName: 'a', route: 'x', methods: [] }])('PUT', '/x')).toEqual(
      {
        functionName: 'a',
        params: {},
      },
    );
  });

  test('has nothing for another method', () => {
    expect(router('DELETE', '/api/things/one')).toBeUndefined();
    expect(router('HEAD', '/api/things/one')).toBeUndefined();
  });

  test('names the function whose route it cannot read', () => {
    const broken = [{ functionName: 'broken', route: '/x', methods: [] }];
    expect(() => createRouter('api', broken)).not.toThrow();
    expect(() => createRouter('', broken)).toThrow('"broken"');
  });
});
