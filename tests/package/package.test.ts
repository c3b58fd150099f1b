import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AppAnswers } from './appProcess.ts';

const root = join(import.meta.dirname, '..', '..');
const dist = mkdtempSync(join(tmpdir(), 'mini-smart-grid-'));
const bytesMax = 10_000_000;
/** With an error Node.js prints its line of the code, which is all of a bundled file. */
const outputBytesMax = 20_000_000;
const sdks = [
  '@azure/cosmos',
  '@azure/identity',
  '@azure/service-bus',
  '@azure/storage-blob',
  'bip32',
  'bitcoinjs-lib',
  'jose',
  'mssql',
  'qrcode',
  'tedious',
  'tiny-secp256k1',
].map((name) => `node_modules/${name}`);
/** Of the test vectors of BIP32: it opens nothing, and everybody has it. */
const privateKey =
  'xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi';
const node = [process.execPath, '--disable-warning=ExperimentalWarning'] as const;

beforeAll(() => {
  const [command, option] = node;
  const env = { ...process.env, NODE_OPTIONS: '' };
  execFileSync(command, [option, join(root, 'infra', 'build.ts'), dist], { env, stdio: 'pipe' });
}, 60_000);
afterAll(() => rmSync(dist, { recursive: true, force: true }));

/** Folders of the packages that the code of a file comes from, by its source map. */
function packagesOf(file: string): readonly string[] {
  const { sources } = JSON.parse(readFileSync(join(dist, `${file}.map`), 'utf8'));
  const found = new Set<string>();
  for (const source of sources) {
    const path = /node_modules\/(?:.*node_modules\/)?(?:@[^/]+\/)?[^/]+/.exec(source)?.[0];
    if (path !== undefined) found.add(path);
  }
  return [...found];
}

const codeFiles = () => readdirSync(dist).filter((file) => file.endsWith('.js'));

/** What is loaded with `main.js`: the files that it imports statically, and those that they import. */
function loadedAtStart(): readonly string[] {
  const loaded = ['main.js'];
  for (const file of loaded) {
    const code = readFileSync(join(dist, file), 'utf8');
    for (const [, chunk = ''] of code.matchAll(/(?:from|import)\s*"\.\/(chunk-\w+\.js)"/g)) {
      if (!loaded.includes(chunk)) loaded.push(chunk);
    }
  }
  return loaded;
}

describe('the package', () => {
  test('contains no devDependency', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
    const packages = [...new Set(codeFiles().flatMap(packagesOf))];
    expect(packages).toEqual(expect.arrayContaining(sdks));
    const forbidden = packages.filter((name) => lock.packages[name]?.dev !== undefined);
    expect(forbidden).toEqual([]);
  });

  test('is under 10 MB zipped', () => {
    const files = readdirSync(dist, { recursive: true, encoding: 'utf8' });
    const zipped = files.map((file) => {
      const path = join(dist, file);
      return statSync(path).isFile() ? gzipSync(readFileSync(path)).length : 0;
    });
    const bytes = zipped.reduce((sum, size) => sum + size, 0);
    expect(bytes).toBeGreaterThan(500_000);
    expect(bytes).toBeLessThan(bytesMax);
  });

  test('loads the SDK of a service, and what computes with bitcoin, only where that is used', () => {
    const atStart = loadedAtStart();
    expect(atStart.length).toBeLessThan(codeFiles().length);
    const packages = new Set(atStart.flatMap(packagesOf));
    expect(sdks.filter((name) => packages.has(name))).toEqual([]);
    expect(packages).toContain('node_modules/ajv');
  });
});

describe('the package with the settings of Azure alone', () => {
  /** As in Azure, with names that lead nowhere. */
  const azure = {
    AUTH_ISSUER: 'https://issuer.invalid',
    AUTH_AUDIENCE: 'grid',
    IDENTITY_ENDPOINT: 'http://127.0.0.1:9/token',
    IDENTITY_HEADER: 'none',
    SERVICE_BUS__fullyQualifiedNamespace: 'lane.servicebus.invalid',
    COSMOS_ENDPOINT: 'https://lane.documents.invalid',
    BLOB_ENDPOINT: 'https://lane.blob.invalid',
    BITCOIN_NETWORK: 'mainnet',
    ESPLORA_URL: 'https://index.invalid/api',
    SQL_SERVER: 'lane.database.invalid',
    SQL_DATABASE: 'prosumer-info',
    TIMEFRAMES_QUEUE: 'timeframes',
    TRADES_QUEUE: 'trades',
  };

  test('refuses to start with a private key in any setting, and does not say which key', async () => {
    const starting = answersWith({ ...azure, SOME_SETTING: `{"key":"${privateKey}"}` });
    const failure: unknown = await starting.catch((error: unknown) => error);
    const { stdout, stderr } = Object(failure);
    expect(stdout).toBe('');
    expect(/^SettingsError: .*$/m.exec(stderr)?.[0]).toContain('SOME_SETTING holds a private key');
    expect(stderr.includes(privateKey)).toBe(false);
  }, 60_000);

  test('computes with bitcoin on one machine, with nothing installed', async () => {
    const directory = mkdtempSync(join(dist, 'data-'));
    const { ready } = await answersWith({ DATA_DIR: directory, AUTH: 'none' });
    const { parts } = Object(ready.body);
    expect(parts.at(-1)).toEqual({ name: 'chain', isReady: true });
    expect(ready.status).toBe('200');
  }, 60_000);

  async function answersWith(env: Readonly<Record<string, string>>): Promise<AppAnswers> {
    const [command, option] = node;
    const script = join(import.meta.dirname, 'appProcess.ts');
    const cwd = mkdtempSync(join(dist, 'empty-'));
    const run = promisify(execFile);
    const args = [option, script, join(dist, 'main.js')];
    const { stdout } = await run(command, args, { env, cwd, maxBuffer: outputBytesMax });
    expect(readdirSync(cwd)).toEqual([]);
    return JSON.parse(stdout);
  }

  test('starts, lives, and says which parts are down', async () => {
    const { functions, live, ready } = await answersWith(azure);
    expect(functions).toEqual(expect.arrayContaining(['closeTimeframe', 'grids', 'recordTrades']));
    expect(live).toMatchObject({ status: '200', body: { status: 'live' } });
    expect(ready.status).toBe('503');
    const { parts } = Object(ready.body);
    expect(parts.map(({ name }: { readonly name: string }) => name)).toEqual([
      'smartGridInfo',
      'traderInfo',
      'prosumerInfo',
      'documents',
      'serviceBus',
      'chain',
      'tokens',
    ]);
    for (const part of parts) expect(part).toMatchObject({ isReady: false });
    expect(JSON.stringify(parts)).not.toContain('invalid');
  }, 60_000);

  test('starts and lives without any, and says which one is missing', async () => {
    const { functions, live, ready } = await answersWith({ SQL_SERVER: 'x' });
    expect(functions.length).toBeGreaterThan(15);
    expect(live.status).toBe('200');
    expect(ready.status).toBe('503');
    expect(ready.body).toMatchObject({
      parts: [{ name: 'settings', reason: expect.stringContaining('COSMOS_ENDPOINT') }],
    });
  }, 60_000);
});
