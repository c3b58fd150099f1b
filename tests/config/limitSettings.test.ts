import { expect, test } from '@jest/globals';
import { limitSettings } from '../../shared/config/limitSettings.ts';

const issuer = { AUTH_ISSUER: 'https://issuer.example', AUTH_AUDIENCE: 'app' };

test.each([
  [issuer, { requestsInFlightMax: 100, rate: { perMinute: 6_000, burst: 3_000 } }],
  [{}, { requestsInFlightMax: 100, rate: { perMinute: 6_000, burst: 3_000 } }],
  [{ AUTH: 'none' }, { requestsInFlightMax: 100, rate: undefined }],
  [
    { AUTH: 'none', RATE_LIMIT_PER_MINUTE: '1', REQUESTS_IN_FLIGHT_MAX: '1' },
    { requestsInFlightMax: 1, rate: { perMinute: 1, burst: 1 } },
  ],
  [
    { ...issuer, RATE_LIMIT_PER_MINUTE: '0' },
    { requestsInFlightMax: 100, rate: undefined },
  ],
  [
    { ...issuer, RATE_LIMIT_PER_MINUTE: '10', RATE_LIMIT_BURST: '20' },
    { requestsInFlightMax: 100, rate: { perMinute: 10, burst: 20 } },
  ],
])('%j', (environment, settings) => {
  expect(limitSettings(environment)).toEqual(settings);
});

test.each([
  [{ RATE_LIMIT_PER_MINUTE: '-1' }, 'RATE_LIMIT_PER_MINUTE'],
  [{ RATE_LIMIT_PER_MINUTE: 'many' }, 'from 0 to 1000000'],
  [{ RATE_LIMIT_BURST: '0' }, 'RATE_LIMIT_BURST'],
  [{ REQUESTS_IN_FLIGHT_MAX: '0' }, 'REQUESTS_IN_FLIGHT_MAX'],
  [{ REQUESTS_IN_FLIGHT_MAX: '10001' }, 'from 1 to 10000'],
])('%j is refused', (environment, message) => {
  expect(() => limitSettings({ ...issuer, ...environment })).toThrow(message);
});
