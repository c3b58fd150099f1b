import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { exportSPKI, importJWK } from 'jose';
import { issuerTokens } from '../../shared/adapters/oidc/issuerTokens.ts';
import { TokensUnavailableError } from '../../shared/ports/tokens.ts';
import {
  makeKey,
  type SigningKey,
  sign,
  startIssuer,
  type TestClaims,
  type TestIssuer,
} from './testIssuer.ts';

const audience = 'mini-grid-api';
const start = Date.parse('2026-11-22T10:00:00Z');
const seconds = start / 1000;

let rsa: SigningKey;
let ec: SigningKey;
let later: SigningKey;
let stranger: SigningKey;
let issuer: TestIssuer;
let nowMs: number;
let verify: (token: string) => Promise<unknown>;

beforeAll(async () => {
  [rsa, ec, later, stranger] = await Promise.all([
    makeKey('RS256', 'rsa'),
    makeKey('ES256', 'ec'),
    makeKey('ES256', 'later'),
    makeKey('ES256', 'ec'),
  ]);
}, 60_000);

beforeEach(async () => {
  issuer = await startIssuer([rsa, ec]);
  nowMs = start;
  verify = open().verify;
});
afterEach(() => issuer.close());
afterAll(() => issuer.close().catch(() => undefined));

function open(changes: object = {}, limits: object = {}) {
  const settings = { issuer: issuer.url, audience, rolesClaim: 'roles', ...changes };
  return issuerTokens(settings, { nowMs: () => nowMs, limits: { requestMs: 500, ...limits } });
}

const claims = (changes: TestClaims = {}): TestClaims => ({
  iss: issuer.url,
  aud: audience,
  sub: 'anna',
  exp: seconds + 600,
  roles: ['prosumer:anna'],
  ...changes,
});
const accepted = { ok: true, value: { subject: 'anna', roles: ['prosumer:anna'] } };
const refusedAs = (refusal: string) => ({ ok: false, refusal });

/** Parts of a token as they are, whoever signed them, or nobody. */
function encode(...parts: readonly (object | string)[]): string {
  return parts
    .map((part) =>
      Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url'),
    )
    .join('.');
}

describe('a token of the issuer', () => {
  test.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('signed by %s is accepted', async (alg) => {
    const key = await makeKey(alg, 'own');
    issuer.keys = [key.shown];
    expect(await verify(await sign(key, claims()))).toMatchObject(accepted);
  });

  test('may be meant for others as well', async () => {
    const token = await sign(rsa, claims({ aud: ['other', audience] }));
    expect(await verify(token)).toMatchObject(accepted);
  });

  test.each<[string, unknown, readonly string[]]>([
    ['a list', ['operator', 'x'], ['operator', 'x']],
    ['words', 'operator  reader', ['operator', 'reader']],
    ['nothing', undefined, []],
    ['a number', 5, []],
    ['an object', { operator: true }, []],
    ['a list of other things', [1, null, 'reader', ['operator']], ['reader']],
  ])('has its roles as %s', async (_, roles, expected) => {
    const token = await sign(ec, claims({ roles }));
    expect(await verify(token)).toMatchObject({ ok: true, value: { roles: expected } });
  });

  test('has its roles in another claim where that is set, and in no other', async () => {
    const token = await sign(ec, claims({ roles: ['operator'], 'https://x/grants': ['reader'] }));
    const other = open({ rolesClaim: 'https://x/grants' });
    expect(await other.verify(token)).toMatchObject({ value: { roles: ['reader'] } });
    expect(await open({ rolesClaim: 'toString' }).verify(token)).toMatchObject({
      value: { roles: [] },
    });
  });
});

