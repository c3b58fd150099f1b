import { describe, expect, test } from '@jest/globals';
import { SettingsError } from '../../shared/config/environment.ts';
import { readSettings } from '../../shared/config.ts';

type Given = Readonly<Record<string, string>>;

const clientId = '0f1e2d3c-0000-4000-8000-00000000000a';
const secret = 'c2VjcmV0LXNlY3JldA==';
const emulator = `Endpoint=sb://localhost:5673;SharedAccessKeyName=Root;SharedAccessKey=${secret};UseDevelopmentEmulator=true;`;
const azurite = 'UseDevelopmentStorage=true';
const directory = { DATA_DIR: '.data' };
const azure = {
  IDENTITY_ENDPOINT: 'http://127.0.0.1:41005/msi/token',
  SERVICE_BUS__fullyQualifiedNamespace: 'lane.servicebus.windows.net',
  BLOB_ENDPOINT: 'https://lane.blob.core.windows.net/',
  COSMOS_ENDPOINT: 'https://lane.documents.azure.com:443/',
  SQL_SERVER: 'lane.database.windows.net',
  SQL_DATABASE: 'prosumer-info',
};

/** Kinds of the four stores, in the order of the settings. */
function kindsOf(environment: Given): readonly string[] {
  const { documents, prosumerInfo, billingDocuments, bus } = readSettings(environment);
  return [documents.kind, prosumerInfo.kind, billingDocuments.kind, bus.kind];
}

describe('the choice of stores', () => {
  test('is embedded with a directory and nothing else', () => {
    const store = { kind: 'embedded', directory: '.data' };
    expect(readSettings(directory)).toEqual({
      documents: store,
      prosumerInfo: store,
      billingDocuments: store,
      bus: store,
      queues: { timeframes: 'timeframes', trades: 'trades' },
      bitcoin: { network: 'regtest', chain: store },
      rates: undefined,
      clock: { kind: 'system' },
      auth: { kind: 'closed' },
      limits: { requestsInFlightMax: 100, rate: { perMinute: 6_000, burst: 3_000 } },
    });
  });

  test('is Azure with the settings of Azure alone, by the identity of the host', () => {
    const access = { kind: 'identity', isManaged: true };
    expect(readSettings(azure)).toMatchObject({
      documents: {
        kind: 'cosmos',
        endpoint: azure.COSMOS_ENDPOINT,
        databases: { smartGridInfo: 'smart-grid-info', traderInfo: 'trader-info' },
        access,
      },
      prosumerInfo: { kind: 'sql', server: azure.SQL_SERVER, port: 1433, access },
      billingDocuments: {
        kind: 'blob',
        container: 'documents',
        access: { ...access, endpoint: azure.BLOB_ENDPOINT },
      },
      bus: {
        kind: 'serviceBus',
        access: { ...access, fullyQualifiedNamespace: 'lane.servicebus.windows.net' },
      },
    });
  });

  test.each<[string, Given, readonly string[]]>([
    [
      'SQL alone',
      { SQL_SERVER: 'x.database.windows.net', SQL_DATABASE: 'd' },
      ['embedded', 'sql', 'embedded', 'embedded'],
    ],
    [
      'Cosmos DB alone',
      { COSMOS_ENDPOINT: 'https://x.y' },
      ['cosmos', 'embedded', 'embedded', 'embedded'],
    ],
    [
      'Blob Storage alone',
      { BLOB_ENDPOINT: 'https://x.y' },
      ['embedded', 'embedded', 'blob', 'embedded'],
    ],
    [
      'an emulated bus',
      { SERVICE_BUS: emulator },
      ['embedded', 'embedded', 'embedded', 'serviceBus'],
    ],
    [
      'a bus that is put aside',
      { SERVICE_BUS: emulator, BUS: 'embedded' },
      ['embedded', 'embedded', 'embedded', 'embedded'],
    ],
    [
      'an empty setting',
      { SERVICE_BUS: '', COSMOS_ENDPOINT: '', BLOB_ENDPOINT: '' },
      ['embedded', 'embedded', 'embedded', 'embedded'],
    ],
  ])('is made per store: %s', (_, given, kinds) => {
    expect(kindsOf({ ...directory, ...given })).toEqual(kinds);
  });

  test.each([
    ['COSMOS_ENDPOINT', 'Neither COSMOS_ENDPOINT nor DATA_DIR is set'],
    ['SQL_SERVER', 'SQL_DATABASE is set, but SQL_SERVER is not'],
    ['BLOB_ENDPOINT', 'Neither BLOB_ENDPOINT nor DATA_DIR is set'],
    ['SERVICE_BUS__fullyQualifiedNamespace', 'Neither SERVICE_BUS__fullyQualifiedNamespace nor'],
  ])('without %s refuses to guess', (name, message) => {
    expect(() => readSettings({ ...azure, [name]: '' })).toThrow(message);
  });
});

