import { describe, expect, test } from '@jest/globals';
import { isCosmosTransient } from '../../shared/adapters/azure/cosmos/cosmosErrors.ts';
import { entryOf } from '../contract/auditSamples.ts';
import {
  at1000,
  at1015,
  batchKeyOf,
  closingOf,
  gridOf,
  instant,
  lineOf,
  nthId,
  prosumerId,
  readingOf,
  riverside,
  tradeOf,
} from '../contract/samples.ts';
import { freshCosmos } from './cosmosUnderTest.ts';
import { inTurn, type Sent } from './faultyHttp.ts';

const cosmos = freshCosmos();
const throttled = { status: 429, headers: { 'x-ms-retry-after-ms': '1' } };
const isWrite = ({ isWrite: is }: Sent) => is;
const batch = Array.from({ length: 100 }, (_, n) => tradeOf(n + 1));
const key = batchKeyOf(tradeOf(1));

describe('throttling', () => {
  test('a storm that passes is waited out by the SDK, and shows in the meter', async () => {
    // Every document is throttled twice before it is taken.
    const seen = new Map<string, number>();
    const { trades } = await cosmos().open(({ isWrite: is, body }) => {
      if (!is) return undefined;
      const times = (seen.get(body) ?? 0) + 1;
      seen.set(body, times);
      return times <= 2 ? throttled : undefined;
    });
    await trades.createBatch(key, batch);
    expect(
      (await trades.list(riverside, { from: at1000, to: at1015 }, { limit: 200 })).items,
    ).toEqual(batch);
    const charged = cosmos().charges.find(({ operation }) => operation === 'trades.createBatch');
    expect(charged?.throttled).toBe(2 * (batch.length + 1));
  });

  test('what the SDK gives up on is thrown as it came, and a repeat completes the batch', async () => {
    const { trades } = await cosmos().open(({ isWrite: is, body }) =>
      is && body.includes('"id":"050"') ? throttled : undefined,
    );
    const failure = await trades.createBatch(key, batch).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 429 });
    expect(isCosmosTransient(failure)).toBe(true);
    // Not recorded whole: in no list yet.
    expect((await trades.list(riverside, {}, { limit: 200 })).items).toEqual([]);
    const again = (await cosmos().open()).trades;
    await again.createBatch(key, batch);
    expect((await again.list(riverside, {}, { limit: 200 })).items).toEqual(batch);
  });
});

describe('connections that break after the write was done', () => {
  test('trades: what is there is found by a repeat', async () => {
    const { trades } = await cosmos().open(inTurn(['resetAfter'], isWrite));
    const failure = await trades.createBatch(key, batch).catch((error: unknown) => error);
    expect(isCosmosTransient(failure)).toBe(true);
    await trades.createBatch(key, batch);
    expect((await trades.list(riverside, {}, { limit: 200 })).items).toEqual(batch);
  });

  test('readings: none is lost and none is twice, and the mark has moved', async () => {
    const { readings } = await cosmos().open(inTurn(['resetAfter'], isWrite));
    const before = await readings.snapshot(riverside, at1000);
    await expect(readings.append(riverside, [readingOf('a')])).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
    expect(await readings.hasChangedSince(riverside, at1000, before.mark)).toBe(true);
    expect(await readings.append(riverside, [readingOf('a'), readingOf('b')])).toEqual([
      'duplicate',
      'accepted',
    ]);
    const { readings: all, mark } = await readings.snapshot(riverside, at1000);
    expect(all).toEqual([readingOf('a'), readingOf('b')]);
    expect(mark).toBe('2');
  });

  test('a pack that the SDK sent twice is known as our own', async () => {
    const doneAndThrottled = { ...throttled, isDone: true };
    const { readings } = await cosmos().open(inTurn([doneAndThrottled], isWrite));
    expect(await readings.append(riverside, [readingOf('a'), readingOf('a')])).toEqual([
      'accepted',
      'duplicate',
    ]);
    expect((await readings.snapshot(riverside, at1000)).mark).toBe('1');
  });

  test('a closing: the closer sees that it is taken, by itself', async () => {
    const { closings } = await cosmos().open(inTurn(['resetAfter'], isWrite));
    await expect(closings.create(closingOf(1, at1000))).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
    expect(await closings.create(closingOf(1, at1000))).toBe(false);
    expect((await closings.last(riverside))?.closingNumber).toBe(1);
  });

  test('a member: the repeat counts it once', async () => {
    const member = { prosumerId: prosumerId('a'), activeFrom: at1000, status: 'active' as const };
    const { rosters } = await cosmos().open(inTurn(['resetAfter'], isWrite));
    await expect(rosters.upsert(riverside, member, 1)).rejects.toThrow('ECONNRESET');
    expect((await rosters.totals(riverside)).prosumerCount).toBe(0);
    await rosters.upsert(riverside, member, 1);
    expect((await rosters.totals(riverside)).prosumerCount).toBe(1);
  });
});

test('a read over a broken connection is repeated by the SDK', async () => {
  const { grids } = await cosmos().open();
  await grids.create(gridOf(riverside), entryOf());
  const isRead = ({ method, path }: Sent) => method === 'GET' && path.startsWith('docs/');
  const other = await cosmos().open(inTurn(['resetBefore'], isRead));
  expect((await other.grids.get(riverside))?.value).toEqual(gridOf(riverside));
});

