import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { isTransient } from '../../shared/adapters/isTransient.ts';
import { fixedRates } from '../../shared/adapters/rates/fixedRates.ts';
import { httpRates } from '../../shared/adapters/rates/httpRates.ts';
import { instantOf } from '../../shared/domain/timeframe.ts';
import { RateUnavailableError } from '../../shared/ports/rateSource.ts';

let nowMs = 0;
const clock = { now: () => instantOf(nowMs) };

let server: Server;
let asked: string[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  nowMs = Date.parse('2026-11-22T12:00:00Z');
  asked = [];
});

function answerWith(body: string, status = 200, headers: Record<string, string> = {}): void {
  answer = (_, response) => response.writeHead(status, headers).end(body);
}

function source(path = '/data/amount') {
  const url = `http://127.0.0.1:${Object(server.address()).port}/BTC-{currency}?key=secret`;
  const limits = { requestMs: 300, bytesMax: 1_000 };
  return httpRates({ url, path, maxAgeMinutes: 5 }, clock, limits);
}

describe('rates of the web', () => {
  test('say where they are from and when they were fetched', async () => {
    answerWith('{"data":{"amount":"90000.50"}}');
    expect(await source().rate('EUR')).toEqual({
      source: '127.0.0.1',
      currency: 'EUR',
      pair: 'BTC/EUR',
      rate: '90000.50',
      fetchedAt: '2026-11-22T12:00:00Z',
    });
    expect(asked).toEqual(['/BTC-EUR?key=secret']);
  });

  test.each([
    ['a number that no double holds', '900000000000.12345678', '900000000000.12345678'],
    ['a number with zeros at its end', '90000.10', '90000.10'],
    ['a whole number', '90000', '90000'],
    ['a text', '"0.5"', '0.5'],
  ])('keep every digit of %s', async (_, written, rate) => {
    answerWith(`{"data":{"amount":${written}}}`);
    expect((await source().rate('EUR'))?.rate).toBe(rate);
  });

  test.each([
    ['/{currency}', '{"EUR":1.5,"USD":2}'],
    ['/result/XXBT{currency}/c/0', '{"result":{"XXBTEUR":{"c":["1.5","0.1"]}}}'],
    ['/a~1b/m~0n', '{"a/b":{"m~n":1.5}}'],
  ])('are found at %s', async (path, body) => {
    answerWith(body);
    expect((await source(path).rate('EUR'))?.rate).toBe('1.5');
  });

  test.each([
    ['no such path', '{"data":{}}', 200],
    ['nothing at it', '{"data":{"amount":null}}', 200],
    ['a list instead', '[]', 200],
    ['no such page', 'not found', 404],
    ['a currency it refuses', '{"error":"invalid currency"}', 400],
  ])('are undefined where the source has %s', async (_, body, status) => {
    answerWith(body, status);
    expect(await source().rate('XAU')).toBeUndefined();
  });

  test('are not looked for in what every object has', async () => {
    answerWith('{}');
    expect(await source('/constructor/name').rate('EUR')).toBeUndefined();
  });

  test.each([
    ['zero', '{"data":{"amount":0}}'],
    ['0.00', '{"data":{"amount":"0.00"}}'],
    ['less than zero', '{"data":{"amount":-1}}'],
    ['an exponent', '{"data":{"amount":9e4}}'],
    ['a thousand separator', '{"data":{"amount":"90,000"}}'],
    ['a word', '{"data":{"amount":"NaN"}}'],
    ['an object', '{"data":{"amount":{}}}'],
    ['true', '{"data":{"amount":true}}'],
    ['too many digits', '{"data":{"amount":1234567890123456}}'],
    ['no JSON', '<html>'],
    ['nothing', ''],
    ['too much', JSON.stringify({ data: { amount: '1' }, more: 'x'.repeat(2_000) })],
  ])('are refused where the answer is %s', async (_, body) => {
    answerWith(body);
    await refused();
  });

  test.each([301, 403, 429, 500, 503])('are refused with the status %d', async (status) => {
    answerWith('{"data":{"amount":1}}', status, { location: '/other' });
    await refused();
    expect(asked).toHaveLength(1);
  });

  test('are refused where nobody answers in time', async () => {
    answer = () => undefined;
    await refused();
  });

  test('are refused where nobody answers at all', async () => {
    const settings = { url: 'http://127.0.0.1:9/{currency}', path: '/a', maxAgeMinutes: 5 };
    await refused(httpRates(settings, clock));
  });

  async function refused(from = source()): Promise<void> {
    const failure: unknown = await from.rate('EUR').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RateUnavailableError);
    expect(isTransient(failure)).toBe(true);
    expect(String(failure)).toContain('127.0.0.1');
    expect(String(failure)).not.toContain('secret');
  }
});

describe('the age of a rate', () => {
  test('begins where it was put into a cache', async () => {
    answerWith('{"data":{"amount":1}}', 200, { age: '240' });
    expect((await source().rate('EUR'))?.fetchedAt).toBe('2026-11-22T11:56:00Z');
    expect(source().ageMinutesMax).toBe(5);
  });

  test('a source that fails is not covered up by an old rate', async () => {
    const rates = source();
    answerWith('{"data":{"amount":1}}');
    await rates.rate('EUR');
    answerWith('', 503);
    await expect(rates.rate('EUR')).rejects.toThrow(RateUnavailableError);
  });
});

test('fixed rates are those of now', async () => {
  const rates = fixedRates({ rates: new Map([['EUR', '90000.50']]) }, clock);
  expect(await rates.rate('EUR')).toEqual({
    source: 'fixed',
    currency: 'EUR',
    pair: 'BTC/EUR',
    rate: '90000.50',
    fetchedAt: '2026-11-22T12:00:00Z',
  });
  expect(await rates.rate('USD')).toBeUndefined();
});
