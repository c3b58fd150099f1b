import { describe, expect, test } from '@jest/globals';
import { openLimits } from '../../shared/adapters/limits.ts';
import { accept, refuse } from '../../shared/domain/result.ts';
import type { EdgeDeps, Handlers } from '../../shared/http/edge.ts';
import { answer, bodyOf, edgeDeps, request } from './edgeUnderTest.ts';

const rate = { perMinute: 60, burst: 2 } as const;
const list: Handlers<'grids'> = {
  GET: async () => accept({ status: 200, body: { value: [] } }),
  POST: async () => refuse({ code: 'grid_exists', detail: 'A grid g exists.' }),
};
const live: Handlers<'healthLive'> = {
  GET: async () => accept({ status: 200, body: { status: 'live' } }),
};

/** Tokens are good when they begin with `good`, and name their caller. */
function given(settings: Parameters<typeof openLimits>[0]) {
  const time = { ms: 0 };
  const verified: string[] = [];
  const deps: EdgeDeps = {
    ...edgeDeps().deps,
    limits: openLimits(settings, () => time.ms),
    tokens: {
      kind: 'issuer',
      verify: async (token) => {
        verified.push(token);
        return token.startsWith('good')
          ? accept({ issuer: 'i', subject: token, roles: ['operator'] })
          : refuse('wrong_signature');
      },
    },
  };
  const get = (token: string, headers: Record<string, string> = {}) => {
    const sent = request('GET', { headers: { authorization: `Bearer ${token}`, ...headers } });
    return answer('grids', list, sent, deps);
  };
  return { time, deps, get, verified };
}

describe('a caller that asks too often', () => {
  test('is told for how long to wait, before anything is done', async () => {
    const { time, get } = given({ requestsInFlightMax: 9, rate });
    expect([(await get('good-a')).status, (await get('good-a')).status]).toEqual([200, 200]);
    const refused = await get('good-a');
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '1']);
    expect(refused.headers['content-type']).toBe('application/problem+json');
    expect(bodyOf(refused)).toMatchObject({ code: 'rate_limited', status: 429 });
    expect((await get('good-b')).status).toBe(200);
    time.ms += 1_000;
    expect((await get('good-a')).status).toBe(200);
  });

  test('gets nothing of its body read', async () => {
    const { deps, get } = given({ requestsInFlightMax: 9, rate });
    await get('good-a');
    await get('good-a');
    const headers = { authorization: 'Bearer good-a' };
    const sent = request('POST', { json: {}, headers });
    const unread = Object.assign(sent, {
      arrayBuffer: () => Promise.reject(new Error('it was read')),
    });
    expect((await answer('grids', list, unread, deps)).status).toBe(429);
  });

  test('has fewer of what is much work', async () => {
    const { deps } = given({ requestsInFlightMax: 9, rate: { perMinute: 60, burst: 12 } });
    const handlers: Handlers<'prosumerExplain'> = {
      GET: async () => refuse({ code: 'prosumer_not_found', detail: 'There is no prosumer p.' }),
    };
    const params = { prosumerId: 'p', timeframe: '2026-01-01T00:00:00Z' };
    const explain = () => {
      const sent = request('GET', { params, headers: { authorization: 'Bearer good-a' } });
      return answer('prosumerExplain', handlers, sent, deps);
    };
    expect([(await explain()).status, (await explain()).status]).toEqual([404, 404]);
    const refused = await explain();
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '3']);
  });

  test('has fewer of large bodies, by what their headers say', async () => {
    const { deps } = given({ requestsInFlightMax: 9, rate: { perMinute: 60, burst: 34 } });
    const handlers: Handlers<'gridReadings'> = {
      POST: async () => refuse({ code: 'grid_not_found', detail: 'There is no grid g.' }),
    };
    const post = (length: string) => {
      const headers = { authorization: 'Bearer good-a', 'content-length': length };
      const sent = { path: '/grids/g/readings', params: { gridId: 'g' }, json: {}, headers };
      return answer('gridReadings', handlers, request('POST', sent), deps);
    };
    // 1 for the request and 32 for its body; a length that is none takes no less than nothing.
    expect((await post(String(8 * 1024 * 1024))).status).toBe(400);
    expect((await post('-9999999999')).status).toBe(400);
    expect((await post('2')).headers['retry-after']).toBe('1');
    expect((await post('Infinity')).headers['retry-after']).toBe('33');
  });

  test('pays for each further tag that is tried', async () => {
    const { deps } = given({ requestsInFlightMax: 9, rate: { perMinute: 60, burst: 3 } });
    const tried: unknown[] = [];
    const never = () => Promise.reject(new Error('it is never called'));
    const handlers: Handlers<'prosumer'> = {
      GET: never,
      PATCH: never,
      DELETE: async ({ ifMatch }) => {
        tried.push(ifMatch);
        return refuse({ code: 'etag_mismatch', detail: 'It is another.' });
      },
    };
    const headers = { authorization: 'Bearer good-a', 'if-match': '"1", "2", "3", "4", "5"' };
    const sent = request('DELETE', { params: { prosumerId: 'p' }, headers });
    const refused = await answer('prosumer', handlers, sent, deps);
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '1']);
    expect(tried).toEqual(['1', '2', '3']);
  });

  test('may still ask whether the app is alive', async () => {
    const { deps, get } = given({ requestsInFlightMax: 9, rate });
    for (let at = 0; at < 9; at += 1) await get('good-a');
    for (let at = 0; at < 9; at += 1) {
      expect((await answer('healthLive', live, request('GET'), deps)).status).toBe(200);
    }
  });
});

describe('an address from which tokens are guessed', () => {
  const from = (entry: string) => ({ 'x-forwarded-for': `8.8.8.8, ${entry}:1234` });

  test('is answered without a look at the token, and nobody else is', async () => {
    const { get, verified } = given({ requestsInFlightMax: 9, rate });
    await get('good-before', from('1.1.1.1'));
    for (let at = 0; at < 30; at += 1) {
      expect((await get(`bad-${at}`, from('1.1.1.1'))).status).toBe(401);
    }
    const count = verified.length;
    const refused = await get('bad-more', from('1.1.1.1'));
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '2']);
    expect((await get('good-new', from('1.1.1.1'))).status).toBe(429);
    expect(verified).toHaveLength(count);
    expect((await get('good-before', from('1.1.1.1'))).status).toBe(200);
    expect((await get('bad', from('1.1.1.2'))).status).toBe(401);
  });
});

describe('with as many requests as there may be', () => {
  test('one more is told at once, and there is room again after any end', async () => {
    const { deps } = given({ requestsInFlightMax: 1, rate: undefined });
    const gate = Promise.withResolvers<void>();
    const slow: Handlers<'grids'> = {
      ...list,
      GET: async () => {
        await gate.promise;
        throw new Error('a mistake');
      },
    };
    const headers = { authorization: 'Bearer good' };
    const first = answer('grids', slow, request('GET', { headers }), deps);
    const refused = await answer('grids', list, request('GET', { headers }), deps);
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1']);
    expect(bodyOf(refused)['code']).toBe('overloaded');
    expect((await answer('healthLive', live, request('GET'), deps)).status).toBe(200);
    gate.resolve();
    expect((await first).status).toBe(500);
    expect((await answer('grids', list, request('GET', { headers }), deps)).status).toBe(200);
    expect((await answer('grids', list, request('GET', { headers }), deps)).status).toBe(200);
  });
});
