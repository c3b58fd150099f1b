import { describe, expect, test } from '@jest/globals';
import { SettingsError } from '../../shared/config/environment.ts';
import { rateSettings } from '../../shared/config/rateSettings.ts';

type Given = Readonly<Record<string, string>>;

const secret = 'c2VjcmV0LXNlY3JldA';
const http = { RATE_URL: 'https://rates.example/BTC-{currency}', RATE_PATH: '/data/amount' };

test('there are none where nothing is set', () => {
  expect(rateSettings({ DATA_DIR: '.data' })).toBeUndefined();
});

test('fixed ones are texts by currency', () => {
  expect(rateSettings({ RATE_FIXED: 'EUR=90000.50, USD=98000' })).toEqual({
    kind: 'fixed',
    rates: new Map([
      ['EUR', '90000.50'],
      ['USD', '98000'],
    ]),
  });
});

test('those of the web have a URL, a path and an age', () => {
  const [url, path] = [http.RATE_URL, http.RATE_PATH];
  expect(rateSettings(http)).toEqual({ kind: 'http', url, path, maxAgeMinutes: 5 });
  expect(rateSettings({ ...http, RATE_MAX_AGE_MINUTES: '60' })).toMatchObject({
    maxAgeMinutes: 60,
  });
  const byPath = { RATE_URL: 'http://127.0.0.1:9/prices', RATE_PATH: '/{currency}' };
  expect(rateSettings(byPath)).toMatchObject({ url: byPath.RATE_URL, path: '/{currency}' });
});

describe('refused, by name, and without a secret', () => {
  test.each<[string, Given]>([
    ['RATE_FIXED', { RATE_FIXED: 'EUR' }],
    ['RATE_FIXED', { RATE_FIXED: 'EUR=0' }],
    ['RATE_FIXED', { RATE_FIXED: 'EUR=0.000' }],
    ['RATE_FIXED', { RATE_FIXED: 'EUR=-1' }],
    ['RATE_FIXED', { RATE_FIXED: 'EUR=9e4' }],
    ['RATE_FIXED', { RATE_FIXED: 'eur=1' }],
    ['RATE_FIXED', { RATE_FIXED: 'EUR=1,' }],
    ['RATE_FIXED', { RATE_FIXED: 'EUR=1,EUR=2' }],
    ['RATE_FIXED', { ...http, RATE_FIXED: 'EUR=1' }],
    ['RATE_URL', { RATE_PATH: '/amount' }],
    ['RATE_URL', { RATE_FIXED: 'EUR=1', RATE_MAX_AGE_MINUTES: '5' }],
    ['RATE_URL', { ...http, RATE_URL: `http://rates.example/{currency}?key=${secret}` }],
    ['RATE_URL', { ...http, RATE_URL: `https://user:${secret}@rates.example/{currency}` }],
    ['RATE_URL', { ...http, RATE_URL: 'https://rates.example/BTC-EUR' }],
    ['RATE_PATH', { ...http, RATE_PATH: '' }],
    ['RATE_PATH', { ...http, RATE_PATH: 'data.amount' }],
    ['RATE_PATH', { ...http, RATE_PATH: '/a~2' }],
    ['RATE_MAX_AGE_MINUTES', { ...http, RATE_MAX_AGE_MINUTES: '0' }],
    ['RATE_MAX_AGE_MINUTES', { ...http, RATE_MAX_AGE_MINUTES: '61' }],
  ])('%s: %j', (name, given) => {
    const read = () => rateSettings(given);
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(name);
    expect(read).not.toThrow(secret);
  });
});
