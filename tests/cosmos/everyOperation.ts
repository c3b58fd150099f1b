import type { CosmosStores } from '../../shared/adapters/azure/cosmos/openCosmosStores.ts';
import { sha256 } from '../../shared/adapters/digest.ts';
import { chainTrades, zeroHash } from '../../shared/domain/hashChain.ts';
import type { GridId, ProsumerId } from '../../shared/domain/ids.ts';
import { tradesPerBatch } from '../../shared/domain/trade.ts';
import { msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import { entryOf } from '../contract/auditSamples.ts';
import {
  at1000,
  at1015,
  closingOf,
  gridId,
  gridOf,
  instant,
  lineOf,
  prosumerId,
  readingOf,
  registerOf,
} from '../contract/samples.ts';

/** Ids as the app makes them: UUIDs, which are the long ones. */
export function tenantOf(n: number): GridId {
  return gridId(uuid(n));
}

/** Goes once through every operation of the stores, with a timeframe of so many prosumers. */
export async function everyOperation(stores: CosmosStores, prosumers: number): Promise<void> {
  const id = tenantOf(1);
  const ids = Array.from({ length: prosumers }, (_, n) => prosumerId(uuid(n)));
  await withGrid(stores, id, ids);
  await stores.gridAudit.list(id, {}, { limit: 1 });
  await withReadings(stores, id, ids);
  await withClosing(stores, id, ids);
  await withTrades(stores, id, ids);
  const record = { requestHash: 'h', assignedId: 'i' };
  await stores.idempotency.begin('k', record);
  await stores.idempotency.complete('k', { status: 201, headers: {}, body: '{}' });
}

async function withGrid({ grids, rosters }: CosmosStores, id: GridId, ids: readonly ProsumerId[]) {
  const { stored } = await grids.create(gridOf(id), entryOf());
  await grids.replace(gridOf(id, { name: 'Renamed' }), stored.etag, entryOf());
  await grids.list({ limit: 10 });
  const activeFrom = instant('2026-11-22T00:00:00Z');
  for (const each of ids) {
    const member = { prosumerId: each, activeFrom, status: 'active' as const };
    await rosters.upsert(id, member, 1);
  }
  await rosters.activeIn(id, at1000);
  await rosters.membersById(id, ids.slice(0, 2));
  await rosters.list(id, { limit: 1 });
  await rosters.list(id, { limit: 1, after: prosumerId(uuid(0)) });
}

async function withReadings({ readings }: CosmosStores, id: GridId, ids: readonly ProsumerId[]) {
  await readings.append(
    id,
    ids.map((each) => readingOf(each)),
  );
  const { mark } = await readings.snapshot(id, at1000);
  await readings.latestOf(id, at1000, ids);
  await readings.hasChangedSince(id, at1000, mark);
  await readings.versions(id, prosumerId(uuid(0)), at1000);
  await readings.appendRegisters(id, [registerOf(uuid(0))]);
  await readings.neighbours(id, [registerOf(uuid(0))], 15);
}

async function withClosing(stores: CosmosStores, id: GridId, ids: readonly ProsumerId[]) {
  const { closings, rosters } = stores;
  const lines = ids.map((each) => lineOf(each, 1_234, 2_345));
  const nettosId = `20261122T1000Z.0.${'a'.repeat(32)}`;
  const closing = closingOf(1, at1000, { gridId: id, nettosId });
  await closings.putNettos(id, nettosId, lines);
  await closings.create(closing);
  await rosters.applyClosing(closing, lines);
  await closings.last(id);
  await closings.byNumber(id, 1);
  await closings.latest(id, at1000);
  await closings.list(id, {}, { limit: 10 });
  await closings.listUnsettled(id, 10);
  await closings.markLate(id, [at1000]);
  await closings.listLate(id, at1000, 10);
  await closings.nettos(id, nettosId);
  await closings.listNettos(id, nettosId, { limit: 1 });
  await closings.listNettos(id, nettosId, { limit: 1, after: prosumerId(uuid(0)) });
  await closings.nettosOf(id, [nettosId], prosumerId(uuid(0)));
  await closings.markSettled(id, 1);
  await closings.clearLate(id, 1);
}

async function withTrades({ trades }: CosmosStores, id: GridId, ids: readonly ProsumerId[]) {
  const terms = Array.from({ length: Math.min(ids.length - 1, tradesPerBatch) }, (_, n) => ({
    kind: 'peer' as const,
    sellerId: prosumerId(uuid(n)),
    buyerId: prosumerId(uuid(n + 1)),
    energyWh: wattHours(1_234),
    priceMsatPerKwh: msatPerKwh(301_234),
    gridFeeMsatPerKwh: msatPerKwh(12_345),
  }));
  const place = { gridId: id, timeframe: at1000, revision: 0, firstSequence: 1 };
  const chained = chainTrades({ ...place, previousHash: zeroHash }, terms, sha256);
  await trades.createBatch({ ...place, batch: 1 }, chained);
  await trades.getMany(chained.slice(0, 2).map((trade) => trade.id));
  await trades.list(id, {}, { limit: 1 });
  await trades.list(
    id,
    { from: at1000, to: at1015 },
    { limit: 1, after: { ...place, sequence: 1 } },
  );
}

function uuid(n: number): string {
  return `0197a3f2-5b1c-7def-8000-${String(n).padStart(12, '0')}`;
}
