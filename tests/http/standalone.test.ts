import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { schemaModules } from '../../infra/schemaModules.ts';
import { standaloneValidators } from '../../infra/standaloneValidators.ts';
import { allSchemas, type ValidatorName } from '../../shared/validation/schemaOf.ts';
import { validate } from '../../shared/validation/validate.ts';
import { gridCreate, tariff } from './givenBodies.ts';

/** The validators as the bundle has them: generated, without Ajv and TypeBox. */
let bundled: string;
let generated: typeof validate;

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../../shared/validation/validate.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    plugins: [standaloneValidators, schemaModules],
  });
  bundled = outputFiles[0]?.text ?? '';
  const url = `data:text/javascript,${encodeURIComponent(bundled)}`;
  ({ validate: generated } = (await import(url)) as { validate: typeof validate });
});

test('compile nothing at run time, and know no words that only documents need', () => {
  expect(bundled).not.toMatch(/new Ajv|new Function\(|\beval\(|Name of the mini grid/);
});

test('have a part that several schemas share once', () => {
  // Three bodies have the windows of a tariff: once as they are, and once in either branch of `if`.
  expect(bundled.match(/instancePath \+ "\/windows"/g)).toHaveLength(3);
});

const interval = { prosumerId: 'p', timeframe: '2026-01-01T00:00Z', producedWh: 1, consumedWh: 2 };
const samples: readonly unknown[] = [
  undefined,
  null,
  [],
  {},
  { gridId: 'G', prosumerId: 'mini-grid', limit: 0, cursor: '', more: 1 },
  { gridId: 'g' },
  { prosumerId: 'p', timeframe: 'x' },
  { limit: 10_001 },
  gridCreate,
  { ...gridCreate, market: { mechanism: 'pool', priceRule: 'fixed' }, tariff: { ...tariff, x: 1 } },
  { ...gridCreate, tariff: { ...tariff, windows: [{ ...tariff, from: '6', to: '07:00' }, 1] } },
  { ...gridCreate, tariff: { ...tariff, currency: 'EUR', windows: [] } },
  { tariff, market: { mechanism: 'auction' } },
  { name: 'é'.repeat(201), activeUntil: null },
  interval,
  { ...interval, producedWh: 1.5, quality: 'good', source: '' },
  { readings: Array(10_001).fill(0) },
  { prosumerId: 'p', at: '2026-01-01T00:00Z', meterId: 'm', producedRegisterWh: 2 ** 53 },
];

test.each([...allSchemas().keys()])('%s says the same as the schema', (name) => {
  for (const sample of samples) {
    const said = generated(name as ValidatorName, sample);
    expect(said).toEqual(validate(name as ValidatorName, sample));
  }
});

test('samples are of both kinds', () => {
  const results = [...allSchemas().keys()].flatMap((name) =>
    samples.map((sample) => validate(name as ValidatorName, sample) === undefined),
  );
  expect(results.filter(Boolean).length).toBeGreaterThan(20);
  expect(results.filter((isValid) => !isValid).length).toBeGreaterThan(200);
});
