import { readdirSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  consistencyLevel,
  containers,
  databases,
} from '../../shared/adapters/azure/cosmos/containers.ts';
import { EmbeddedQueues } from '../../shared/adapters/embedded/queues.ts';
import { queuesSchema } from '../../shared/adapters/embedded/queuesSchema.ts';
import { readSettings } from '../../shared/config.ts';
import {
  at,
  type BicepFile,
  type BicepValue,
  Expression,
  named,
  readBicepFiles,
} from './bicepFile.ts';

const root = new URL('../../', import.meta.url);
/** What belongs to the Functions host and not to the app. */
const hostSettings = /^(FUNCTIONS_|AzureWebJobs|APPLICATIONINSIGHTS_|SERVICE_BUS__credential$)/;
/** Secrets, which come from the Key Vault by `secretAppSettings`. */
const secretSettings = new Set(['BITCOIN_RPC_PASSWORD']);
/** What only a machine of one's own has: directories, emulators and their keys, a clock that runs. */
const localSettings = new Set([
  'AUTH',
  'BITCOIN_RPC_COOKIE_FILE',
  'BLOB_CONNECTION_STRING',
  'BUS',
  'CLOCK_ORIGIN_MS',
  'CLOCK_REAL_ORIGIN_MS',
  'CLOCK_SPEED',
  'COSMOS_KEY',
  'DATA_DIR',
  'IDENTITY_ENDPOINT',
  'RATE_FIXED',
  'SERVICE_BUS',
  'SQL_PASSWORD',
  'SQL_PORT',
  'SQL_USER',
]);
/** What Azure itself sets. */
const azureSettings = new Set(['WEBSITE_INSTANCE_ID', 'WEBSITE_SITE_NAME']);

let files: readonly BicepFile[];
let ownAppSettings: Readonly<Record<string, BicepValue>>;

beforeAll(async () => {
  files = await readBicepFiles();
  ownAppSettings = recordOf(variable('modules/functionApp.bicep', 'ownAppSettings'));
});

describe('Cosmos DB', () => {
  test('has the containers of the code, with their keys, indexes and times to live', () => {
    const described = ['smartGridInfoContainers', 'traderInfoContainers'].map((name) =>
      listOf(variable('modules/cosmos.bicep', name)).map((container) => {
        const { name: id, partitionKeyPath, indexedPaths, defaultTtl } = recordOf(container);
        return { id, partitionKeyPath, indexedPaths, defaultTtl };
      }),
    );
    const inCode = [databases.smartGridInfo, databases.traderInfo].map((names) =>
      names.map((name) => {
        const { id, partitionKey, indexingPolicy, defaultTtl } = containers[name];
        const indexedPaths = indexingPolicy.includedPaths.map(({ path }) => path);
        return { id, partitionKeyPath: partitionKey.paths[0], indexedPaths, defaultTtl };
      }),
    );
    expect(described).toEqual(inCode);
  });

  test.each(['smartGridInfoContainer', 'traderInfoContainer'])('%s excludes all else', (name) => {
    const resource = at(
      named(file('modules/cosmos.bicep').resources, name).body,
      'properties',
      'resource',
    );
    const { indexingMode, automatic, excludedPaths } = Object.values(containers)[0]
      ?.indexingPolicy ?? { indexingMode: undefined, automatic: undefined, excludedPaths: [] };
    expect(at(resource, 'indexingPolicy', 'indexingMode')).toBe(indexingMode);
    expect(at(resource, 'indexingPolicy', 'automatic')).toBe(automatic);
    expect(at(resource, 'indexingPolicy', 'excludedPaths')).toEqual(excludedPaths);
  });

  test('has the consistency that the code relies on', () => {
    const account = named(file('modules/cosmos.bicep').resources, 'account');
    const level = at(account.body, 'properties', 'consistencyPolicy', 'defaultConsistencyLevel');
    expect(level).toBe(consistencyLevel);
  });
});

