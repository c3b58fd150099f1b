import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import mssql from 'mssql';
import {
  isSqlNumber,
  isSqlRetriable,
  isSqlTransient,
} from '../../shared/adapters/azure/sql/isSqlTransient.ts';
import { SqlDatabase } from '../../shared/adapters/azure/sql/sqlDatabase.ts';

const numbered = (number: number, more: object = {}) =>
  Object.assign(new mssql.RequestError('text', 'EREQUEST'), { number, ...more });

describe('errors of the SQL server by number', () => {
  test.each([
    615, 926, 1205, 1222, 4060, 4221, 10928, 10929, 10936, 40197, 40501, 40613, 49918, 49919, 49920,
    50002,
  ])('%i passes by itself', (number) => {
    expect(isSqlTransient(numbered(number))).toBe(true);
    expect(isSqlRetriable(numbered(number))).toBe(true);
  });

  test.each([2601, 2627])('%i is tried again, but is no trouble of the server', (number) => {
    expect(isSqlTransient(numbered(number))).toBe(false);
    expect(isSqlRetriable(numbered(number))).toBe(true);
  });

  test.each([102, 207, 208, 229, 515, 547, 8115, 18456, 50001, 50003])(
    '%i does not pass by itself',
    (number) => {
      expect(isSqlTransient(numbered(number))).toBe(false);
      expect(isSqlRetriable(numbered(number))).toBe(false);
    },
  );

  test('a severity of 20 ends the connection, one of 19 does not', () => {
    expect(isSqlTransient(numbered(7, { class: 20 }))).toBe(true);
    expect(isSqlTransient(numbered(7, { class: 19 }))).toBe(false);
  });

  test('a request that failed without a number of the server failed on the way', () => {
    expect(isSqlTransient(new mssql.RequestError('parse error', 'EREQUEST'))).toBe(true);
  });

  test('a number counts wherever it stands: before, below or among others', () => {
    const lock = numbered(1205);
    expect(isSqlTransient(numbered(3621, { precedingErrors: [numbered(5), lock] }))).toBe(true);
    expect(isSqlTransient(new Error('outer', { cause: lock }))).toBe(true);
    expect(isSqlTransient(new AggregateError([new Error('other'), lock]))).toBe(true);
    expect(isSqlNumber(new Error('outer', { cause: numbered(50_001) }), 50_001)).toBe(true);
    expect(isSqlNumber(numbered(50_002), 50_001)).toBe(false);
  });

  test.each([
    undefined,
    null,
    'ESOCKET',
    1205,
    {},
    new Error('no code'),
    new mssql.ConnectionError('Login failed', 'ELOGIN'),
    new mssql.RequestError('Validation failed', 'EARGS'),
  ])('%p is no failure that passes', (error) => {
    expect(isSqlTransient(error)).toBe(false);
    expect(isSqlRetriable(error)).toBe(false);
  });

  test('an error that refers to itself is looked at and left', () => {
    const error: Error & { originalError?: unknown } = new Error('round');
    error.originalError = error;
    expect(isSqlTransient(error)).toBe(false);
  });
});

describe('a server that cannot be had', () => {
  let port = 0;
  let server: ReturnType<typeof createServer>;

  beforeEach(async () => {
    server = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });

  afterEach(async () => {
    await new Promise((resolve) => server.close(resolve));
  });

  const attempt = async () => {
    const access = { kind: 'password', user: 'nobody', password: 'nothing' } as const;
    const db = new SqlDatabase(
      { kind: 'sql', server: '127.0.0.1', port, database: 'none', access },
      {
        connection: {
          connectionsMax: 1,
          idleMs: 1_000,
          connectMs: 200,
          requestMs: 200,
          cancelMs: 200,
          acquireMs: 200,
        },
        retry: { attemptsMax: 2, budgetMs: 2_000, pauseMsMin: 1, pauseMsMax: 1 },
      },
    );
    try {
      return await db.query('SELECT 1 AS one').then(
        () => undefined,
        (error: unknown) => error,
      );
    } finally {
      await db.close();
    }
  };

  test('refuses the connection: passes by itself', async () => {
    await new Promise((resolve) => server.close(resolve));
    const error = await attempt();
    expect(error).toBeInstanceOf(Error);
    expect(isSqlTransient(error)).toBe(true);
    server.listen(0, '127.0.0.1');
  });

  test('never answers: passes by itself', async () => {
    server.on('connection', (socket) => socket.on('data', () => undefined));
    const error = await attempt();
    expect(error).toBeInstanceOf(Error);
    expect(isSqlTransient(error)).toBe(true);
  });

  test('hangs up: passes by itself', async () => {
    server.on('connection', (socket) => socket.on('data', () => socket.destroy()));
    const error = await attempt();
    expect(error).toBeInstanceOf(Error);
    expect(isSqlTransient(error)).toBe(true);
  });
});
