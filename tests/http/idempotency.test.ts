import { describe, expect, test } from '@jest/globals';
import type { RefusalCode } from '../../shared/domain/refusal.ts';
import { accept, refuse } from '../../shared/domain/result.ts';
import type { Handlers } from '../../shared/http/edge.ts';
import { answer, bodyOf, edgeDeps, request } from './edgeUnderTest.ts';
import { gridAnswer, gridCreate } from './givenBodies.ts';

const keyed = (key: string, json: unknown = gridCreate) =>
  request('POST', { json, headers: { 'idempotency-key': key } });

/** Creates grids, or does what the steps say instead, one after the other. */
function app(...steps: readonly ('crash' | RefusalCode)[]) {
  const { deps, kept } = edgeDeps();
  const ids: string[] = [];
  const handlers: Handlers<'grids'> = {
    GET: async () => accept({ status: 200, body: { value: [] } }),
    POST: async ({ assignedId }) => {
      const step = steps[ids.length];
      ids.push(assignedId);
      if (step === 'crash') throw new Error('power cut');
      if (step !== undefined) return refuse({ code: step, detail: 'No.' });
      const headers = { location: `/api/grids/${assignedId}`, etag: '"1"' };
      return accept({ status: 201, body: gridAnswer(assignedId), headers });
    },
  };
  return {
    ids,
    kept,
    send: (sent: ReturnType<typeof request>) => answer('grids', handlers, sent, deps),
  };
}

describe('a POST with an Idempotency-Key', () => {
  test('repeated gets the first answer again, and is done once', async () => {
    const { ids, send } = app();
    const first = await send(keyed('k'));
    const second = await send(keyed('k'));
    expect(second.headers).toEqual({ ...first.headers, 'idempotency-replayed': 'true' });
    expect(first.headers).not.toHaveProperty('idempotency-replayed');
    expect([second.status, second.body]).toEqual([first.status, first.body]);
    expect(ids).toHaveLength(1);
  });

  test('with another body is refused', async () => {
    const { ids, send } = app();
    await send(keyed('k'));
    const refused = await send(keyed('k', { ...gridCreate, name: 'Other' }));
    expect([refused.status, bodyOf(refused)['code']]).toEqual([409, 'idempotency_key_reused']);
    expect(ids).toHaveLength(1);
  });

  test('with another key is another request', async () => {
    const { ids, send } = app();
    await send(keyed('k'));
    await send(keyed('l'));
    await send(request('POST', { json: gridCreate }));
    expect(new Set(ids).size).toBe(3);
  });

  test('after a crash runs again under the same id', async () => {
    const { ids, send } = app('crash');
    expect((await send(keyed('k'))).status).toBe(500);
    expect((await send(keyed('k'))).status).toBe(201);
    expect(ids[0]).toBe(ids[1]);
  });

  test('two at once run under the same id', async () => {
    const { ids, send } = app();
    const [a, b] = await Promise.all([send(keyed('k')), send(keyed('k'))]);
    expect(a.body).toBe(b.body);
    expect(new Set(ids).size).toBe(1);
  });

  test('two at once get one answer, whatever each would have said', async () => {
    const { deps } = edgeDeps();
    let count = 0;
    const handlers: Handlers<'grids'> = {
      GET: async () => accept({ status: 200, body: { value: [] } }),
      POST: async ({ assignedId }) => {
        count += 1;
        return accept({ status: 201, body: { ...gridAnswer(assignedId), name: `${count}` } });
      },
    };
    const send = () => answer('grids', handlers, keyed('k'), deps);
    const [one, another] = await Promise.all([send(), send()]);
    expect(count).toBe(2);
    expect(another.body).toBe(one.body);
    expect(another.headers['etag']).toBe(one.headers['etag']);
  });

  test('keeps a refusal that can never change, and no other', async () => {
    const { ids, send } = app('concurrent_change', 'grid_exists');
    expect(bodyOf(await send(keyed('k')))['code']).toBe('concurrent_change');
    expect(bodyOf(await send(keyed('k')))['code']).toBe('grid_exists');
    const replayed = await send(keyed('k'));
    expect(bodyOf(replayed)['code']).toBe('grid_exists');
    expect(replayed.headers['idempotency-replayed']).toBe('true');
    expect(ids).toHaveLength(2);
  });

  test('that is malformed does not take its key', async () => {
    const { kept, send } = app();
    expect((await send(keyed('k', {}))).status).toBe(400);
    expect(kept.size).toBe(0);
    expect((await send(keyed('k'))).status).toBe(201);
  });

  test.each(['', 'two words', 'k'.repeat(256), 'schlüssel'])(
    'is refused for the key "%s"',
    async (key) => {
      const refused = await app().send(keyed(key));
      expect([refused.status, bodyOf(refused)['code']]).toEqual([400, 'header_invalid']);
    },
  );

  test.each(['k', '"quoted"', 'k'.repeat(255)])('takes the key "%s"', async (key) => {
    expect((await app().send(keyed(key))).status).toBe(201);
  });

  test('keeps keys of paths apart', async () => {
    const { deps, kept } = edgeDeps();
    const handlers: Handlers<'gridReadings'> = {
      POST: async () =>
        accept({
          status: 200,
          body: { accepted: 1, duplicate: 0, late: 0, rejected: 0, results: [] },
        }),
    };
    for (const gridId of ['a', 'b']) {
      const headers = { 'idempotency-key': 'k' };
      const sent = request('POST', { params: { gridId }, json: { readings: [{}] }, headers });
      expect((await answer('gridReadings', handlers, sent, deps)).status).toBe(200);
    }
    expect(kept.size).toBe(2);
  });
});

test('a GET takes no notice of the header', async () => {
  const { kept, send } = app();
  const sent = request('GET', { headers: { 'idempotency-key': 'two words' } });
  expect((await send(sent)).status).toBe(200);
  expect(kept.size).toBe(0);
});