describe('app settings', () => {
  test('are accepted by the app, and lead it to Azure by identity', () => {
    const settings = readSettings(deployedEnvironment());
    expect(settings.documents).toMatchObject({
      kind: 'cosmos',
      databases: {
        smartGridInfo: variable('modules/cosmos.bicep', 'smartGridInfoName'),
        traderInfo: variable('modules/cosmos.bicep', 'traderInfoName'),
      },
      access: { kind: 'identity', isManaged: true, clientId: sampleClientId },
    });
    expect(settings.prosumerInfo).toMatchObject({
      kind: 'sql',
      access: { kind: 'identity', clientId: sampleClientId },
    });
    expect(settings.bus).toMatchObject({
      kind: 'serviceBus',
      access: { kind: 'identity', clientId: sampleClientId },
    });
    expect(settings.billingDocuments).toMatchObject({
      kind: 'blob',
      container: variable('modules/documents.bicep', 'documentsContainerName'),
      access: { kind: 'identity', clientId: sampleClientId },
    });
    expect(settings.bitcoin).toEqual({ network: 'mainnet', chain: undefined });
    expect(settings.rates).toBeUndefined();
  });

  test('let nobody in until they name an issuer', () => {
    expect(readSettings(deployedEnvironment()).auth).toEqual({ kind: 'closed' });
    const authIssuer = 'https://login.microsoftonline.com/TENANT/v2.0';
    const named = deployedEnvironment({ authIssuer, authAudience: sampleClientId });
    expect(readSettings(named).auth).toEqual({
      kind: 'issuer',
      issuer: authIssuer,
      audience: sampleClientId,
      rolesClaim: 'roles',
    });
  });

  test('limit callers as the app does by itself, until they say otherwise', () => {
    const own = { requestsInFlightMax: 100, rate: { perMinute: 6_000, burst: 3_000 } };
    expect(readSettings(deployedEnvironment()).limits).toEqual(own);
    const given = { rateLimitPerMinute: '60', rateLimitBurst: '7', requestsInFlightMax: '9' };
    expect(readSettings(deployedEnvironment(given)).limits).toEqual({
      requestsInFlightMax: 9,
      rate: { perMinute: 60, burst: 7 },
    });
    const unlimited = deployedEnvironment({ rateLimitPerMinute: '0' });
    expect(readSettings(unlimited).limits.rate).toBeUndefined();
  });

  test('may name a node or an index, and a source of rates', () => {
    const rates = {
      rateUrl: 'https://rates.example/{currency}',
      ratePath: '/data/amount',
      rateMaxAgeMinutes: '10',
    };
    const esploraUrl = 'https://index.example/api';
    const withIndex = readSettings(deployedEnvironment({ ...rates, esploraUrl }));
    expect(withIndex.bitcoin.chain).toMatchObject({ kind: 'esplora', url: esploraUrl });
    expect(withIndex.rates).toMatchObject({ kind: 'http', maxAgeMinutes: 10 });
    const node = { bitcoinRpcUrl: 'https://node.example', bitcoinRpcUser: 'grid' };
    const secrets = Object.fromEntries([...secretSettings].map((name) => [name, 'from the vault']));
    const withNode = readSettings({ ...deployedEnvironment(node), ...secrets });
    expect(withNode.bitcoin.chain).toMatchObject({
      kind: 'core',
      access: { user: 'grid', password: 'from the vault' },
    });
  });

  test('are all that the app reads, but for those of a machine of one’s own', () => {
    const expected = [...settingsReadByApp()].filter(
      (name) => !localSettings.has(name) && !secretSettings.has(name) && !azureSettings.has(name),
    );
    const deployed = Object.keys(ownAppSettings).filter((name) => !hostSettings.test(name));
    expect(deployed.sort()).toEqual(expected.sort());
  });

  test('of the sample are known to the app or its host', () => {
    const known = settingsReadByApp();
    const unknown = Object.keys(sampleSettings()).filter(
      (name) => !known.has(name) && !hostSettings.test(name),
    );
    expect(unknown).toEqual([]);
  });

  test('name the connection of the triggers', () => {
    const main = readFileSync(new URL('functions/main.ts', root), 'utf8');
    const connections = [...main.matchAll(/connection: '(\w+)'/g)].map(([, name]) => name);
    expect(new Set(connections)).toEqual(new Set(['SERVICE_BUS']));
    for (const [, setting = ''] of main.matchAll(/queueName: '%(\w+)%'/g)) {
      expect(Object.keys(ownAppSettings)).toContain(setting);
      expect(Object.keys(sampleSettings())).toContain(setting);
    }
  });
});

