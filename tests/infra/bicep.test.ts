import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  at,
  type BicepFile,
  type BicepValue,
  bicepParser,
  type Declaration,
  Expression,
  named,
  parseBicep,
  readBicepFiles,
} from './bicepFile.ts';

let files: readonly BicepFile[];

beforeAll(async () => {
  files = await readBicepFiles();
});

test('every file parses', () => {
  expect(files.length).toBeGreaterThan(5);
  expect(files.flatMap(({ faults }) => faults)).toEqual([]);
});

test('a fault of syntax would be found', async () => {
  const parser = await bicepParser();
  expect(parseBicep(parser, 'x.bicep', 'param x = = 3\n').faults).not.toEqual([]);
});

test('every parameter and every output says what it is', () => {
  const undescribed = files.flatMap(({ path, parameters, outputs }) =>
    [...parameters, ...outputs]
      .filter(({ decorators }) => !isSentence(decorators.get('description')?.[0]))
      .map(({ name }) => `${path}: ${name}`),
  );
  expect(undescribed).toEqual([]);
});

test('parameters and variables are used', () => {
  const unused = files.flatMap(({ path, source, parameters, variables }) =>
    [...parameters, ...variables]
      .filter(({ name }) => [...source.matchAll(new RegExp(`\\b${name}\\b`, 'g'))].length < 2)
      .map(({ name }) => `${path}: ${name}`),
  );
  expect(unused).toEqual([]);
});

describe('modules', () => {
  test('are given what they ask for and nothing else', () => {
    const faults = files.flatMap((file) =>
      file.modules.flatMap((module) => {
        const target = fileOf(module.target);
        const given = Object.keys(objectAt(module.body, 'params'));
        const known = target.parameters.map(({ name }) => name);
        const required = target.parameters.filter((p) => p.value === undefined).map((p) => p.name);
        return [
          ...given.filter((name) => !known.includes(name)).map((n) => `${module.name}: no ${n}`),
          ...required.filter((name) => !given.includes(name)).map((n) => `${module.name}: ${n}?`),
        ];
      }),
    );
    expect(faults).toEqual([]);
  });

  test('give every output that is asked of them', () => {
    const asked = files.flatMap((file) =>
      [...file.source.matchAll(/\b(\w+)!?\.outputs\.(\w+)/g)].map(
        ([, module = '', output = '']) => {
          const use = file.modules.find(({ name }) => name === module);
          const outputs = use === undefined ? [] : fileOf(use.target).outputs;
          return { asked: `${module}.${output}`, isThere: outputs.some((o) => o.name === output) };
        },
      ),
    );
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.filter(({ isThere }) => !isThere)).toEqual([]);
  });

  test('that are there are used', () => {
    const used = new Set(files.flatMap(({ modules }) => modules.map(({ target }) => target)));
    const unused = files.filter(({ path }) => path !== 'main.bicep' && !used.has(path));
    expect(unused.map(({ path }) => path)).toEqual([]);
  });
});