describe('who the app is', () => {
  test('a named identity counts for all, a narrower name for the bus', () => {
    const other = clientId.replace('a', 'b');
    const given = { ...azure, AZURE_CLIENT_ID: clientId, SERVICE_BUS__clientId: other };
    const { documents, prosumerInfo, billingDocuments, bus } = readSettings(given);
    expect(documents).toMatchObject({ access: { clientId } });
    expect(billingDocuments).toMatchObject({ access: { clientId } });
    expect(prosumerInfo).toMatchObject({ access: { clientId } });
    expect(bus).toMatchObject({ access: { clientId: other } });
    expect(readSettings({ ...azure, AZURE_CLIENT_ID: clientId }).bus).toMatchObject({
      access: { clientId },
    });
  });

  test('outside of Azure it is whoever is signed in', () => {
    const { IDENTITY_ENDPOINT: _, ...outside } = azure;
    expect(readSettings(outside).prosumerInfo).toMatchObject({ access: { isManaged: false } });
  });

  test('to emulators it is a key or a password', () => {
    const given = {
      COSMOS_ENDPOINT: 'http://127.0.0.1:8081',
      COSMOS_KEY: secret,
      SQL_SERVER: 'localhost',
      SQL_PORT: '14330',
      SQL_DATABASE: 'd',
      SQL_USER: 'sa',
      SQL_PASSWORD: secret,
      BLOB_CONNECTION_STRING: azurite,
      SERVICE_BUS: emulator,
    };
    const settings = readSettings({ ...given, DOCUMENTS_CONTAINER: 'papers' });
    const { documents, prosumerInfo, billingDocuments, bus } = settings;
    expect(billingDocuments).toEqual({
      kind: 'blob',
      container: 'papers',
      access: { kind: 'emulator', connectionString: azurite },
    });
    const local = `DefaultEndpointsProtocol=http;BlobEndpoint=http://127.0.0.1:1/x;AccountKey=${secret}`;
    expect(
      readSettings({ ...given, BLOB_CONNECTION_STRING: local }).billingDocuments,
    ).toMatchObject({ access: { kind: 'emulator', connectionString: local } });
    expect(documents).toMatchObject({ access: { kind: 'key', key: secret } });
    expect(prosumerInfo).toMatchObject({
      port: 14_330,
      access: { kind: 'password', user: 'sa', password: secret },
    });
    expect(bus).toEqual({
      kind: 'serviceBus',
      access: { kind: 'emulator', connectionString: emulator },
    });
  });
});