describe('queues', () => {
  test('have the same names everywhere', () => {
    const main = file('main.bicep').parameters;
    const inBicep = {
      timeframes: named(main, 'timeframesQueueName').value,
      trades: named(main, 'tradesQueueName').value,
    };
    const { TIMEFRAMES_QUEUE: timeframes, TRADES_QUEUE: trades } = sampleSettings();
    expect(inBicep).toEqual({ timeframes, trades });
    expect(inBicep).toEqual(readSettings({ DATA_DIR: '.data' }).queues);
    expect(emulatorQueues().map(({ Name }) => Name)).toEqual(Object.values(inBicep));
  });

  test('hold a message and give it up as the embedded ones do', () => {
    const queueSettings = variable('modules/serviceBus.bicep', 'queueSettings');
    const { lockMs, deliveries, windowMs } = measuredQueue();
    expect(millisecondsOf(at(queueSettings, 'lockDuration'))).toBe(lockMs);
    expect(at(queueSettings, 'maxDeliveryCount')).toBe(deliveries);
    expect(at(queueSettings, 'requiresDuplicateDetection')).toBe(true);
    expect(millisecondsOf(at(queueSettings, 'duplicateDetectionHistoryTimeWindow'))).toBe(windowMs);
  });

  test('of the emulator are as like them as it allows', () => {
    const { lockMs, deliveries, windowMs } = measuredQueue();
    const emulatorWindowMaxMs = 5 * 60_000;
    for (const { Properties } of emulatorQueues()) {
      expect(millisecondsOf(Properties['LockDuration'])).toBe(lockMs);
      expect(Properties['MaxDeliveryCount']).toBe(deliveries);
      expect(Properties['RequiresDuplicateDetection']).toBe(true);
      expect(millisecondsOf(Properties['DuplicateDetectionHistoryTimeWindow'])).toBe(
        Math.min(windowMs, emulatorWindowMaxMs),
      );
    }
  });
});

test('the runtime is one that the app supports', () => {
  const app = named(file('modules/functionApp.bicep').resources, 'app');
  const runtime = at(app.body, 'properties', 'functionAppConfig', 'runtime');
  expect(at(runtime, 'name')).toBe('node');
  const manifest: unknown = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  const engines = /"node":">=(\d+)/.exec(JSON.stringify(manifest))?.[1];
  expect(Number(at(runtime, 'version'))).toBe(Number(engines));
});

const sampleClientId = '00000000-0000-4000-8000-000000000001';

/**
 * The environment that a deployment makes, with an example for what only Azure knows. `given` are
 * parameters that are empty otherwise.
 */
function deployedEnvironment(given: Readonly<Record<string, string>> = {}) {
  const examples: Record<string, string> = {
    identityClientId: sampleClientId,
    serviceBusHostName: 'sb-example.servicebus.windows.net',
    cosmosEndpoint: 'https://cosmos-example.documents.azure.com:443/',
    sqlServerHostName: 'sql-example.database.windows.net',
    sqlDatabaseName: 'prosumer-info',
    timeframesQueueName: 'timeframes',
    tradesQueueName: 'trades',
    smartGridInfoName: String(variable('modules/cosmos.bicep', 'smartGridInfoName')),
    traderInfoName: String(variable('modules/cosmos.bicep', 'traderInfoName')),
    blobEndpoint: 'https://docexample.blob.core.windows.net/',
    documentsContainerName: String(variable('modules/documents.bicep', 'documentsContainerName')),
    bitcoinNetwork: String(named(file('main.bicep').parameters, 'bitcoinNetwork').value),
    ...Object.fromEntries(optionalParameters.map(defaultOf)),
    ...given,
  };
  const entries = Object.entries(ownAppSettings).map(([name, value]) => {
    if (value instanceof Expression) return [name, examples[value.text] ?? value.text];
    return [name, String(value)];
  });
  return { ...Object.fromEntries(entries), IDENTITY_ENDPOINT: 'http://localhost/msi/token' };
}

