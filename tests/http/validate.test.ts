import { describe, expect, test } from '@jest/globals';
import { readingItem } from '../../shared/http/readingItems.ts';
import { validate } from '../../shared/validation/validate.ts';
import { gridCreate, tariff } from './givenBodies.ts';

const interval = { prosumerId: 'p', timeframe: '2026-01-01T00:00Z', producedWh: 1, consumedWh: 2 };
const register = {
  prosumerId: 'p',
  at: '2026-01-01T00:00:00.5Z',
  meterId: 'm',
  producedRegisterWh: Number.MAX_SAFE_INTEGER,
  consumedRegisterWh: 0,
};
const pool = { mechanism: 'pool' };
const auction = { mechanism: 'auction' };
const limits = { sellLimitMsatPerKwh: 0, buyLimitMsatPerKwh: 1_000_000_000 };
const night = { from: '22:00', to: '06:00' };
const fiatPrices = { importPricePerKwh: '0.3', exportPricePerKwh: '0.1', gridFeePerKwh: '0' };
const fiat = { currency: 'EUR', ...fiatPrices };
const together = 'must not be given together with the other fields';
const fixed = { mechanism: 'pool', priceRule: 'fixed', fixedPriceMsatPerKwh: 5 };

describe('a grid to create', () => {
  test.each([
    ['the least of it', {}],
    ['an id', { id: 'a'.repeat(63) }],
    ['a fixed price', { market: fixed }],
    ['the mid-market price', { market: { mechanism: 'pool', priceRule: 'mid_market' } }],
    ['limits', { timeframeMinutes: 1_440, graceMinutes: 10_080, name: 'x'.repeat(200) }],
    ['a ratio of supply to demand', { market: { ...pool, priceRule: 'supply_demand_ratio' } }],
    ['an auction', { market: auction }],
    ['an auction with limits', { market: { ...auction, ...limits } }],
    [
      'what is settled late',
      { missingReadings: 'estimate', correctionDays: 730, aheadEnergyWhMax: 1_000_000_000 },
    ],
    ['nothing of it', { missingReadings: 'missing', correctionDays: 0, aheadEnergyWhMax: 0 }],
    ['a fee on import', { tariff: { ...tariff, importGridFeeMsatPerKwh: 5 } }],
    ['windows', { tariff: { ...tariff, windows: Array(24).fill({ ...night, ...tariff }) } }],
    [
      'windows in a currency',
      {
        tariff: {
          ...fiat,
          windows: [{ ...night, ...fiatPrices, days: ['mon'], importGridFeePerKwh: '0.01' }],
        },
      },
    ],
    ['the largest price', { tariff: { ...tariff, importPriceMsatPerKwh: 1_000_000_000 } }],
  ])('may have %s', (_name, more) => {
    expect(validate('grids.POST.body', { ...gridCreate, ...more })).toBeUndefined();
  });

  test.each<[object, string, string]>([
    [{ id: 'A' }, '/id', 'must be 1 to 63 of a-z, 0-9 and -, and not begin with -'],
    [{ id: 'a'.repeat(64) }, '/id', 'must be 1 to 63 of a-z, 0-9 and -, and not begin with -'],
    [{ name: '' }, '/name', 'must have at least 1 characters'],
    [{ name: 5 }, '/name', 'must be a string'],
    [{ timeframeMinutes: 0 }, '/timeframeMinutes', 'must be at least 1'],
    [{ timeframeMinutes: 1.5 }, '/timeframeMinutes', 'must be an integer'],
    [{ timeframeMinutes: '15' }, '/timeframeMinutes', 'must be an integer'],
    [{ graceMinutes: 10_081 }, '/graceMinutes', 'must be at most 10080'],
    [{ activeUntil: null }, '/activeUntil', 'must be a string'],
    [{ activeFrom: '2026-01-01' }, '/activeFrom', instantText()],
    [{ activeFrom: '2026-01-01T00:00+01:00' }, '/activeFrom', instantText()],
    [{ activeFrom: '2026-01-01T24:00Z' }, '/activeFrom', instantText()],
    [{ market: { mechanism: 'barter' } }, '/market/mechanism', 'must be one of pool, auction'],
    [{ market: { ...auction, priceRule: 'mid_market' } }, '/market/priceRule', together],
    [{ market: { ...auction, fixedPriceMsatPerKwh: 5 } }, '/market/fixedPriceMsatPerKwh', together],
    [{ market: { ...pool, sellLimitMsatPerKwh: 5 } }, '/market/sellLimitMsatPerKwh', together],
    [{ market: { ...fixed, buyLimitMsatPerKwh: 5 } }, '/market/buyLimitMsatPerKwh', together],
    [
      { market: { ...auction, buyLimitMsatPerKwh: 1_000_000_001 } },
      '/market/buyLimitMsatPerKwh',
      'must be at most 1000000000',
    ],
    [{ missingReadings: 'guess' }, '/missingReadings', 'must be one of missing, estimate'],
    [{ correctionDays: 731 }, '/correctionDays', 'must be at most 730'],
    [{ aheadEnergyWhMax: 1_000_000_001 }, '/aheadEnergyWhMax', 'must be at most 1000000000'],
    [{ tariff: { ...tariff, windows: [] } }, '/tariff/windows', 'must have at least 1 items'],
    [
      { tariff: { ...tariff, windows: Array(25).fill({ ...night, ...tariff }) } },
      '/tariff/windows',
      'must have at most 24 items',
    ],
    [
      { tariff: { ...tariff, windows: [{ ...night, ...tariff, to: '24:00' }] } },
      '/tariff/windows/0/to',
      'must be a time of the day, as 06:30',
    ],
    [
      { tariff: { ...tariff, windows: [{ ...night, ...tariff, days: [] }] } },
      '/tariff/windows/0/days',
      'must have at least 1 items',
    ],
    [
      { tariff: { ...tariff, windows: [{ ...night, ...tariff, days: ['mon', 'mon'] }] } },
      '/tariff/windows/0/days',
      'must not have the same item twice',
    ],
    [
      { tariff: { ...tariff, windows: [{ ...night, ...tariff, importPricePerKwh: '0.3' }] } },
      '/tariff/windows/0/importPricePerKwh',
      together,
    ],
    [
      { tariff: { ...fiat, windows: [{ ...night, ...fiatPrices, gridFeeMsatPerKwh: 1 }] } },
      '/tariff/windows/0/gridFeeMsatPerKwh',
      together,
    ],
    [
      { tariff: { ...fiat, windows: [{ ...night, ...fiatPrices, gridFeePerKwh: undefined }] } },
      '/tariff/windows/0/gridFeePerKwh',
      'is required',
    ],
    [
      { tariff: { ...fiat, importGridFeeMsatPerKwh: 1 } },
      '/tariff/importGridFeeMsatPerKwh',
      together,
    ],
    [{ tariff: { ...tariff, importGridFeePerKwh: '1' } }, '/tariff/importGridFeePerKwh', together],
    [
      { market: { mechanism: 'pool', priceRule: 'fixed' } },
      '/market/fixedPriceMsatPerKwh',
      'is required',
    ],
    [
      { market: { mechanism: 'pool', fixedPriceMsatPerKwh: 5 } },
      '/market/fixedPriceMsatPerKwh',
      together,
    ],
    [
      { tariff: { ...tariff, exportPriceMsatPerKwh: -1 } },
      '/tariff/exportPriceMsatPerKwh',
      'must be at least 0',
    ],
    [{ tariff: { ...tariff, 'a/b~c': 1 } }, '/tariff/a~1b~0c', 'is not known here'],
    [{ prosumers: [] }, '/prosumers', 'is not known here'],
    [{ tariff: undefined }, '/tariff', 'is required'],
  ])('is refused for %j', (more, pointer, detail) => {
    const body = JSON.parse(JSON.stringify({ ...gridCreate, ...more }));
    expect(validate('grids.POST.body', body)).toEqual([{ pointer, detail }]);
  });

  test('is told every fault, up to a limit', () => {
    const unknown = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`x${at}`, at]));
    expect(validate('grids.POST.body', { ...gridCreate, ...unknown })).toHaveLength(100);
    expect(validate('grids.POST.body', {})).toHaveLength(7);
  });

  test.each([null, [], 'text', 5])('is no %j', (body) => {
    expect(validate('grids.POST.body', body)).toEqual([
      { pointer: '', detail: 'must be an object' },
    ]);
  });
});

