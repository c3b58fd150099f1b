import { expect, test } from '@jest/globals';
import { connectionLimits, poolConfig } from '../../shared/adapters/azure/sql/poolConfig.ts';
import type { SqlSettings } from '../../shared/config/sqlSettings.ts';

const inAzure: SqlSettings = {
  kind: 'sql',
  server: 'some.database.windows.net',
  port: 1433,
  database: 'prosumer-info',
  access: { kind: 'identity', isManaged: true, clientId: '00000000-0000-0000-0000-000000000001' },
};

test('in Azure: an identity, verified TLS, few connections, transactions that end with an error', () => {
  const config = poolConfig(inAzure, connectionLimits);
  expect(config).toMatchObject({
    server: 'some.database.windows.net',
    port: 1433,
    database: 'prosumer-info',
    authentication: {
      type: 'token-credential',
      options: { credential: { getToken: expect.any(Function) } },
    },
    pool: { min: 0, max: 4 },
    options: { encrypt: true, trustServerCertificate: false, abortTransactionOnError: true },
  });
  expect(config).not.toHaveProperty('password');
});

test('on this machine: a password, and a certificate of its own making', () => {
  const access = { kind: 'password', user: 'someone', password: `a;b='c"` } as const;
  const config = poolConfig({ ...inAzure, server: '127.0.0.1', access }, connectionLimits);
  expect(config).toMatchObject({
    authentication: { type: 'default', options: { userName: 'someone', password: `a;b='c"` } },
    options: { encrypt: true, trustServerCertificate: true },
  });
});

test('a request is waited for longer than the statement waits for its lock', () => {
  expect(connectionLimits.requestMs).toBeGreaterThan(10_000);
  expect(connectionLimits.connectionsMax).toBeLessThanOrEqual(4);
});
