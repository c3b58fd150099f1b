import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readBicepFiles } from './bicepFile.ts';

const root = new URL('../../', import.meta.url).pathname;
const adminId = '11111111-1111-4111-8111-111111111111';
const outputs = {
  functionAppName: 'func-x',
  apiUrl: 'https://func-x.azurewebsites.net/api',
  sqlServerHostName: 'sql-x.database.windows.net',
  sqlServerName: 'sql-x',
  sqlDatabaseName: 'prosumer-info',
  identityName: 'id-x',
  identityClientId: '00112233-4455-6677-8899-aabbccddeeff',
};

let directory: string;
let log: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mini-smart-grid-deploy-'));
  log = join(directory, 'calls');
  writeFileSync(log, '');
  writeFileSync(join(directory, 'outputs.json'), JSON.stringify(wrapped(outputs)));
  standIn('az', azScript);
  // Its build leaves the folder that is packed, as the real one does.
  standIn('npm', 'if [ "$*" = "run build" ]; then mkdir -p dist; fi');
  standIn('sleep', '');
  standIn('zip', 'touch "$3"');
  standIn(
    'curl',
    `case "$*" in *ipify*) echo 203.0.113.7 ;; *write-out*) printf "\${STATUS:-200}" ;; esac`,
  );
  // Only what touches the database is kept from running.
  standIn(
    'node',
    `case "$*" in *infra/*) exit "\${NODE_CODE:-0}" ;; *) exec '${process.execPath}' "$@" ;; esac`,
  );
});

afterEach(() => rmSync(directory, { recursive: true }));

describe('infra/deploy.sh', () => {
  const required = ['--group', 'rg', '--environment', 'test'];

  test('makes the group, the resources, the schema, the user and the code, in this order', async () => {
    const { code, output } = await run('infra/deploy.sh', required);
    expect({ code, output }).toMatchObject({ code: 0 });
    const steps = [
      'az group create --name rg',
      'az deployment group create --resource-group rg',
      'az sql server firewall-rule create --resource-group rg --server sql-x',
      'infra/migrate.ts',
      'infra/grantDatabaseUser.ts id-x 00112233-4455-6677-8899-aabbccddeeff',
      'npm run build',
      'az functionapp deployment source config-zip --resource-group rg --name func-x',
      '/health/ready',
      'az sql server firewall-rule delete',
    ];
    expect(positions(steps)).toEqual(positions(steps).toSorted((a, b) => a - b));
    expect(positions(steps)).not.toContain(-1);
    expect(output).toContain('It is.\n\nThe API: https://func-x.azurewebsites.net/api');
  });

  test('gives the template parameters that it has, and lets only this machine in', async () => {
    await run('infra/deploy.sh', [...required, '--parameter', 'sqlCompute=S1']);
    const call = calls().find((line) => line.startsWith('az deployment group create')) ?? '';
    const given = [...call.matchAll(/ (\w+)=/g)].map(([, name = '']) => name);
    const main = (await readBicepFiles()).find(({ path }) => path === 'main.bicep');
    const known = main?.parameters.map(({ name }) => name) ?? [];
    expect(given.filter((name) => !known.includes(name))).toEqual([]);
    const needed = main?.parameters.filter(({ value }) => value === undefined) ?? [];
    expect(given).toEqual(expect.arrayContaining(needed.map(({ name }) => name)));
    expect(call).toContain('allowedAddresses=["203.0.113.7/32"]');
    expect(call).toContain(`sqlAdministratorObjectId=${adminId}`);
    expect(call).toContain('sqlCompute=S1');
  });

  test('asks for outputs that the template has', async () => {
    const main = (await readBicepFiles()).find(({ path }) => path === 'main.bicep');
    const script = readFileSync(join(root, 'infra/deploy.sh'), 'utf8');
    const asked = [...script.matchAll(/\$\(output (\w+)\)/g)].map(([, name = '']) => name);
    const there = main?.outputs.map(({ name }) => name).toSorted();
    expect([...new Set(asked)].toSorted()).toEqual(there);
    expect(Object.keys(outputs).toSorted()).toEqual(there);
  });

  test('with --what-if changes nothing', async () => {
    const { code } = await run('infra/deploy.sh', [...required, '--what-if'], { GROUP: 'true' });
    expect(code).toBe(0);
    expect(calls().some((line) => line.includes('deployment group what-if'))).toBe(true);
    expect(calls().filter((line) => /\b(create|delete|config-zip)\b/.test(line))).toEqual([]);
  });

  test('lets nobody else through the firewall, and shuts it when a migration fails', async () => {
    const { code } = await run('infra/deploy.sh', required, { NODE_CODE: '1' });
    expect(code).not.toBe(0);
    const opened = calls().filter((line) => line.includes('firewall-rule create'));
    expect(opened).toHaveLength(1);
    expect(opened[0]).toContain('--start-ip-address 203.0.113.7 --end-ip-address 203.0.113.7');
    const rule = /--name (\S+)/.exec(opened[0] ?? '')?.[1] ?? 'none';
    expect(calls().some((l) => l.includes('firewall-rule delete') && l.includes(rule))).toBe(true);
    expect(calls().some((line) => line.includes('config-zip'))).toBe(false);
  });

  test('leaves a group that is there, and skips the database where it is told to', async () => {
    const options = [...required, '--skip-database', '--allow', '198.51.100.0/24'];
    const { code } = await run('infra/deploy.sh', options, { GROUP: 'true' });
    expect(code).toBe(0);
    expect(calls().filter((l) => /group create --name|firewall|migrate|ipify/.test(l))).toEqual([]);
    expect(calls().join('\n')).toContain('allowedAddresses=["198.51.100.0/24"]');
  });

  test('fails when the app does not become ready, and asks nobody who would not answer', async () => {
    const { code, output } = await run('infra/deploy.sh', required, { STATUS: '503' });
    expect(code).not.toBe(0);
    expect(output).toContain('does not become ready');
    const options = [...required, '--allow', '198.51.100.0/24'];
    const other = await run('infra/deploy.sh', options, { STATUS: '403' });
    expect(other.code).toBe(0);
    expect(other.output).toContain('Not asked');
  });

  test.each([
    [[], 'Usage'],
    [['--group', 'rg', '--environment', 'no spaces please'], '2 to 12 letters'],
    [['--group', 'rg', '--environment', 'x1', '--frobnicate'], 'unknown option'],
    [['--group', 'rg', '--environment', 'x1', '--sql-admin', 'me'], 'NAME ID TYPE'],
  ])('refuses %j', async (options, words) => {
    const { code, output } = await run('infra/deploy.sh', options);
    expect(code).not.toBe(0);
    expect(output).toContain(words);
    expect(calls().filter((line) => line.startsWith('az'))).toEqual([]);
  });

  test('asks a service principal who administers SQL', async () => {
    const { code, output } = await run('infra/deploy.sh', required, {
      USER_TYPE: 'servicePrincipal',
    });
    expect(code).not.toBe(0);
    expect(output).toContain('--sql-admin');
  });
});