describe('a change', () => {
  test('has at least one field', () => {
    const errors = [{ pointer: '', detail: 'must have at least 1 field' }];
    expect(validate('grid.PATCH.body', {})).toEqual(errors);
    expect(validate('prosumer.PATCH.body', {})).toEqual(errors);
  });

  test('may take the end away with null', () => {
    expect(validate('grid.PATCH.body', { activeUntil: null })).toBeUndefined();
    expect(validate('prosumer.PATCH.body', { activeUntil: null })).toBeUndefined();
    expect(validate('grid.PATCH.body', { activeFrom: null })).toEqual([
      { pointer: '/activeFrom', detail: 'must be a string' },
    ]);
    expect(validate('grid.PATCH.body', { activeUntil: 5 })).toEqual([
      { pointer: '/activeUntil', detail: 'must be a string or null' },
    ]);
  });

  test('does not move a prosumer to another grid or id', () => {
    const errors = validate('prosumer.PATCH.body', { gridId: 'g', id: 'p' });
    expect(errors?.map(({ pointer }) => pointer).sort()).toEqual(['/gridId', '/id']);
  });
});

describe('an item of readings', () => {
  test('is an interval or a register', () => {
    expect(readingItem(interval, 0)).toEqual({ kind: 'interval', reading: interval });
    expect(readingItem(register, 0)).toEqual({ kind: 'register', reading: register });
  });

  test.each<[object, string, string]>([
    [{ ...interval, producedWh: 1_000_000_001 }, 'producedWh', 'must be at most 1000000000'],
    [{ ...interval, producedWh: -1 }, 'producedWh', 'must be at least 0'],
    [{ ...interval, consumedWh: 0.5 }, 'consumedWh', 'must be an integer'],
    [
      { ...interval, quality: 'good' },
      'quality',
      'must be one of measured, estimated, questionable',
    ],
    [{ ...interval, version: 0 }, 'version', 'must be at least 1'],
    [{ ...interval, version: 1_000_001 }, 'version', 'must be at most 1000000'],
    [{ ...interval, source: 'x'.repeat(101) }, 'source', 'must have at most 100 characters'],
    [{ ...interval, meterId: 'm' }, 'meterId', 'is not known here'],
    [{ ...register, timeframe: 'x' }, 'timeframe', 'is not known here'],
    [
      { ...register, producedRegisterWh: 2 ** 53 },
      'producedRegisterWh',
      'must be at most 9007199254740991',
    ],
    [{ ...register, rolloverWh: 0 }, 'rolloverWh', 'must be at least 1'],
  ])('is refused for %j', (item, field, detail) => {
    const errors = [{ pointer: `/readings/3/${field}`, detail }];
    expect(readingItem(item, 3)).toEqual({ kind: 'invalid', errors });
  });

  test.each([null, 5, 'x', [], [interval]])('is no %j', (item) => {
    expect(readingItem(item, 0).kind).toBe('invalid');
  });

  test('with thousands of fields is refused without a look at each', () => {
    const item = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`x${at}`, at]));
    const errors = [{ pointer: '/readings/0', detail: 'has too many fields' }];
    expect(readingItem(item, 0)).toEqual({ kind: 'invalid', errors });
  });

  test('may not be of a reserved account', () => {
    for (const prosumerId of ['mini-grid', 'power-plant']) {
      expect(readingItem({ ...interval, prosumerId }, 0).kind).toBe('invalid');
    }
    expect(readingItem({ ...interval, prosumerId: 'mini-grid-2' }, 0).kind).toBe('interval');
  });

  test('the envelope does not look into its items, of which it takes ten thousand', () => {
    const items = (length: number) => ({ readings: Array(length).fill(5) });
    expect(validate('gridReadings.POST.body', items(10_000))).toBeUndefined();
    expect(validate('gridReadings.POST.body', items(10_001))).toEqual([
      { pointer: '/readings', detail: 'must have at most 10000 items' },
    ]);
  });
});

function instantText(): string {
  return 'must be an instant in UTC, as 2026-11-22T10:15:00Z';
}
