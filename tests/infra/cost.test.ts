import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { costDocument } from '../../infra/cost/costDocument.ts';
import type { GridUsage } from '../../infra/cost/measureGrid.ts';
import { memoryCosmos } from '../../infra/cost/memoryCosmos.ts';
import { monthlyCost, totalOf } from '../../infra/cost/monthlyCost.ts';
import { estimatedRequestUnits } from '../../infra/cost/requestUnits.ts';

test('docs/cost.md is what the model says now', async () => {
  const file = new URL('../../docs/cost.md', import.meta.url);
  expect(readFileSync(file, 'utf8')).toBe(await costDocument());
}, 60_000);

test('the stand-in for Cosmos DB counts each request with its size', async () => {
  const { database, takeRequests } = memoryCosmos();
  await database.operate('test', async (documents) => {
    const grids = documents('grids');
    expect(await grids.create({ id: 'b', pk: 'p' } as { id: string })).toBe(true);
    expect(await grids.create({ id: 'b', pk: 'p' } as { id: string })).toBe(false);
    await grids.create({ id: 'a', pk: 'p' } as { id: string });
    const where = {
      where: 'c.id >= @from',
      orderBy: 'c.id',
      parameters: { '@from': 'a' },
    } as const;
    expect(await grids.query('p', where)).toMatchObject([{ id: 'a' }, { id: 'b' }]);
    await expect(grids.query('p', { where: 'c.id LIKE @from' })).rejects.toThrow('LIKE');
    const stored = await grids.read('p', 'a');
    expect(await grids.replace('p', { id: 'a' }, 'another')).toBeUndefined();
    expect(await grids.replace('p', { id: 'a' }, stored?._etag ?? '')).toBeDefined();
  });
  const requests = takeRequests();
  const kinds = ['create', 'create', 'create', 'query', 'read', 'replace', 'replace'];
  expect(requests.map(({ kind }) => kind)).toEqual(kinds);
  expect(requests[0]?.bytes).toBe('{"id":"b","pk":"p"}'.length);
});

test('request units follow the published table by size', () => {
  const create = (bytes: number) =>
    estimatedRequestUnits({ container: 'trades', kind: 'create', bytes });
  expect(create(1024 - 200)).toBe(4.95);
  expect(create(1024 - 199)).toBe(6.29);
  expect(create(4 * 1024 * 1024 - 200)).toBe(2500);
});

test('costs grow with use, and a base price is paid without any', () => {
  const none: GridUsage = {
    prosumers: 0,
    trades: 0,
    postings: 0,
    batches: 0,
    posts: 0,
    messageParts: 0,
    requestUnits: { grids: 0, closings: 0, readings: 0, answers: 0, auditEntries: 0, trades: 0 },
    cosmosBytes: 0,
    tradeDocumentBytes: 0,
    tradeMessageBytes: 0,
  };
  const choice = { cosmos: 'serverless', sql: 'S1', monthsOfHistory: 1 } as const;
  const idle = monthlyCost(none, 1, choice);
  expect(idle['Cosmos DB requests']).toBe(0);
  expect(idle['Azure SQL compute']).toBe(30);
  expect(idle['Service Bus']).toBeCloseTo(9.855);
  const million = { ...none, requestUnits: { ...none.requestUnits, trades: 1_000_000 / 2_920 } };
  expect(monthlyCost(million, 1, choice)['Cosmos DB requests']).toBeCloseTo(0.25);
  expect(totalOf(monthlyCost(million, 10, choice)) - totalOf(idle)).toBeGreaterThan(2.5);
});
