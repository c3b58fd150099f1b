import { afterEach, describe, expect, test } from '@jest/globals';
import {
  type ContainerName,
  containers,
  databases,
} from '../../shared/adapters/azure/cosmos/containers.ts';
import { isCosmosTransient } from '../../shared/adapters/azure/cosmos/cosmosErrors.ts';
import { openCosmos } from '../../shared/adapters/azure/cosmos/openCosmos.ts';
import { openCosmosStores } from '../../shared/adapters/azure/cosmos/openCosmosStores.ts';
import { logCharges } from '../../shared/adapters/azure/cosmos/requestMeter.ts';
import { entryOf } from '../contract/auditSamples.ts';
import { gridOf, instant } from '../contract/samples.ts';
import { freshCosmos } from './cosmosUnderTest.ts';
import { everyOperation, tenantOf } from './everyOperation.ts';
import { faultyHttp } from './faultyHttp.ts';

const cosmos = freshCosmos();
const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** The documents of a container as they lie there, without what the service adds to each. */
async function stored(name: ContainerName): Promise<{ id: string; pk?: string }[]> {
  const { settings } = cosmos();
  const account = await openCosmos(settings, { meter: () => undefined });
  closers.push(() => account.close());
  const { smartGridInfo, traderInfo } = settings.databases;
  const database = account.client.database(name === 'trades' ? traderInfo : smartGridInfo);
  const { resources } = await database.container(name).items.readAll().fetchAll();
  return resources.map(({ _rid, _self, _etag, _ts, ...document }) => ({
    ...document,
    id: document.id ?? '',
  }));
}

function bytesOf(document: unknown): number {
  return Buffer.byteLength(JSON.stringify(document));
}

test('documents are as small as they are said to be', async () => {
  const count = 200;
  await everyOperation(await cosmos().open(), count);
  // Packs and shards hold up to 1 000.
  const ofThousand = (bytes: number) => (bytes * 1_000) / count;
  const largest = async (name: ContainerName, idPattern: RegExp, pkPattern = /./) => {
    const found = (await stored(name)).filter(
      ({ id, pk = '-' }) => idPattern.test(id) && pkPattern.test(pk),
    );
    return Math.max(...found.map(bytesOf));
  };
  const sizes = {
    grid: await largest('grids', /./, /^grids$/),
    auditEntry: await largest('auditEntries', /./),
    totals: await largest('grids', /^totals$/),
    rosterShardOf1000: ofThousand(await largest('grids', /^members\./)),
    closing: await largest('closings', /^\d{12}$/),
    nettoPageOf1000: ofThousand(await largest('closings', /^[0-9a-f]{8}-/)),
    readingPackOf1000: ofThousand(await largest('readings', /./, /Z$/)),
    firstTradeOfBatch: await largest('trades', /^001$/),
    otherTrade: await largest('trades', /^(?!001)\d{3}$/),
    batchEntry: await largest('trades', /Z\./),
  };
  const limits = {
    grid: 700,
    auditEntry: 450,
    totals: 200,
    rosterShardOf1000: 85_000,
    closing: 1_000,
    nettoPageOf1000: 66_000,
    readingPackOf1000: 54_000,
    firstTradeOfBatch: 320,
    otherTrade: 265,
    batchEntry: 100,
  };
  for (const [name, limit] of Object.entries(limits)) {
    const size = sizes[name as keyof typeof sizes];
    expect([name, size > 0 && size <= limit ? 'fits' : size]).toEqual([name, 'fits']);
  }
}, 20_000);

test('the containers are made as they are defined', async () => {
  const { settings } = cosmos();
  const account = await openCosmos(settings, { meter: () => undefined });
  closers.push(() => account.close());
  for (const [database, names] of Object.entries(databases)) {
    const { client } = account;
    const id = settings.databases[database as keyof typeof databases];
    for (const name of names) {
      const { resource } = await client.database(id).container(name).read();
      expect(resource).toMatchObject(containers[name]);
    }
  }
});

