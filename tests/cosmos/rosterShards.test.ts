import { afterEach, expect, test } from '@jest/globals';
import { type CosmosAccount, openCosmos } from '../../shared/adapters/azure/cosmos/openCosmos.ts';
import type { RosterShard } from '../../shared/adapters/azure/cosmos/rosterShard.ts';
import { cosmosRosterStore } from '../../shared/adapters/azure/cosmos/rosterStore.ts';
import type { Member } from '../../shared/domain/prosumer.ts';
import type { RosterStore } from '../../shared/ports/rosterStore.ts';
import {
  allPages,
  at1000,
  at1015,
  closingOf,
  instant,
  lineOf,
  nthId,
  prosumerId,
  riverside,
} from '../contract/samples.ts';
import { freshCosmos } from './cosmosUnderTest.ts';
import { type FaultPlan, faultyHttp, type Sent } from './faultyHttp.ts';

const membersPerShardMax = 10;
const cosmos = freshCosmos();
const accounts: CosmosAccount[] = [];

afterEach(() => {
  for (const account of accounts.splice(0)) account.close();
});

async function open(plan: FaultPlan = () => undefined): Promise<RosterStore> {
  const { settings, charges } = cosmos();
  const meter = charges.push.bind(charges);
  const account = await openCosmos(settings, {
    meter: (sum) => meter(sum),
    httpClient: faultyHttp(plan),
  });
  accounts.push(account);
  return cosmosRosterStore(account.database(settings.databases.smartGridInfo), membersPerShardMax);
}

function member(id: string, change: Partial<Member> = {}): Member {
  const activeFrom = instant('2026-11-22T00:00:00Z');
  return { prosumerId: prosumerId(id), activeFrom, status: 'active', ...change };
}

/** Scattered over the whole range, and the same each time. */
function scattered(count: number): string[] {
  return Array.from({ length: count }, (_, n) => nthId((n * 37) % count));
}

async function shards(): Promise<readonly RosterShard[]> {
  const account = await openCosmos(cosmos().settings, { meter: () => undefined });
  accounts.push(account);
  const grids = account.client
    .database(cosmos().settings.databases.smartGridInfo)
    .container('grids');
  const { resources } = await grids.items
    .query<RosterShard>(
      "SELECT * FROM c WHERE c.pk = 'riverside' AND STARTSWITH(c.id, 'members.') ORDER BY c.id",
      { partitionKey: riverside },
    )
    .fetchAll();
  return resources;
}

async function expectWhole(rosters: RosterStore, ids: readonly string[]): Promise<void> {
  const sorted = [...ids].sort();
  const active = await rosters.activeIn(riverside, at1000);
  expect(active.map((each) => each.prosumerId)).toEqual(sorted);
  for (const limit of [1, 7, 25, 1_000]) {
    const listed = await allPages(limit, (page: Parameters<RosterStore['list']>[1]) =>
      rosters.list(riverside, page),
    );
    expect(listed.map((each) => each.prosumerId)).toEqual(sorted);
  }
  expect((await rosters.totals(riverside)).prosumerCount).toBe(ids.length);
  const found = await rosters.membersById(riverside, [...ids.map(prosumerId), prosumerId('z')]);
  expect([...found.keys()].sort()).toEqual(sorted);
}

test('shards are split where they are full, and hold half of that or more', async () => {
  const rosters = await open();
  const ids = scattered(73);
  for (const id of ids) await rosters.upsert(riverside, member(id), 1);
  await expectWhole(rosters, ids);
  const all = await shards();
  expect(all.length).toBeGreaterThan(6);
  for (const shard of all) {
    expect(shard.splitAt).toBeUndefined();
    expect(shard.members.length).toBeGreaterThanOrEqual(membersPerShardMax / 2);
    expect(shard.members.length).toBeLessThanOrEqual(membersPerShardMax + 1);
    expect(shard.members.every(([id]) => id >= shard.from)).toBe(true);
  }
});

test('members join by several instances at once, and each is counted once', async () => {
  const instances = await Promise.all([open(), open(), open()]);
  const ids = scattered(61);
  await Promise.all(
    instances.map(async (rosters, n) => {
      // Two of three write each member, at about the same time.
      for (const [at, id] of ids.entries()) {
        if (at % 3 !== n) await rosters.upsert(riverside, member(id), 1);
      }
    }),
  );
  for (const rosters of instances) await expectWhole(rosters, ids);
});

/** A connection that breaks at the nth write, before or after it is done, and works again then. */
function crashingAt(nth: number, fault: 'resetBefore' | 'resetAfter'): FaultPlan {
  let writes = 0;
  return ({ isWrite }: Sent) => {
    if (!isWrite) return undefined;
    writes += 1;
    return writes === nth ? fault : undefined;
  };
}

// The write that finds a shard full: mark, upper half, lower half, member, totals.
const crashes = [1, 2, 3, 4, 5].flatMap((nth) =>
  (['resetBefore', 'resetAfter'] as const).map((fault) => [nth, fault] as const),
);

