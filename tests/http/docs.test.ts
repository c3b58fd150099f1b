import { expect, test } from '@jest/globals';
import { docsFile, swaggerUiFiles } from '../../shared/http/docs.ts';

async function file(name: string | undefined) {
  const result = await docsFile(name);
  if (!result.ok) throw new Error(result.refusal.detail);
  return result.value;
}

test('the page runs only scripts of this server, and none inside of it', async () => {
  const { raw, headers } = await file(undefined);
  expect(headers['content-type']).toBe('text/html; charset=utf-8');
  expect(headers['content-security-policy']).toContain("script-src 'self';");
  expect(raw).not.toMatch(/<script>|\son\w+=|https?:/);
});

test('every file that the page asks for is there', async () => {
  const { raw } = await file(undefined);
  const paths = [...String(raw).matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path]) => path ?? '');
  expect(paths).toHaveLength(4);
  for (const path of paths) {
    expect(path).toMatch(/^\/api\/docs\//);
    const { raw: content, headers } = await file(path.slice('/api/docs/'.length));
    expect(content.length).toBeGreaterThan(100);
    expect(headers['content-type']).toMatch(
      /^(?:text\/(?:css|javascript); charset=utf-8|image\/png)$/,
    );
  }
});

test('Swagger UI reads this API, asks no other server, and may try it out', async () => {
  const { raw } = await file('initializer.js');
  expect(raw).toContain("url: '/api/openapi.json'");
  expect(raw).toContain('validatorUrl: null');
  expect(raw).toContain('tryItOutEnabled: true');
});

test('its files may be kept, and the page may not', async () => {
  for (const name of Object.keys(swaggerUiFiles)) {
    expect((await file(name)).headers['cache-control']).toMatch(/^public, max-age=\d{6}/);
  }
  expect((await file(undefined)).headers).not.toHaveProperty('cache-control');
});

test.each(['package.json', '..', 'index.html', 'toString', '__proto__'])(
  'there is no %s',
  async (name) => {
    const result = await docsFile(name);
    expect(result).toMatchObject({ ok: false, refusal: { code: 'page_not_found' } });
  },
);