describe('queries', () => {
  const queries = new Map<string, string>();
  const collect = async () => {
    const stores = await cosmos().open(({ isQuery, body, container }) => {
      const { query } = isQuery ? (JSON.parse(body) as { query: string }) : { query: '' };
      if (isQuery) queries.set(query, container);
      return undefined;
    });
    await everyOperation(stores, 3);
  };

  test('stay in one partition, filter by what is indexed, and use nothing dear', async () => {
    await collect();
    expect(queries.size).toBeGreaterThan(10);
    for (const [query, container] of queries) {
      expect(query).toMatch(/ FROM c WHERE c\.pk = @pk(?: |$)/);
      expect(query).not.toMatch(/GROUP BY|DISTINCT|OFFSET|LIKE|JOIN|CONTAINS|LOWER/i);
      const { includedPaths } = containers[container as ContainerName].indexingPolicy;
      const indexed = new Set(['id', ...includedPaths.map(({ path }) => path.slice(1, -2))]);
      const [, filter = ''] = query.split(' FROM c ');
      for (const [, field = ''] of filter.matchAll(/\bc\.(\w+)/g)) {
        expect([query, indexed.has(field) ? 'indexed' : field]).toEqual([query, 'indexed']);
      }
    }
  });

  test('every indexed path is used by one', async () => {
    await collect();
    const used = [...queries].map(([query, container]) => `${container} ${query}`).join('\n');
    for (const { id, indexingPolicy } of Object.values(containers)) {
      for (const { path } of indexingPolicy.includedPaths) {
        expect(used).toMatch(new RegExp(`^${id} .*\\bc\\.${path.slice(1, -2)}\\b`, 'm'));
      }
    }
  });
});

test('each operation tells what it has cost, a failed one too', async () => {
  const lines: unknown[] = [];
  const log = {
    info: (message: string, fields?: object) => lines.push(['info', message, fields]),
    warn: (message: string, fields?: object) => lines.push(['warn', message, fields]),
    error: () => undefined,
  };
  const open = (status?: number) =>
    openCosmosStores(cosmos().settings, {
      clock: { now: () => instant('2026-11-22T12:00:00Z') },
      meter: logCharges(log),
      httpClient: faultyHttp(({ path }) =>
        status !== undefined && path.startsWith('docs')
          ? { status, headers: { 'x-ms-request-charge': '0.38' } }
          : undefined,
      ),
    });
  const [working, failing] = [await open(), await open(503)];
  closers.push(working.close, failing.close);
  await working.grids.create(gridOf(tenantOf(1)), entryOf());
  await expect(failing.grids.create(gridOf(tenantOf(1)), entryOf())).rejects.toMatchObject({
    code: 503,
  });
  const sum = { operation: 'grids.create', throttled: 0, durationMs: expect.any(Number) };
  expect(lines).toEqual([
    ['info', 'cosmos', { ...sum, requests: 3, requestUnits: 3 }],
    ['warn', 'cosmos', { ...sum, requests: 1, requestUnits: 0.38, code: '503' }],
  ]);
});

test.each([
  [{ code: 408 }, true],
  [{ code: 410 }, true],
  [{ code: 429 }, true],
  [{ code: 449 }, true],
  [{ code: 503 }, true],
  [{ code: 'ECONNRESET' }, true],
  [{ code: 'TimeoutError' }, true],
  [{ code: 400 }, false],
  [{ code: 401 }, false],
  [{ code: 403 }, false],
  [{ code: 413 }, false],
  [new Error('a bug'), false],
  [undefined, false],
])('%p passes by itself: %p', (error, expected) => {
  expect(isCosmosTransient(error)).toBe(expected);
});

test.each([
  'https://some.documents.azure.com/',
  'https://localhost.example.com/',
  'http://10.0.0.4:8081/',
])('a key is refused for %s', async (endpoint) => {
  const access = { kind: 'key', key: 'c2VjcmV0' } as const;
  const attempt = openCosmos({ endpoint, access }, { meter: () => undefined });
  await expect(attempt).rejects.toThrow('emulator');
});