describe('a token is refused', () => {
  test.each<[string, TestClaims, string]>([
    ['of another issuer', { iss: 'https://issuer.example' }, 'wrong_issuer'],
    ['of no issuer', { iss: undefined }, 'claims_missing'],
    ['for another audience', { aud: 'other' }, 'wrong_audience'],
    ['for no audience', { aud: undefined }, 'claims_missing'],
    ['of nobody', { sub: undefined }, 'claims_missing'],
    ['of an empty subject', { sub: '' }, 'claims_missing'],
    ['of a subject that is too long', { sub: 'x'.repeat(501) }, 'claims_missing'],
    ['that never ends', { exp: undefined }, 'claims_missing'],
    ['that has ended', { exp: seconds - 61 }, 'expired'],
    ['that begins later', { nbf: seconds + 61 }, 'not_yet_valid'],
  ])('%s', async (_, changes, fault) => {
    expect(await verify(await sign(ec, claims(changes)))).toEqual(refusedAs(fault));
  });

  test('by its clock, with a minute either way', async () => {
    for (const changes of [{ exp: seconds - 59 }, { nbf: seconds + 59 }]) {
      expect(await verify(await sign(ec, claims(changes)))).toMatchObject(accepted);
    }
    const token = await sign(ec, claims());
    nowMs = start + 659_000;
    expect(await verify(token)).toMatchObject(accepted);
    nowMs = start + 661_000;
    expect(await verify(token)).toEqual(refusedAs('expired'));
  });

  test('without a signature, whatever it says of its algorithm', async () => {
    const payload = claims({ roles: ['operator'] });
    for (const alg of ['none', 'None', 'NONE', '']) {
      const token = `${encode({ alg }, payload)}.`;
      expect(await verify(token)).toEqual(refusedAs('wrong_algorithm'));
    }
    expect(await verify(`${encode({ alg: 'ES256', kid: 'ec' }, payload)}.`)).toMatchObject({
      ok: false,
    });
    expect(issuer.asked.length).toBeLessThanOrEqual(2);
  });

  test('signed with the public key as a shared secret', async () => {
    const key = await importJWK(rsa.shown, 'RS256');
    if (key instanceof Uint8Array) throw new Error('it is no public key');
    const secrets = [await exportSPKI(key), JSON.stringify(rsa.shown), String(rsa.shown.n)];
    for (const secret of secrets) {
      for (const alg of ['HS256', 'HS384', 'HS512']) {
        const signed = encode({ alg, kid: 'rsa' }, claims());
        const hash = createHmac(alg.replace('HS', 'sha'), secret).update(signed);
        const token = `${signed}.${hash.digest('base64url')}`;
        expect(await verify(token)).toEqual(refusedAs('wrong_algorithm'));
      }
    }
  });

  test.each(['RS384', 'RS512', 'ES384', 'PS512'])('signed by %s', async (alg) => {
    const key = await makeKey(alg, 'own');
    issuer.keys = [key.shown];
    expect(await verify(await sign(key, claims()))).toEqual(refusedAs('wrong_algorithm'));
  });

  test('signed by somebody else under the name of a key, or with a key of its own', async () => {
    expect(await verify(await sign(stranger, claims()))).toEqual(refusedAs('wrong_signature'));
    const own = await sign(stranger, claims(), { jwk: stranger.shown, kid: undefined });
    expect(await verify(own)).toEqual(refusedAs('wrong_signature'));
    const elsewhere = await sign(stranger, claims(), { jku: `${issuer.url}/elsewhere` });
    expect(await verify(elsewhere)).toEqual(refusedAs('wrong_signature'));
  });

  test('with a changed payload, signature or header', async () => {
    const [header = '', payload = '', signature = ''] = (await sign(ec, claims())).split('.');
    const better = encode(claims({ roles: ['operator'] }));
    expect(await verify(`${header}.${better}.${signature}`)).toEqual(refusedAs('wrong_signature'));
    const other = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    expect(await verify(`${header}.${payload}.${other}`)).toEqual(refusedAs('wrong_signature'));
    const renamed = encode({ alg: 'ES256', kid: 'ec', typ: 'x' });
    expect(await verify(`${renamed}.${payload}.${signature}`)).toEqual(
      refusedAs('wrong_signature'),
    );
  });

  test.each([
    ['nothing', ''],
    ['a word', 'token'],
    ['two parts', 'e30.e30'],
    ['five parts', 'e30.e30.e30.e30.e30'],
    ['no JSON', `${encode('{', '{')}.AA`],
    ['a list', `${encode('[]', '[]')}.AA`],
    ['no base64', '%.%.%'],
    ['a null byte', '\0.\0.\0'],
  ])('that is %s, without asking the issuer', async (_, token) => {
    expect(await verify(token)).toMatchObject({ ok: false });
    expect(issuer.asked).toEqual([]);
  });

  test('that is too long, without looking into it', async () => {
    const token = await sign(ec, claims({ filler: 'x'.repeat(9_000) }));
    expect(token.length).toBeGreaterThan(12_000);
    expect(await verify(token)).toEqual(refusedAs('malformed'));
    expect(issuer.asked).toEqual([]);
    const shorter = await sign(ec, claims({ filler: 'x'.repeat(8_000) }));
    expect(await verify(shorter)).toMatchObject(accepted);
  });

  test('with what it says is critical, encrypted content, or an unencoded payload', async () => {
    const critical = await sign(ec, claims(), { crit: ['b64'], b64: true });
    expect(await verify(critical)).toMatchObject(accepted);
    const strange = encode({ alg: 'ES256', kid: 'ec', crit: ['x'], x: 1 }, claims());
    expect(await verify(`${strange}.${'A'.repeat(86)}`)).toEqual(refusedAs('malformed'));
  });

  test('that names no key, where several may have signed it', async () => {
    const nameless = await sign(ec, claims(), { kid: undefined });
    expect(await verify(nameless)).toMatchObject(accepted);
    issuer.keys = [ec.shown, later.shown];
    const reopened = open();
    expect(await reopened.verify(nameless)).toEqual(refusedAs('unknown_key'));
  });

  test('signed by a key that is for encryption', async () => {
    issuer.keys = [{ ...ec.shown, use: 'enc' }];
    expect(await verify(await sign(ec, claims()))).toEqual(refusedAs('unknown_key'));
  });
});

