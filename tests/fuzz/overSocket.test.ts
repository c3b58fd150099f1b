import { afterEach, describe, expect, test } from '@jest/globals';
import { endLeftProcesses } from '../localHost/hostProcess.ts';
import { createChance } from '../simulation/chance.ts';
import { toldFaults } from './checkAnswer.ts';
import { fuzzOverSocket } from './fuzzOverSocket.ts';
import { endpoints } from './openApiEndpoints.ts';
import { rawRequest } from './rawRequest.ts';

afterEach(endLeftProcesses);

const requests = 800;
const seed = 20_261_102;

test('raw bytes, broken ones among them, are answered or hung up on, and the host stays well', async () => {
  const asked = { requests, seed, endpoints, isOverSocket: true };
  const { counts, findings } = await fuzzOverSocket(asked, () => undefined);
  expect(findings).toEqual([]);
  const total = [...counts.values()].flatMap((own) => [...own.values()]);
  expect(total.reduce((sum, count) => sum + count, 0)).toBe(requests);
  expect(counts.get('as HTTP has it')?.get('200')).toBeGreaterThan(50);
  expect(counts.get('as HTTP does not have it')?.get('400')).toBeGreaterThan(20);
}, 60_000);

describe('a request on the wire', () => {
  const request = {
    caller: { roles: ['operator'], subject: 'a' },
    method: 'POST',
    path: '/grids',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from('{"id":"a"}'),
  };
  const drawn = Array.from({ length: 400 }, (_, at) =>
    rawRequest(createChance(at), 'localhost', request, 'token'),
  );

  test('is mostly as HTTP has it', () => {
    const whole = drawn.filter(({ isWhole }) => isWhole);
    expect(whole.length).toBeGreaterThan(250);
    for (const { bytes } of whole) {
      expect(Buffer.from(bytes).toString()).toBe(
        'POST /api/grids HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer token\r\n' +
          'content-type: application/json\r\ncontent-length: 10\r\n\r\n{"id":"a"}',
      );
    }
  });

  test('is else broken in many ways', () => {
    const broken = drawn.filter(({ isWhole }) => !isWhole);
    expect(broken.length).toBeGreaterThan(50);
    expect(new Set(broken.map(({ bytes }) => Buffer.from(bytes).toString())).size).toBeGreaterThan(
      40,
    );
  });
});

test('what nobody should be told is found in a text', () => {
  for (const text of ['TypeError: x', 'a\n    at b (c.ts:1:2)', 'file:///x', 'SQLITE_BUSY']) {
    expect(toldFaults(text)).not.toEqual([]);
  }
  expect(toldFaults('The request is not valid.')).toEqual([]);
});