test.each(crashes)(
  'a split that crashes at write %i (%s) is completed by others',
  async (nth, fault) => {
    const rosters = await open();
    const ids = scattered(membersPerShardMax + 1);
    for (const id of ids) await rosters.upsert(riverside, member(id), 1);
    const crashing = await open(crashingAt(nth, fault));
    const joining = [...ids, 'q'];
    await expect(crashing.upsert(riverside, member('q'), 1)).rejects.toThrow('ECONNRESET');
    // Whatever is half done: nobody is lost, nobody is there twice.
    const between = await (await open()).activeIn(riverside, at1000);
    const seen = between.map((each) => each.prosumerId);
    expect(seen.filter((id) => id !== 'q')).toEqual([...ids].sort());
    expect(new Set(seen).size).toBe(seen.length);
    // A closing goes on over it, and what crashed is repeated.
    const lines = ids.toSorted().map((id) => lineOf(id, 3, 1));
    expect(await rosters.applyClosing(closingOf(1, at1000), lines)).toBe('applied');
    await rosters.upsert(riverside, member('q'), 1);
    await expectWhole(rosters, joining);
    const { items } = await rosters.list(riverside, { limit: 100 });
    for (const { prosumerId: id, producedWh } of items) expect(producedWh).toBe(id === 'q' ? 0 : 3);
    expect(await shards()).toHaveLength(2);
  },
);

test.each([1, 2, 3, 4, 5, 6])(
  'a closing that crashes at write %i is in every shard once after a repeat',
  async (nth) => {
    const rosters = await open();
    const ids = scattered(40);
    for (const id of ids) await rosters.upsert(riverside, member(id), 1);
    const lines = ids.toSorted().map((id) => lineOf(id, 2, 5));
    expect((await shards()).length).toBeGreaterThanOrEqual(5);
    for (const fault of ['resetBefore', 'resetAfter'] as const) {
      const crashing = await open(crashingAt(nth, fault));
      const number = fault === 'resetBefore' ? 1 : 2;
      const closing = closingOf(number, number === 1 ? at1000 : at1015);
      const attempted = crashing.applyClosing(closing, lines).catch((error: unknown) => error);
      // Another member joins before the repeat.
      await rosters.upsert(riverside, member(`q-${number}`), 1);
      await attempted;
      expect(['applied', 'already']).toContain(await rosters.applyClosing(closing, lines));
      expect(await crashing.applyClosing(closing, lines)).toBe('already');
      const { items } = await rosters.list(riverside, { limit: 100 });
      for (const { prosumerId: id, producedWh } of items) {
        expect(producedWh).toBe(id.startsWith('q') ? 0 : 2 * number);
      }
      expect(await rosters.totals(riverside)).toMatchObject({
        closingNumber: number,
        producedWh: 80 * number,
        consumedWh: 200 * number,
        prosumerCount: 40 + number,
      });
    }
  },
);

test('closings, joins and splits at once by several instances', async () => {
  const [one, two, three] = await Promise.all([open(), open(), open()]);
  const ids = scattered(30);
  for (const id of ids) await one.upsert(riverside, member(id), 1);
  const lines = ids.toSorted().map((id) => lineOf(id, 1, 1));
  const joining = Array.from({ length: 30 }, (_, n) => `p0${String(n).padStart(4, '0')}-x`);
  const closing = async (rosters: RosterStore) => {
    for (let n = 1; n <= 8; n += 1) {
      const answer = await rosters.applyClosing(closingOf(n, at1000), lines);
      expect(['applied', 'already']).toContain(answer);
    }
  };
  const join = async () => {
    for (const id of joining) await three.upsert(riverside, member(id), 1);
  };
  await Promise.all([closing(one), closing(two), join()]);
  const { items } = await one.list(riverside, { limit: 100 });
  for (const { prosumerId: id, producedWh } of items) {
    expect(producedWh).toBe(id.endsWith('-x') ? 0 : 8);
  }
  expect(await one.totals(riverside)).toMatchObject({ closingNumber: 8, producedWh: 240 });
  await expectWhole(two, [...ids, ...joining]);
});

test('a member that is known is looked up in one request, and never as it was before', async () => {
  const [reader, writer] = [await open(), await open()];
  for (const id of scattered(25)) await writer.upsert(riverside, member(id), 1);
  const id = prosumerId(nthId(7));
  const look = async () => (await reader.membersById(riverside, [id])).get(id);
  expect(await look()).toEqual(member(nthId(7)));
  cosmos().charges.length = 0;
  expect(await look()).toEqual(member(nthId(7)));
  expect(cosmos().charges.map(({ requests }) => requests)).toEqual([1]);
  await writer.upsert(riverside, member(nthId(7), { activeUntil: at1015 }), 2);
  expect(await look()).toEqual(member(nthId(7), { activeUntil: at1015 }));
  // Its shard is split: it is found where it is now.
  for (let n = 0; n < 12; n += 1) await writer.upsert(riverside, member(`p00007-${n}`), 1);
  expect(await look()).toEqual(member(nthId(7), { activeUntil: at1015 }));
  await writer.upsert(riverside, member(nthId(7)), 3);
  expect(await look()).toEqual(member(nthId(7)));
});
