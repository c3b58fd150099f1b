import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import manifest from '../../package.json' with { type: 'json' };
import { apiVersion, openApiDocument } from '../../shared/http/openapi.ts';
import type { RouteSpec } from '../../shared/schemas/routeSpec.ts';
import { routes } from '../../shared/schemas/routes.ts';
import { openApiFaults } from './openApiFaults.ts';

type Operation = {
  readonly operationId: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly responses: Readonly<Record<string, object>>;
  readonly requestBody?: {
    readonly content: Readonly<
      Record<string, { schema: object; examples?: Readonly<Record<string, { value: unknown }>> }>
    >;
  };
};
type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
};

const document = JSON.parse(JSON.stringify(openApiDocument())) as Document;
const operations = Object.values(document.paths).flatMap((item) => Object.values(item));

test('docs/openapi.json is up to date; if not, run npm run openapi', () => {
  const file = readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8');
  expect(JSON.parse(file)).toEqual(document);
});

test('it follows the rules of OpenAPI 3.1', () => {
  expect(openApiFaults(document)).toEqual([]);
});

test('a document that does not is found out', () => {
  const broken = structuredClone(document) as unknown as Record<string, Record<string, never>>;
  const path = broken['paths']?.['/grids/{gridId}'] as unknown as Record<string, object>;
  path['get'] = { operationId: 'getGrids', summary: '', parameters: [], respones: {} };
  const faults = openApiFaults(broken);
  expect(faults).toContain('paths./grids/{gridId}.get.respones is not known');
  expect(faults).toContain('paths./grids/{gridId}.get.responses is missing');
  expect(faults).toContain('operationId getGrids is there twice');
  expect(faults).toContain('/grids/{gridId} get does not declare gridId');
});

test('it has every method of every route, and the version of the package', () => {
  const table: readonly RouteSpec[] = Object.values(routes);
  const methods = table.flatMap((route) => Object.keys(route.methods));
  expect(operations).toHaveLength(methods.length);
  expect(apiVersion).toBe(manifest.version);
});

test('every operation but the public ones needs a token, and says what is answered without', () => {
  const open = operations.filter(({ security }) => security.length === 0);
  expect(open.map(({ operationId }) => operationId).sort()).toEqual([
    'getDocs',
    'getHealthLive',
    'getHealthReady',
    'getOpenapi',
  ]);
  const schemes = Object.keys(document.components.securitySchemes);
  for (const { security, responses } of operations) {
    if (security.length === 0) continue;
    expect(security.map((scheme) => Object.keys(scheme))).toEqual([schemes]);
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(['401', '403', '404']));
  }
});

describe('the schemas', () => {
  test.each(Object.keys(document.components.schemas))(
    '%s is one, and all it has is described',
    (name) => {
      const schema = document.components.schemas[name] ?? {};
      expect(() => new Ajv2020({ strict: false }).compile(resolved(schema))).not.toThrow();
      expect(undescribed(schema, name)).toEqual([]);
    },
  );

  test.each(operations.filter(({ requestBody }) => requestBody))(
    'the examples of $operationId are valid',
    ({ requestBody }) => {
      const { schema, examples = {} } = requestBody?.content['application/json'] ?? { schema: {} };
      const isValid = new Ajv2020({ strict: false }).compile(resolved(schema));
      expect(Object.keys(examples).length).toBeGreaterThan(0);
      for (const { value } of Object.values(examples))
        expect([isValid(value), isValid.errors]).toEqual([true, null]);
    },
  );
});

/** A schema that can stand alone: references point into itself. */
function resolved(schema: object): object {
  return { ...schema, components: document.components };
}

/** The fields within a schema that have no words, as paths. */
function undescribed(schema: object, path: string): readonly string[] {
  const { properties = {}, items }: { properties?: Record<string, object>; items?: object } =
    schema;
  const inner = Object.entries(properties).flatMap(([name, property]) => [
    ...('description' in property || '$ref' in property ? [] : [`${path}.${name}`]),
    ...undescribed(property, `${path}.${name}`),
  ]);
  return items === undefined ? inner : [...inner, ...undescribed(items, `${path}[]`)];
}
