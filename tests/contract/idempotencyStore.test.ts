import { expect, test } from '@jest/globals';
import { freshStores, type StoreAdapter } from './adapters.ts';
import { describeDocuments } from './cosmosAdapter.ts';
import { describeProsumerInfo } from './prosumerInfoAdapters.ts';
import { instant } from './samples.ts';

const record = { requestHash: 'abc', assignedId: 'id-1' };
const later = { requestHash: 'def', assignedId: 'id-2' };
const answer = { status: 201, headers: { location: '/api/grids/riverside' }, body: '{"id":"ü"}' };
type Place = 'idempotency' | 'prosumerIdempotency';
const other = { status: 500, headers: {}, body: '' };

/** The suite of the store of one place. What the other place has under the same key is its own. */
const suite = (place: Place) => (adapter: StoreAdapter) => {
  const opened = freshStores(adapter);
  const stores = () => {
    const { clock, openAnother, reopen, ...rest } = opened();
    return {
      clock,
      idempotency: rest[place],
      openAnother: async () => (await openAnother())[place],
      reopen: async () => (await reopen())[place],
    };
  };

  test('the first takes the key, a repeat gets what the first left', async () => {
    const { idempotency } = stores();
    expect(await idempotency.begin('k', record)).toEqual(record);
    expect(await idempotency.begin('k', later)).toEqual(record);
    await idempotency.complete('k', answer);
    expect(await idempotency.begin('k', later)).toEqual({ ...record, answer });
    expect(await idempotency.begin('another', later)).toEqual(later);
  });

  test('the first answer stays', async () => {
    const { idempotency } = stores();
    await idempotency.begin('k', record);
    expect(await idempotency.complete('k', answer)).toEqual(answer);
    expect(await idempotency.complete('k', other)).toEqual(answer);
    expect(await idempotency.begin('k', record)).toEqual({ ...record, answer });
  });

  test('to a key that is gone, any answer is the one', async () => {
    expect(await stores().idempotency.complete('gone', answer)).toEqual(answer);
  });

  test('an answer with an empty body and no headers is one too', async () => {
    const { idempotency } = stores();
    await idempotency.begin('k', record);
    await idempotency.complete('k', other);
    expect(await idempotency.begin('k', record)).toEqual({ ...record, answer: other });
  });

  test('an answer to ten thousand readings fits', async () => {
    const { idempotency, reopen } = stores();
    const results = Array.from({ length: 10_000 }, (_, index) => ({ index, status: 'rejected' }));
    const large = { ...answer, body: JSON.stringify({ results, words: 'ü€😀'.repeat(100_000) }) };
    await idempotency.begin('k', record);
    await idempotency.complete('k', large);
    expect(await (await reopen()).begin('k', later)).toEqual({ ...record, answer: large });
  });

  test('a key of any length is its own', async () => {
    const { idempotency } = stores();
    const long = 'k'.repeat(2_000);
    await idempotency.begin(long, record);
    expect(await idempotency.begin(`${long}K`, later)).toEqual(later);
    expect(await idempotency.begin(long, later)).toEqual(record);
  });

  test('a key is kept for 48 hours to the second, then it is free', async () => {
    const { idempotency, clock } = stores();
    clock.set(instant('2026-11-22T12:00:00Z'));
    await idempotency.begin('k', record);
    await idempotency.complete('k', answer);
    clock.set(instant('2026-11-24T11:59:59Z'));
    expect(await idempotency.begin('k', later)).toEqual({ ...record, answer });
    clock.set(instant('2026-11-24T12:00:00Z'));
    expect(await idempotency.begin('k', later)).toEqual(later);
    clock.set(instant('2026-11-26T11:59:59Z'));
    expect(await idempotency.begin('k', record)).toEqual(later);
  });

  test('more keys than one sweep clears are free again all the same', async () => {
    const { idempotency, clock } = stores();
    clock.set(instant('2026-11-22T12:00:00Z'));
    const keys = Array.from({ length: 120 }, (_, n) => `k${n}`);
    for (const key of keys) await idempotency.begin(key, record);
    clock.set(instant('2026-11-24T12:00:00Z'));
    for (const key of keys.toReversed()) {
      expect(await idempotency.begin(key, later)).toEqual(later);
    }
  });

  test('of two openers with one key, one takes it', async () => {
    const { idempotency, openAnother } = stores();
    const second = await openAnother();
    const [a, b] = await Promise.all([idempotency.begin('k', record), second.begin('k', later)]);
    expect(a).toEqual(b);
  });

  test('an answer is still there after closing and opening again', async () => {
    const { idempotency, reopen } = stores();
    await idempotency.begin('k', record);
    await idempotency.complete('k', answer);
    expect(await (await reopen()).begin('k', later)).toEqual({ ...record, answer });
  });
};

describeDocuments('idempotency store of Smart Grid Info', suite('idempotency'));
describeProsumerInfo('idempotency store of Prosumer Info', suite('prosumerIdempotency'));