describe('infra/tearDown.sh', () => {
  test('deletes a group of its own', async () => {
    const { code } = await run('infra/tearDown.sh', ['--group', 'rg', '--yes'], { GROUP: 'true' });
    expect(code).toBe(0);
    expect(calls()).toContain('az group delete --name rg --yes');
  });

  test('asks first', async () => {
    const { code } = await run('infra/tearDown.sh', ['--group', 'rg'], { GROUP: 'true' });
    expect(code).not.toBe(0);
    expect(calls().some((line) => line.includes('group delete'))).toBe(false);
  });

  test('leaves a group that is not its own', async () => {
    const environment = { GROUP: 'true', TAG: 'something-else' };
    const { code, output } = await run(
      'infra/tearDown.sh',
      ['--group', 'rg', '--yes'],
      environment,
    );
    expect(code).not.toBe(0);
    expect(output).toContain('tag');
    expect(calls().some((line) => line.includes('group delete'))).toBe(false);
  });

  test('has nothing to do where there is no group', async () => {
    const { code, output } = await run('infra/tearDown.sh', ['--group', 'rg', '--yes']);
    expect(code).toBe(0);
    expect(output).toContain('nothing to do');
  });
});

/** Stands in for the Azure CLI: says what the scripts ask for, and does nothing. */
const azScript = `
case "$*" in
  *'--query user.type'*) echo "\${USER_TYPE:-user}" ;;
  *'--query userPrincipalName'*) echo admin@example.org ;;
  *'signed-in-user show --query id'*) echo ${adminId} ;;
  'group exists'*) echo "\${GROUP:-false}" ;;
  *'--query tags.application'*) echo "\${TAG:-mini-smart-grid}" ;;
  'deployment group create'*) cat "$STAND_INS/outputs.json" ;;
esac`;

function standIn(name: string, script: string): void {
  const path = join(directory, name);
  writeFileSync(path, `#!/bin/sh\nprintf '%s\\n' "${name} $*" >> "$STAND_INS/calls"\n${script}\n`);
  chmodSync(path, 0o755);
}

function run(
  script: string,
  options: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly output: string }> {
  const env = {
    ...environment,
    PATH: `${directory}:/usr/bin:/bin`,
    STAND_INS: directory,
    TMPDIR: directory,
  };
  return new Promise((resolve) => {
    const child = execFile(join(root, script), [...options], { env }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code ?? 1);
      resolve({ code, output: `${stdout}${stderr}` });
    });
    child.stdin?.end();
  });
}

function calls(): readonly string[] {
  return existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
}

function positions(steps: readonly string[]): number[] {
  return steps.map((step) => calls().findIndex((line) => line.includes(step)));
}

function wrapped(values: Readonly<Record<string, string>>) {
  const entries = Object.entries(values).map(([name, value]) => [name, { type: 'String', value }]);
  return Object.fromEntries(entries);
}
