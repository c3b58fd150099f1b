import { describe, expect, test } from '@jest/globals';
import type { FuzzApp } from './fuzzApp.ts';
import { openFuzzApp } from './fuzzApp.ts';
import { parseFuzzArguments } from './fuzzArguments.ts';
import { fuzzLife } from './fuzzLife.ts';
import { endpoints } from './openApiEndpoints.ts';

const requestsPerEndpoint = 100;
const seed = 20_261_101;

test('requests of every kind to every method of every path are answered as the document says', async () => {
  const requests = requestsPerEndpoint * endpoints.length;
  const { counts, findings } = await fuzzLife({ seed, requests, endpoints });
  expect(findings).toEqual([]);
  expect(endpoints.length).toBeGreaterThan(55);
  expect(counts.size).toBe(endpoints.length);
  // They get past the edge, too: most methods do what they are asked to at least once.
  const granted = [...counts.values()].filter((own) => own.has('2xx'));
  expect(granted.length / counts.size).toBeGreaterThan(0.8);
}, 60_000);

test('the same seed gives the same requests', async () => {
  const sent = async () => {
    const lines: string[] = [];
    const open = () => changedApp((method, path) => void lines.push(`${method} ${path}`));
    await fuzzLife({ seed, requests: 300, endpoints, open });
    return lines;
  };
  const first = await sent();
  expect(new Set(first).size).toBeGreaterThan(200);
  expect(await sent()).toEqual(first);
});

describe('found:', () => {
  test.each([
    ['a failure', { status: 500 }, 'status 500'],
    ['a stack', { told: 'TypeError: x\n    at y' }, 'tells'],
    ['a path of the server', { told: import.meta.dirname }, 'tells'],
    ['a field that the document does not show', { told: 'a', status: 200 }, 'additionalProperties'],
    ['a status that the document does not show', { status: 299 }, 'is not to answer 299'],
  ])('%s', async (_what, { status, told }: { status?: number; told?: string }, found) => {
    const open = () =>
      changedApp((_method, path, answer) => {
        if (!path.startsWith('/grids/') || answer.status !== (told === 'a' ? 200 : 404))
          return answer;
        const body = told === undefined ? answer.body : { ...answer.body, [told]: told };
        return { ...answer, body, status: status ?? answer.status };
      });
    const { findings } = await fuzzLife({ seed, requests: 600, endpoints, open });
    expect(findings.length).toBeGreaterThan(0);
    expect(findings.join('\n')).toContain(found);
    expect(findings.join('\n')).toContain('smallest: {');
  });

  test('what is thrown', async () => {
    const open = () =>
      changedApp((method) => {
        if (method === 'PATCH') throw new Error('it broke');
        return undefined;
      });
    const { findings } = await fuzzLife({ seed, requests: 600, endpoints, open });
    expect(findings[0]).toContain('it broke');
  });
});

test.each([
  [['--requests', 'many'], 'give a whole number'],
  [['--route', 'DELETE /everything'], 'No method and path'],
  [['--what'], '--what'],
])('%p is refused', (args, reason) => {
  expect(parseFuzzArguments(args)).toMatchObject({
    ok: false,
    reason: expect.stringContaining(reason),
  });
});

test('one method of a path may be chosen', () => {
  const parsed = parseFuzzArguments(['--route', 'POST /grids/{gridId}/readings', '--seed', '7']);
  expect(parsed).toMatchObject({ ok: true, value: { seed: 7, endpoints: [{ method: 'POST' }] } });
});

type Answered = Awaited<ReturnType<ReturnType<FuzzApp['callAs']>>>;

/** The app, of which each answer may be watched or changed once it is filled. */
async function changedApp(
  change: (method: string, path: string, answer: Answered) => Answered | undefined,
): Promise<FuzzApp> {
  const app = await openFuzzApp();
  return {
    ...app,
    callAs(roles, subject) {
      const call = app.callAs(roles, subject);
      return async (method, path, body, headers) => {
        const answer = await call(method, path, body, headers);
        return change(method, path, answer) ?? answer;
      };
    },
  };
}