describe('secrets', () => {
  test('no file asks Azure for a key', () => {
    const asking = files.filter(({ source }) =>
      /\blist(Keys|Secrets|AccountSas|ServiceSas)\b|\.listKeys\(/i.test(source),
    );
    expect(asking.map(({ path }) => path)).toEqual([]);
  });

  test('no output is or is named like one', () => {
    const suspicious = files.flatMap(({ path, outputs }) =>
      outputs
        .filter(({ name, value }) => /secret|password|key$|token/i.test(`${name} ${textOf(value)}`))
        .map(({ name }) => `${path}: ${name}`),
    );
    expect(suspicious).toEqual([]);
    const main = fileOf('main.bicep');
    expect(main.outputs.filter((o) => /connectionString/i.test(textOf(o.value)))).toEqual([]);
  });

  test('no default of a parameter is a credential', () => {
    const defaults = files.flatMap(({ parameters }) =>
      parameters.map(({ value }) => textOf(value)),
    );
    expect(defaults.filter((text) => /AccountKey=|SharedAccessKey=|Password=/i.test(text))).toEqual(
      [],
    );
  });

  test.each([
    ['modules/storage.bicep', 'account', ['properties', 'allowSharedKeyAccess'], false],
    ['modules/storage.bicep', 'account', ['properties', 'allowBlobPublicAccess'], false],
    ['modules/storage.bicep', 'account', ['properties', 'supportsHttpsTrafficOnly'], true],
    ['modules/documents.bicep', 'account', ['properties', 'allowSharedKeyAccess'], false],
    ['modules/documents.bicep', 'account', ['properties', 'allowBlobPublicAccess'], false],
    ['modules/documents.bicep', 'account', ['properties', 'supportsHttpsTrafficOnly'], true],
    ['modules/documents.bicep', 'documents', ['properties', 'publicAccess'], 'None'],
    ['modules/documents.bicep', 'writtenOnce', ['properties', 'allowProtectedAppendWrites'], false],
    ['modules/cosmos.bicep', 'account', ['properties', 'disableLocalAuth'], true],
    ['modules/serviceBus.bicep', 'namespace', ['properties', 'disableLocalAuth'], true],
    [
      'modules/sql.bicep',
      'server',
      ['properties', 'administrators', 'azureADOnlyAuthentication'],
      true,
    ],
    ['modules/monitoring.bicep', 'applicationInsights', ['properties', 'DisableLocalAuth'], true],
    ['modules/keyVault.bicep', 'vault', ['properties', 'enableRbacAuthorization'], true],
    ['modules/functionApp.bicep', 'app', ['properties', 'httpsOnly'], true],
    ['modules/functionApp.bicep', 'noFtp', ['properties', 'allow'], false],
    ['modules/functionApp.bicep', 'noScmPassword', ['properties', 'allow'], false],
  ] as const)('%s: %s %j is %s', (path, resource, where, value) => {
    expect(at(resourceOf(path, resource).body, ...where)).toBe(value);
  });
});

test('the identity has these roles and no others', () => {
  const roles = files.flatMap(({ path, variables }) =>
    variables
      .filter(({ name }) => name.endsWith('RoleId'))
      .map(({ name, value }) => `${path} ${name} ${textOf(value)}`),
  );
  expect(roles).toEqual([
    'modules/cosmos.bicep dataContributorRoleId 00000000-0000-0000-0000-000000000002',
    'modules/documents.bicep blobDataContributorRoleId ba92f5b4-2d11-453d-a403-e96b0029c9fe',
    'modules/keyVault.bicep secretsUserRoleId 4633458b-17de-408a-b874-0445c86b69e6',
    'modules/monitoring.bicep metricsPublisherRoleId 3913510d-42f4-4e42-8a64-420c390055eb',
    'modules/serviceBus.bicep dataSenderRoleId 69a216fc-b8fb-44d8-bc22-1f3c2cd27a39',
    'modules/serviceBus.bicep dataReceiverRoleId 4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0',
    'modules/storage.bicep blobDataOwnerRoleId b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
  ]);
  const assignments = files.flatMap(({ resources }) =>
    resources.filter(({ target }) => /roleAssignments@/i.test(target)),
  );
  expect(assignments).toHaveLength(7);
  for (const { target, body } of assignments) {
    const isInResource = target.startsWith('Microsoft.DocumentDB/') || 'scope' in body;
    expect(isInResource).toBe(true);
  }
});

test('documents can be neither changed nor deleted for as long as is said', () => {
  const policy = resourceOf('modules/documents.bicep', 'writtenOnce');
  expect(policy.target).toContain('/containers/immutabilityPolicies@');
  expect(textOf(at(policy.body, 'parent'))).toBe('documents');
  const days = at(policy.body, 'properties', 'immutabilityPeriodSinceCreationInDays');
  expect(textOf(days)).toBe('retentionDays');
  const { value } = named(fileOf('main.bicep').parameters, 'documentsRetentionDays');
  expect(Number(value)).toBeGreaterThanOrEqual(3650);
  // Of the container alone: nothing else of the account is the app's to use.
  const role = resourceOf('modules/documents.bicep', 'useDocuments');
  expect(textOf(at(role.body, 'scope'))).toBe('documents');
});

test('everything that logs is told where to', () => {
  const told = files.filter(({ source }) =>
    source.includes('Microsoft.Insights/diagnosticSettings@'),
  );
  expect(told.map(({ path }) => path)).toEqual([
    'modules/cosmos.bicep',
    'modules/documents.bicep',
    'modules/functionApp.bicep',
    'modules/keyVault.bicep',
    'modules/serviceBus.bicep',
    'modules/sql.bicep',
    'modules/storage.bicep',
  ]);
});

test('alerts look at what the app logs', async () => {
  const alerts = fileOf('modules/alerts.bicep').source;
  const names = [
    'dead-letters',
    'messages-waiting',
    'closing-failed',
    'closing-late',
    'timer-silent',
    'invariant-broken',
  ];
  for (const name of names) expect(alerts).toContain(`name: '${name}'`);
  const { AssertionError } = await import('../../shared/domain/assert.ts');
  expect(alerts).toContain(`"${new AssertionError('').name}"`);
  // `substring(message, 17)` must be where the fields begin.
  const { contextLog } = await import('../../functions/contextLog.ts');
  const lines: string[] = [];
  const keep = (line: string) => void lines.push(line);
  contextLog({ info: keep, warn: keep, error: keep }).info('Timeframe closed', { timeframe: 'x' });
  expect(JSON.parse(lines[0]?.slice(17) ?? '')).toEqual({ timeframe: 'x' });
});

function fileOf(path: string): BicepFile {
  const found = files.find((file) => file.path === path);
  if (found === undefined) throw new Error(`there is no ${path}`);
  return found;
}

function resourceOf(path: string, name: string) {
  const found = fileOf(path).resources.find((resource) => resource.name === name);
  if (found === undefined) throw new Error(`${path} has no resource ${name}`);
  return found;
}

function objectAt(value: BicepValue, key: string): object {
  const found = at(value, key);
  if (typeof found !== 'object' || found === null) throw new Error(`${key} is no object`);
  return found;
}

function isSentence(text: BicepValue | undefined): boolean {
  return typeof text === 'string' && /^[A-Z0-9].{8,}\.$/s.test(text);
}

function textOf(value: Declaration['value']): string {
  if (value instanceof Expression) return value.text;
  return typeof value === 'string' ? value : JSON.stringify(value ?? '');
}