describe('449, which says that nothing was written', () => {
  test('is repeated, a few times', async () => {
    const { closings } = await cosmos().open(inTurn([{ status: 449 }, { status: 449 }], isWrite));
    expect(await closings.create(closingOf(1, at1000))).toBe(true);
  });

  test('and then thrown', async () => {
    const { closings } = await cosmos().open(({ isWrite: is }) =>
      is ? { status: 449 } : undefined,
    );
    const failure = await closings.create(closingOf(1, at1000)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 449 });
    expect(isCosmosTransient(failure)).toBe(true);
  });
});

describe('writes that others were faster with', () => {
  test('a mark is set all the same (412)', async () => {
    const { closings } = await cosmos().open(
      inTurn([{ status: 412 }, { status: 412 }], (sent) => sent.method === 'PUT'),
    );
    await closings.create(closingOf(1, at1000));
    await closings.markLate(riverside, [at1000]);
    expect((await closings.byNumber(riverside, 1))?.hasLateReadings).toBe(true);
  });

  test('marks of two kinds at once are both kept', async () => {
    const [one, other] = [await cosmos().open(), await cosmos().open()];
    await one.closings.create(closingOf(1, at1000));
    await Promise.all([
      one.closings.markLate(riverside, [at1000]),
      other.closings.markSettled(riverside, 1),
      other.closings.markLate(riverside, [at1000]),
    ]);
    const marked = await one.closings.byNumber(riverside, 1);
    expect(marked).toMatchObject({ status: 'settled', hasLateReadings: true });
  });

  test('a revision that commits while the one before is marked late is marked as well', async () => {
    const { closings } = await cosmos().open();
    await closings.create(closingOf(1, at1000));
    let isCommitted = false;
    const marking = await cosmos().open(async ({ method }) => {
      if (method === 'PUT' && !isCommitted) {
        isCommitted = true;
        await closings.create(closingOf(2, at1000, { revision: 1 }));
      }
      return undefined;
    });
    await marking.closings.markLate(riverside, [at1000]);
    expect((await closings.latest(riverside, at1000))?.hasLateReadings).toBe(true);
  });

  test('contention without end is a failure that passes', async () => {
    const { closings } = await cosmos().open(({ method }) =>
      method === 'PUT' ? { status: 412 } : undefined,
    );
    await closings.create(closingOf(1, at1000));
    const failure = await closings.markSettled(riverside, 1).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'ContentionError' });
    expect(isCosmosTransient(failure)).toBe(true);
  });
});

test('many instances append single readings at once: each key is accepted once', async () => {
  const instances = await Promise.all(Array.from({ length: 4 }, () => cosmos().open()));
  const ids = Array.from({ length: 60 }, (_, n) => nthId(n));
  const outcomes = await Promise.all(
    ids.flatMap((id) =>
      instances.map(({ readings }, n) =>
        readings.append(riverside, [readingOf(id, { source: `gateway-${n}` })]),
      ),
    ),
  );
  const counts = Map.groupBy(outcomes.flat(), (outcome) => outcome);
  expect(counts.get('accepted')).toHaveLength(60);
  expect(counts.get('duplicate')).toHaveLength(180);
  for (const { readings } of instances) {
    const snapshot = await readings.snapshot(riverside, at1000);
    expect(snapshot.readings.map((reading) => reading.prosumerId)).toEqual(ids);
    // Appends that waited for one another share a pack.
    expect(Number(snapshot.mark)).toBeLessThan(30);
  }
});

test('a snapshot and its mark never part: what one lacks, the other tells', async () => {
  const writer = (await cosmos().open()).readings;
  const reader = (await cosmos().open()).readings;
  const writing = (async () => {
    for (let n = 0; n < 40; n += 1) await writer.append(riverside, [readingOf(nthId(n))]);
  })();
  let isDone = false;
  const done = writing.then(() => {
    isDone = true;
  });
  while (!isDone) {
    const { readings, mark } = await reader.snapshot(riverside, at1000);
    expect(readings).toHaveLength(Number(mark));
  }
  await done;
  const last = await reader.snapshot(riverside, at1000);
  expect(last.readings).toHaveLength(40);
  expect(await reader.hasChangedSince(riverside, at1000, last.mark)).toBe(false);
});

test('a long answer is kept, packed', async () => {
  const { idempotency } = await cosmos().open();
  const answer = { status: 200, headers: { a: 'ü' }, body: '{"status":"ü"},'.repeat(200_000) };
  await idempotency.begin('k/\\?#', { requestHash: 'h', assignedId: 'i' });
  await idempotency.complete('k/\\?#', answer);
  const found = await idempotency.begin('k/\\?#', { requestHash: 'x', assignedId: 'y' });
  expect(found.answer).toEqual(answer);
});

test('lines of a closing that crashed at any write are in once after a repeat', async () => {
  const ids = Array.from({ length: 3 }, (_, n) => nthId(n));
  const first = await cosmos().open();
  for (const id of ids) {
    const member = { prosumerId: prosumerId(id), activeFrom: instant('2026-11-22T00:00:00Z') };
    await first.rosters.upsert(riverside, { ...member, status: 'active' }, 1);
  }
  const lines = ids.map((id) => lineOf(id, 2, 1));
  const crashing = await cosmos().open(
    inTurn(['resetAfter', 'resetAfter', 'resetBefore'], isWrite),
  );
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const attempted = crashing.rosters.applyClosing(closingOf(1, at1000), lines);
    if (attempt < 3) await expect(attempted).rejects.toThrow('ECONNRESET');
    else expect(await attempted).toBe('already');
  }
  expect(await first.rosters.totals(riverside)).toMatchObject({
    closingNumber: 1,
    producedWh: 6,
    consumedWh: 3,
  });
  const { items } = await first.rosters.list(riverside, { limit: 9 });
  expect(items.map(({ producedWh }) => producedWh)).toEqual([2, 2, 2]);
});