describe('the keys of the issuer', () => {
  const documents = 2;

  test('are fetched once for many, however many ask at once', async () => {
    const token = await sign(ec, claims());
    const answers = await Promise.all(Array.from({ length: 20 }, () => verify(token)));
    for (const answer of answers) expect(answer).toMatchObject(accepted);
    await verify(token);
    expect(issuer.asked).toHaveLength(documents);
  });

  test('are fetched again for a key that is not among them, once in a while', async () => {
    await verify(await sign(ec, claims()));
    issuer.keys = [later.shown];
    const token = await sign(later, claims());
    expect(await verify(token)).toEqual(refusedAs('unknown_key'));
    nowMs += 29_000;
    expect(await verify(token)).toEqual(refusedAs('unknown_key'));
    expect(issuer.asked).toHaveLength(documents);
    nowMs += 1_000;
    expect(await verify(token)).toMatchObject(accepted);
    expect(await verify(await sign(ec, claims()))).toEqual(refusedAs('unknown_key'));
    expect(issuer.asked).toHaveLength(2 * documents);
  });

  test('that are withdrawn are trusted for ten minutes more at most', async () => {
    const token = await sign(ec, claims({ exp: seconds + 7_200 }));
    await verify(token);
    issuer.keys = [rsa.shown];
    nowMs += 599_000;
    expect(await verify(token)).toMatchObject(accepted);
    nowMs += 1_000;
    expect(await verify(token)).toEqual(refusedAs('unknown_key'));
  });

  test('outlive an hour in which the issuer is away, and no more', async () => {
    const token = await sign(ec, claims({ exp: seconds + 7_200 }));
    await verify(token);
    issuer.status = 500;
    nowMs += 3_599_000;
    expect(await verify(token)).toMatchObject(accepted);
    nowMs += 60_000;
    await expect(verify(token)).rejects.toThrow(TokensUnavailableError);
    issuer.status = 200;
    nowMs += 30_000;
    expect(await verify(token)).toMatchObject(accepted);
  });

  test('cannot be had: no token is called wrong, and the issuer is not asked without end', async () => {
    issuer.status = 503;
    const token = await sign(ec, claims());
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await expect(verify(token)).rejects.toThrow(TokensUnavailableError);
    }
    expect(issuer.asked).toHaveLength(1);
    issuer.status = 200;
    nowMs += 30_000;
    expect(await verify(token)).toMatchObject(accepted);
  });

  test.each<[string, (of: TestIssuer) => void]>([
    ['is slow', (of) => void Object.assign(of, { delayMs: 2_000 })],
    ['redirects', (of) => void Object.assign(of, { status: 302 })],
    ['names another issuer', (of) => void Object.assign(of, { discovery: other(of) })],
    ['names no place of keys', (of) => void Object.assign(of, { discovery: { issuer: of.url } })],
    [
      'names a place that others can change',
      (of) => void Object.assign(of, { discovery: anywhere(of) }),
    ],
    ['publishes no keys', (of) => void Object.assign(of, { keysText: '{}' })],
    ['publishes a list', (of) => void Object.assign(of, { keysText: '[]' })],
    ['publishes no JSON', (of) => void Object.assign(of, { keysText: '<html>' })],
    ['publishes without end', (of) => void Object.assign(of, { keysText: 'x'.repeat(600_000) })],
  ])('cannot be had where the issuer %s', async (_, change) => {
    change(issuer);
    await expect(verify(await sign(ec, claims()))).rejects.toThrow(TokensUnavailableError);
    await expect(open().health.check()).rejects.toThrow(TokensUnavailableError);
  });

  const other = (of: TestIssuer) => ({ issuer: `${of.url}/`, jwks_uri: `${of.url}/keys` });
  const anywhere = (of: TestIssuer) => ({ issuer: of.url, jwks_uri: 'http://issuer.example/keys' });

  test('nobody listens: the message names the host alone', async () => {
    await issuer.close();
    const failure = await verify(await sign(ec, claims())).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TokensUnavailableError);
    expect(String(failure)).not.toContain('realm');
  });

  test('are there: it is ready', async () => {
    await expect(open().health.check()).resolves.toBeUndefined();
  });
});
