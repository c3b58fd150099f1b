import { describe, expect, test } from '@jest/globals';
import { bitcoinSettings } from '../../shared/config/bitcoinSettings.ts';
import { SettingsError } from '../../shared/config/environment.ts';

type Given = Readonly<Record<string, string>>;

const secret = 'c2VjcmV0LXNlY3JldA==';
const directory = { DATA_DIR: '.data' };
const core = { BITCOIN_NETWORK: 'signet', BITCOIN_RPC_URL: 'http://127.0.0.1:38332' };
const login = { BITCOIN_RPC_USER: 'grid', BITCOIN_RPC_PASSWORD: secret };
const esplora = { BITCOIN_NETWORK: 'mainnet', ESPLORA_URL: 'https://index.example/api/' };

describe('the chain that is followed', () => {
  test('is one of our own with a directory alone, on regtest', () => {
    const own = { network: 'regtest', chain: { kind: 'embedded', directory: '.data' } };
    expect(bitcoinSettings(directory)).toEqual(own);
    expect(bitcoinSettings({ ...directory, BITCOIN_NETWORK: 'regtest' })).toEqual(own);
  });

  test.each(['mainnet', 'testnet', 'signet'])('is none of our own on %s', (network) => {
    const given = { ...directory, BITCOIN_NETWORK: network };
    expect(bitcoinSettings(given)).toEqual({ network, chain: undefined });
  });

  test('is none where nothing is set, on mainnet', () => {
    expect(bitcoinSettings({})).toEqual({ network: 'mainnet', chain: undefined });
    expect(bitcoinSettings({ BITCOIN_NETWORK: 'testnet' }).network).toBe('testnet');
  });

  test('is that of a node, by password or by cookie', () => {
    const chain = { kind: 'core', network: 'signet', url: 'http://127.0.0.1:38332' };
    const password = { kind: 'password', user: 'grid', password: secret };
    expect(bitcoinSettings({ ...directory, ...core, ...login })).toEqual({
      network: 'signet',
      chain: { ...chain, access: password },
    });
    const given = { ...core, BITCOIN_RPC_COOKIE_FILE: '/run/cookie' };
    expect(bitcoinSettings(given).chain).toEqual({
      ...chain,
      access: { kind: 'cookie', file: '/run/cookie' },
    });
  });

  test('is that of an index, whose URL ends without a slash', () => {
    expect(bitcoinSettings({ ...directory, ...esplora })).toEqual({
      network: 'mainnet',
      chain: { kind: 'esplora', network: 'mainnet', url: 'https://index.example/api' },
    });
    const local = { ...esplora, ESPLORA_URL: 'http://localhost:3002' };
    expect(bitcoinSettings(local).chain).toMatchObject({ url: 'http://localhost:3002' });
  });
});

describe('refused, by name, and without a secret', () => {
  test.each<[string, Given]>([
    ['BITCOIN_NETWORK', { BITCOIN_NETWORK: 'main' }],
    ['BITCOIN_NETWORK', { ...esplora, BITCOIN_NETWORK: '' }],
    ['BITCOIN_NETWORK', { ...core, ...login, BITCOIN_NETWORK: '' }],
    ['ESPLORA_URL', { ...core, ...login, ...esplora }],
    ['ESPLORA_URL', { ...esplora, ESPLORA_URL: 'http://index.example/api' }],
    ['ESPLORA_URL', { ...esplora, ESPLORA_URL: `https://user:${secret}@index.example` }],
    ['ESPLORA_URL', { ...esplora, ESPLORA_URL: `https://index.example?key=${secret}` }],
    ['ESPLORA_URL', { ...esplora, ESPLORA_URL: 'index.example' }],
    // A password would go over the network for anybody to read.
    ['BITCOIN_RPC_URL', { ...core, ...login, BITCOIN_RPC_URL: 'http://10.0.0.4:8332' }],
    ['BITCOIN_RPC_URL', { ...core, ...login, BITCOIN_RPC_URL: `http://a:${secret}@localhost` }],
    ['BITCOIN_RPC_URL', login],
    ['BITCOIN_RPC_URL', { ...esplora, BITCOIN_RPC_COOKIE_FILE: '/run/cookie' }],
    ['BITCOIN_RPC_USER', core],
    ['BITCOIN_RPC_USER', { ...core, BITCOIN_RPC_PASSWORD: secret }],
    ['BITCOIN_RPC_PASSWORD', { ...core, BITCOIN_RPC_USER: 'grid' }],
    ['BITCOIN_RPC_COOKIE_FILE', { ...core, ...login, BITCOIN_RPC_COOKIE_FILE: '/run/cookie' }],
  ])('%s: %j', (name, given) => {
    const read = () => bitcoinSettings({ ...directory, ...given });
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(name);
    expect(read).not.toThrow(secret);
  });
});
