import { describe, expect, test } from '@jest/globals';
import { isAuthClosed } from '../../shared/config/authSettings.ts';
import { SettingsError } from '../../shared/config/environment.ts';
import { readSettings } from '../../shared/config.ts';

type Given = Readonly<Record<string, string>>;

const directory = { DATA_DIR: '.data' };
const issuer = {
  AUTH_ISSUER: 'https://login.microsoftonline.com/0f1e2d3c-0000-4000-8000-00000000000a/v2.0',
  AUTH_AUDIENCE: '0f1e2d3c-0000-4000-8000-00000000000b',
};
const emulators = {
  COSMOS_ENDPOINT: 'https://localhost:8081',
  COSMOS_KEY: 'a2V5',
  SQL_SERVER: 'localhost',
  SQL_DATABASE: 'prosumer-info',
  SQL_USER: 'sa',
  SQL_PASSWORD: 'secret',
  BLOB_CONNECTION_STRING: 'UseDevelopmentStorage=true',
  SERVICE_BUS:
    'Endpoint=sb://localhost;SharedAccessKeyName=R;SharedAccessKey=S;UseDevelopmentEmulator=true;',
};

const authOf = (given: Given) => readSettings({ ...directory, ...given }).auth;

test('nothing set is an app that refuses everybody', () => {
  expect(authOf({})).toEqual({ kind: 'closed' });
  expect(authOf({ AUTH: '', AUTH_ISSUER: '', AUTH_AUDIENCE: '', AUTH_ROLES_CLAIM: '' })).toEqual({
    kind: 'closed',
  });
  expect(isAuthClosed({})).toBe(true);
  expect(isAuthClosed({ AUTH: 'wrong' })).toBe(true);
  expect(isAuthClosed(issuer)).toBe(false);
  expect(isAuthClosed({ AUTH: 'none' })).toBe(false);
});

describe('an issuer', () => {
  test('is taken as it stands, with its audience and the claim of the roles', () => {
    expect(authOf(issuer)).toEqual({
      kind: 'issuer',
      issuer: issuer.AUTH_ISSUER,
      audience: issuer.AUTH_AUDIENCE,
      rolesClaim: 'roles',
    });
    const other = { ...issuer, AUTH_ISSUER: 'https://x.eu.auth0.com/', AUTH_ROLES_CLAIM: 'grants' };
    expect(authOf(other)).toMatchObject({
      issuer: 'https://x.eu.auth0.com/',
      rolesClaim: 'grants',
    });
  });

  test.each(['http://localhost:8080/realms/grid', 'http://127.0.0.1:1/x', 'http://[::1]:1/x'])(
    'on this machine may speak plain HTTP: %s',
    (url) => {
      expect(authOf({ ...issuer, AUTH_ISSUER: url })).toMatchObject({ issuer: url });
    },
  );

  test.each<[string, Given, string]>([
    ['plain HTTP elsewhere', { AUTH_ISSUER: 'http://issuer.example' }, 'AUTH_ISSUER must be'],
    ['no URL', { AUTH_ISSUER: 'issuer.example' }, 'AUTH_ISSUER must be'],
    ['a login in it', { AUTH_ISSUER: 'https://u:p@issuer.example' }, 'AUTH_ISSUER must be'],
    ['a query', { AUTH_ISSUER: 'https://issuer.example/?a=b' }, 'AUTH_ISSUER must be'],
    ['an empty query', { AUTH_ISSUER: 'https://issuer.example/?' }, 'AUTH_ISSUER must be'],
    ['a fragment', { AUTH_ISSUER: 'https://issuer.example/#a' }, 'AUTH_ISSUER must be'],
    ['another scheme', { AUTH_ISSUER: 'file:///etc/issuer' }, 'AUTH_ISSUER must be'],
    ['no audience', { AUTH_AUDIENCE: '' }, 'AUTH_AUDIENCE is not set'],
    ['an audience with blanks', { AUTH_AUDIENCE: 'a b' }, 'AUTH_AUDIENCE must be'],
    ['a claim with blanks', { AUTH_ROLES_CLAIM: 'a b' }, 'AUTH_ROLES_CLAIM must be'],
    ['no issuer', { AUTH_ISSUER: '' }, 'AUTH_AUDIENCE is set, but AUTH_ISSUER is not'],
    ['AUTH beside it', { AUTH: 'none' }, 'Only one of AUTH and AUTH_ISSUER'],
  ])('is refused with %s', (_, given, message) => {
    expect(() => authOf({ ...issuer, ...given })).toThrow(message);
  });
});

describe('AUTH=none', () => {
  test('is accepted with embedded stores, and with emulators on this machine', () => {
    expect(authOf({ AUTH: 'none' })).toEqual({ kind: 'open' });
    expect(authOf({ AUTH: 'none', ...emulators })).toEqual({ kind: 'open' });
  });

  test.each<[string, Given]>([
    ['in a function app', { WEBSITE_INSTANCE_ID: 'a1' }],
    ['in a web app', { WEBSITE_SITE_NAME: 'func-lane' }],
    ['with a managed identity', { IDENTITY_ENDPOINT: 'http://127.0.0.1:41005/msi/token' }],
    ['with Cosmos DB', { COSMOS_ENDPOINT: 'https://lane.documents.azure.com' }],
    ['with Azure SQL', { SQL_SERVER: 'lane.database.windows.net', SQL_DATABASE: 'd' }],
    ['with Blob Storage', { BLOB_ENDPOINT: 'https://lane.blob.core.windows.net/' }],
    ['with Service Bus', { SERVICE_BUS__fullyQualifiedNamespace: 'lane.servicebus.windows.net' }],
  ])('is refused %s', (_, given) => {
    expect(() => authOf({ AUTH: 'none', ...given })).toThrow(SettingsError);
    expect(authOf(given)).toEqual({ kind: 'closed' });
  });

  test.each(['None', 'off', 'false', 'azure'])('cannot be spelled %s', (auth) => {
    expect(() => authOf({ AUTH: auth })).toThrow('AUTH can only be "none"');
  });
});