describe('refused, by name, and without a secret', () => {
  const key = `SharedAccessKeyName=Root;SharedAccessKey=${secret}`;
  const sql = { SQL_SERVER: 'x.database.windows.net', SQL_DATABASE: 'd' };
  const clock = { CLOCK_ORIGIN_MS: '1', CLOCK_REAL_ORIGIN_MS: '1', CLOCK_SPEED: '900' };
  test.each<[string, Given]>([
    ['COSMOS_KEY', { COSMOS_ENDPOINT: 'https://x.documents.azure.com', COSMOS_KEY: secret }],
    ['COSMOS_KEY', { COSMOS_KEY: secret }],
    ['COSMOS_KEY', { COSMOS_ENDPOINT: 'https://localhost:8081' }],
    ['COSMOS_ENDPOINT', { COSMOS_ENDPOINT: `AccountEndpoint=https://x;AccountKey=${secret};` }],
    ['COSMOS_ENDPOINT', { COSMOS_ENDPOINT: 'http://x.documents.azure.com' }],
    ['COSMOS_ENDPOINT', { COSMOS_ENDPOINT: `https://user:${secret}@x.documents.azure.com` }],
    ['COSMOS_ENDPOINT', { COSMOS_TRADER_INFO_DATABASE: 'trades' }],
    [
      'COSMOS_TRADER_INFO_DATABASE',
      { COSMOS_ENDPOINT: 'https://x.y', COSMOS_TRADER_INFO_DATABASE: 'a/b' },
    ],
    ['SQL_PASSWORD', { ...sql, SQL_PASSWORD: secret }],
    ['SQL_USER', { ...sql, SQL_USER: 'sa' }],
    ['SQL_PASSWORD', { SQL_SERVER: 'localhost', SQL_DATABASE: 'd', SQL_USER: 'sa' }],
    ['SQL_USER', { SQL_SERVER: 'localhost', SQL_DATABASE: 'd', SQL_PASSWORD: secret }],
    ['SQL_DATABASE', { SQL_SERVER: 'x.database.windows.net' }],
    ['SQL_SERVER', { SQL_DATABASE: 'd' }],
    ['SQL_SERVER', { ...sql, SQL_SERVER: `Server=x;Password=${secret}` }],
    ['SQL_PORT', { ...sql, SQL_SERVER: 'x,1433' }],
    ['SQL_PORT', { ...sql, SQL_PORT: '0' }],
    ['SQL_PORT', { ...sql, SQL_PORT: '65536' }],
    ['SERVICE_BUS', { SERVICE_BUS: `Endpoint=sb://x.servicebus.windows.net/;${key}` }],
    // The flag of the emulator does not make a namespace of Azure one: its key would go without TLS.
    [
      'SERVICE_BUS',
      { SERVICE_BUS: `Endpoint=sb://x.servicebus.windows.net;${key};UseDevelopmentEmulator=true` },
    ],
    ['SERVICE_BUS', { SERVICE_BUS: `Endpoint=sb://emulator;${key}` }],
    ['SERVICE_BUS', { SERVICE_BUS: secret }],
    ['SERVICE_BUS', { SERVICE_BUS: emulator, SERVICE_BUS__fullyQualifiedNamespace: 'a.b' }],
    ['SERVICE_BUS__clientId', { SERVICE_BUS__clientId: clientId }],
    [
      'SERVICE_BUS__clientId',
      { SERVICE_BUS__fullyQualifiedNamespace: 'a.b', SERVICE_BUS__clientId: secret },
    ],
    ['AZURE_CLIENT_ID', { ...sql, AZURE_CLIENT_ID: secret }],
    [
      'SERVICE_BUS__fullyQualifiedNamespace',
      { SERVICE_BUS__fullyQualifiedNamespace: 'sb://x.servicebus.windows.net' },
    ],
    ['BLOB_ENDPOINT', { BLOB_ENDPOINT: `https://x.blob.core.windows.net/?sig=${secret}` }],
    ['BLOB_ENDPOINT', { BLOB_ENDPOINT: `https://user:${secret}@x.blob.core.windows.net` }],
    ['BLOB_ENDPOINT', { BLOB_ENDPOINT: 'http://127.0.0.1:10000' }],
    ['BLOB_ENDPOINT', { BLOB_ENDPOINT: 'https://x.y', BLOB_CONNECTION_STRING: azurite }],
    ['BLOB_ENDPOINT', { DOCUMENTS_CONTAINER: 'papers' }],
    ['BLOB_CONNECTION_STRING', { BLOB_CONNECTION_STRING: `AccountName=x;AccountKey=${secret}` }],
    [
      'BLOB_CONNECTION_STRING',
      { BLOB_CONNECTION_STRING: `UseDevelopmentStorage=true;AccountName=x;AccountKey=${secret}` },
    ],
    [
      'BLOB_CONNECTION_STRING',
      {
        BLOB_CONNECTION_STRING: `BlobEndpoint=https://x.blob.core.windows.net;AccountKey=${secret}`,
      },
    ],
    ['DOCUMENTS_CONTAINER', { BLOB_CONNECTION_STRING: azurite, DOCUMENTS_CONTAINER: 'No_Name' }],
    ['DOCUMENTS_CONTAINER', { BLOB_CONNECTION_STRING: azurite, DOCUMENTS_CONTAINER: 'a' }],
    ['BUS', { BUS: 'kafka' }],
    ['BUS', { BUS: 'serviceBus' }],
    ['TIMEFRAMES_QUEUE', { TIMEFRAMES_QUEUE: 'a b' }],
    ['TRADES_QUEUE', { TIMEFRAMES_QUEUE: 'one', TRADES_QUEUE: 'one' }],
    ['CLOCK_SPEED', { CLOCK_SPEED: '2' }],
    ['CLOCK_SPEED', { ...clock, CLOCK_SPEED: '1.5' }],
    ['CLOCK_SPEED', { ...clock, ...sql }],
    ['CLOCK_SPEED', { ...clock, SERVICE_BUS: emulator }],
    ['CLOCK_SPEED', { ...clock, BLOB_CONNECTION_STRING: azurite }],
    ['CLOCK_SPEED', { ...clock, BITCOIN_NETWORK: 'testnet', ESPLORA_URL: 'https://x.y' }],
  ])('%s: %j', (name, given) => {
    const refused = refusalOf({ ...directory, ...given });
    expect(refused).toBeInstanceOf(SettingsError);
    expect(refused?.message).toContain(name);
    expect(refused?.message).not.toContain(secret);
  });
});

function refusalOf(environment: Given): Error | undefined {
  try {
    readSettings(environment);
    return undefined;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}
