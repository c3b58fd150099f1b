import { describe, expect, test } from '@jest/globals';
import type { CosmosStores } from '../../shared/adapters/azure/cosmos/openCosmosStores.ts';
import { entryOf } from '../contract/auditSamples.ts';
import { gridOf, riverside } from '../contract/samples.ts';
import { freshCosmos } from './cosmosUnderTest.ts';
import { inTurn, type Sent } from './faultyHttp.ts';

const cosmos = freshCosmos();
const renamed = gridOf(riverside, { name: 'Renamed' });

const isCopy = ({ isWrite, container }: Sent) => isWrite && container === 'auditEntries';
const isReplace = ({ method, container }: Sent) => method === 'PUT' && container === 'grids';

async function idsIn({ gridAudit }: CosmosStores): Promise<readonly string[]> {
  return (await gridAudit.list(riverside, {}, { limit: 100 })).items.map(({ id }) => id);
}

describe('an entry whose writer ended before it was copied', () => {
  test('is found by a list, once', async () => {
    const created = entryOf();
    const dying = await cosmos().open((sent) => (isCopy(sent) ? 'resetBefore' : undefined));
    await expect(dying.grids.create(gridOf(riverside), created)).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
    const stores = await cosmos().open();
    expect(await idsIn(stores)).toEqual([created.id]);
    expect(await idsIn(stores)).toEqual([created.id]);
  });

  test('is copied before the next change takes its place', async () => {
    const [created, changed] = [entryOf(), entryOf()];
    const dying = await cosmos().open((sent) => (isCopy(sent) ? 'resetBefore' : undefined));
    await dying.grids.create(gridOf(riverside), created).catch(() => undefined);
    const stores = await cosmos().open();
    const etag = (await stores.grids.get(riverside))?.etag ?? '';
    await stores.grids.replace(renamed, etag, changed);
    expect(await idsIn(stores)).toEqual([changed.id, created.id]);
  });

  test('keeps the next change from being made where it cannot be copied', async () => {
    const created = entryOf();
    const dying = await cosmos().open((sent) => (isCopy(sent) ? 'resetBefore' : undefined));
    await dying.grids.create(gridOf(riverside), created).catch(() => undefined);
    const etag = (await dying.grids.get(riverside))?.etag ?? '';
    await expect(dying.grids.replace(renamed, etag, entryOf())).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
    const stores = await cosmos().open();
    expect((await stores.grids.get(riverside))?.value).toEqual(gridOf(riverside));
    expect(await idsIn(stores)).toEqual([created.id]);
  });
});

describe('a change whose answer was lost', () => {
  test('and that the SDK sent again is known as our own, and answered as done', async () => {
    const [created, changed] = [entryOf(), entryOf()];
    const doneAndThrottled = {
      status: 429,
      headers: { 'x-ms-retry-after-ms': '1' },
      isDone: true,
    };
    const stores = await cosmos().open(inTurn([doneAndThrottled], isReplace));
    const { stored } = await stores.grids.create(gridOf(riverside), created);
    const replaced = await stores.grids.replace(renamed, stored.etag, changed);
    expect(replaced?.value).toEqual(renamed);
    expect(await stores.grids.get(riverside)).toEqual(replaced);
    expect(await idsIn(stores)).toEqual([changed.id, created.id]);
  });

  test('has its entry, though its writer never heard of it', async () => {
    const [created, changed] = [entryOf(), entryOf()];
    const stores = await cosmos().open(inTurn(['resetAfter'], isReplace));
    const { stored } = await stores.grids.create(gridOf(riverside), created);
    await expect(stores.grids.replace(renamed, stored.etag, changed)).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
    expect(await idsIn(stores)).toEqual([changed.id, created.id]);
  });
});

test('between the look at a grid and its change another may be faster: its entry stays', async () => {
  const [created, faster, slower] = [entryOf(), entryOf(), entryOf()];
  const other = await cosmos().open();
  let isFirst = true;
  const stores = await cosmos().open(async (sent) => {
    if (!isReplace(sent) || !isFirst) return undefined;
    isFirst = false;
    const etag = (await other.grids.get(riverside))?.etag ?? '';
    await other.grids.replace(renamed, etag, faster);
    return undefined;
  });
  const { stored } = await stores.grids.create(gridOf(riverside), created);
  const late = await stores.grids.replace(gridOf(riverside, { name: 'X' }), stored.etag, slower);
  expect(late).toBeUndefined();
  expect(await idsIn(stores)).toEqual([faster.id, created.id]);
});
