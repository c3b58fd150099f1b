import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { isTransient } from '../../shared/adapters/isTransient.ts';
import { type OpenedPorts, openPorts } from '../../shared/adapters/openPorts.ts';
import { SettingsError } from '../../shared/config/environment.ts';
import { readSettings } from '../../shared/config.ts';
import { TokensUnavailableError } from '../../shared/ports/tokens.ts';

let directory: string;
let ports: OpenedPorts | undefined;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mini-smart-grid-'));
});
afterEach(async () => {
  await ports?.close();
  ports = undefined;
  rmSync(directory, { recursive: true });
});

async function open(environment: Readonly<Record<string, string>>): Promise<OpenedPorts> {
  ports = await openPorts(readSettings({ DATA_DIR: directory, AUTH: 'none', ...environment }));
  return ports;
}

test('a directory is enough to bill, on a regtest chain of its own', async () => {
  const { documents, bitcoin, chain, rates, qrCodes, health } = await open({});
  await documents.put('lane/run.json', '{}', 'application/json');
  expect(await documents.get('lane/run.json')).toBe('{}');
  expect(bitcoin.network).toBe('regtest');
  expect(chain?.kind).toBe('embedded');
  expect(await chain?.tip()).toMatchObject({ height: expect.any(Number) });
  expect(rates).toBeUndefined();
  expect(await qrCodes.svg('bitcoin:x')).toContain('<svg');
  const names = ['smartGridInfo', 'traderInfo', 'prosumerInfo', 'documents', 'queues', 'chain'];
  expect(health.map(({ name }) => name)).toEqual(names);
  await Promise.all(health.map(({ check }) => check()));
});

test('a source of rates is there where it is set', async () => {
  const { rates } = await open({ RATE_FIXED: 'EUR=90000.50' });
  expect(await rates?.rate('EUR')).toMatchObject({ source: 'fixed', rate: '90000.50' });
});

test('on another network nothing is followed that nobody names', async () => {
  const { bitcoin, chain, health } = await open({ BITCOIN_NETWORK: 'mainnet' });
  expect(bitcoin.network).toBe('mainnet');
  expect(chain).toBeUndefined();
  expect(health.map(({ name }) => name)).not.toContain('chain');
});

test.each([
  ['esplora', { ESPLORA_URL: 'http://127.0.0.1:9/api' }],
  [
    'core',
    { BITCOIN_RPC_URL: 'http://127.0.0.1:9', BITCOIN_RPC_USER: 'u', BITCOIN_RPC_PASSWORD: 'p' },
  ],
])(
  '%s that does not answer is a part that is not ready',
  async (kind, settings) => {
    const { chain, health } = await open({ BITCOIN_NETWORK: 'signet', ...settings });
    expect(chain?.kind).toBe(kind);
    const part = health.find(({ name }) => name === 'chain');
    await expect(part?.check()).rejects.toThrow();
  },
  20_000,
);

test('an app that nothing says who may use is not ready, and says what to set', async () => {
  const { tokens, health } = await open({ AUTH: '' });
  expect(tokens).toEqual({ kind: 'closed' });
  const part = health.find(({ name }) => name === 'tokens');
  await expect(part?.check()).rejects.toThrow(SettingsError);
});

test('an issuer is asked for its keys at the first token, and for readiness', async () => {
  const issuer = { AUTH_ISSUER: 'http://127.0.0.1:9/issuer', AUTH_AUDIENCE: 'grid' };
  const { tokens, health } = await open({ AUTH: '', ...issuer });
  expect(tokens.kind).toBe('issuer');
  const part = health.find(({ name }) => name === 'tokens');
  const fault = await part?.check().catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(TokensUnavailableError);
  expect(isTransient(fault)).toBe(true);
});

test('what was opened is closed, also twice', async () => {
  const opened = await open({});
  await opened.close();
  await expect(opened.close()).resolves.toBeUndefined();
  await expect(opened.chain?.tip()).rejects.toThrow();
});