const optionalParameters = [
  'esploraUrl',
  'bitcoinRpcUrl',
  'bitcoinRpcUser',
  'rateUrl',
  'ratePath',
  'rateMaxAgeMinutes',
  'authIssuer',
  'authAudience',
  'authRolesClaim',
  'rateLimitPerMinute',
  'rateLimitBurst',
  'requestsInFlightMax',
];

function defaultOf(name: string): readonly [string, string] {
  return [name, String(named(file('main.bicep').parameters, name).value)];
}

/** Every name in capitals that the reading of settings mentions as a string. */
function settingsReadByApp(): Set<string> {
  const folder = new URL('shared/config/', root);
  const paths = [new URL('shared/config.ts', root)];
  for (const name of readdirSync(folder)) paths.push(new URL(name, folder));
  const names = paths.flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(/'([A-Z][A-Z0-9]*(?:_+[A-Za-z0-9]+)*)'/g)].map(
      ([, name = '']) => name,
    ),
  );
  return new Set(names.filter((name) => name.includes('_') || name === 'BUS' || name === 'AUTH'));
}

function sampleSettings(): Record<string, string> {
  const sample: unknown = JSON.parse(
    readFileSync(new URL('local.settings.sample.json', root), 'utf8'),
  );
  return (sample as { readonly Values: Record<string, string> }).Values;
}

type EmulatorQueue = {
  readonly Name: string;
  readonly Properties: Readonly<Record<string, BicepValue>>;
};

function emulatorQueues(): readonly EmulatorQueue[] {
  const config: unknown = JSON.parse(
    readFileSync(new URL('infra/emulators/serviceBus.json', root), 'utf8'),
  );
  const { UserConfig } = config as {
    readonly UserConfig: { readonly Namespaces: readonly { readonly Queues: EmulatorQueue[] }[] };
  };
  return UserConfig.Namespaces.flatMap(({ Queues }) => Queues);
}

/** What the embedded queues do, found out by using them. */
function measuredQueue() {
  const db = new DatabaseSync(':memory:');
  for (const script of queuesSchema) db.exec(script);
  let now = 1_000_000;
  const queues = new EmbeddedQueues(db, {
    nowMs: () => now,
    newToken: () => `token-${now}`,
  });
  const message = [{ messageId: 'm', body: '{}' }];
  queues.send('q', message);
  const lockedUntil = queues.receive('q', 1)[0]?.lockedUntil.getTime() ?? 0;
  const lockMs = lockedUntil - now;
  let deliveries = 1;
  now += lockMs;
  for (let next = queues.receive('q', 1); next.length > 0; next = queues.receive('q', 1)) {
    deliveries += 1;
    now += lockMs;
  }
  const start = now;
  queues.send('w', message);
  const minuteMs = 60_000;
  while (queues.counts('w').active < 2 && now - start < 60 * minuteMs) {
    now += minuteMs;
    queues.send('w', message);
  }
  db.close();
  // The first minute at which a repeat counts as another message.
  const windowMs = now - start;
  return { lockMs, deliveries, windowMs };
}

function millisecondsOf(duration: BicepValue | undefined): number {
  const [, minutes, seconds] = /^PT(?:(\d+)M)?(?:(\d+)S)?$/.exec(String(duration)) ?? [];
  return (Number(minutes ?? 0) * 60 + Number(seconds ?? 0)) * 1000;
}

function file(path: string): BicepFile {
  const found = files.find((each) => each.path === path);
  if (found === undefined) throw new Error(`there is no ${path}`);
  return found;
}

function variable(path: string, name: string): BicepValue {
  const { value } = named(file(path).variables, name);
  if (value === undefined) throw new Error(`${name} has no value`);
  return value;
}

function recordOf(value: BicepValue): Readonly<Record<string, BicepValue>> {
  if (value instanceof Expression || Array.isArray(value)) throw new Error('it is no object');
  if (typeof value !== 'object' || value === null) throw new Error('it is no object');
  return Object.fromEntries(Object.entries(value));
}

function listOf(value: BicepValue): readonly BicepValue[] {
  if (!Array.isArray(value)) throw new Error('it is no list');
  return value;
}
