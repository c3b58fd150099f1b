import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { migrationOf, readMigrations, sqlMigrationsFolder } from '../../infra/migrationFiles.ts';

let directory: string;
const folder = () => pathToFileURL(`${directory}/`);
const write = (...names: string[]) => {
  for (const name of names) writeFileSync(join(directory, name), `SELECT '${name}';`);
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mini-smart-grid-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('migration files', () => {
  test('are read in the order of their numbers', async () => {
    write('0002-second.sql', '0001-first.sql');
    const migrations = await readMigrations(folder());
    expect(migrations.map(({ version, name }) => [version, name])).toEqual([
      [1, '0001-first.sql'],
      [2, '0002-second.sql'],
    ]);
    expect(new Set(migrations.map(({ checksum }) => checksum)).size).toBe(2);
  });

  test.each([
    ['a gap', ['0001-a.sql', '0003-c.sql']],
    ['two of a number', ['0001-a.sql', '0001-b.sql']],
    ['a start that is not 1', ['0002-b.sql']],
    ['a name that is none', ['0001-a.sql', 'later.sql']],
    ['another kind of file', ['0001-a.sql', '0002-b.txt']],
  ])('%s is refused', async (_what, names) => {
    write(...names);
    await expect(readMigrations(folder())).rejects.toThrow('in sequence');
  });

  test('are cut at lines that say GO, and at no other GO', () => {
    const text = "SELECT 'GO';\nGO\n-- GO on\nSELECT 2;\n  go  \n\nGO\nSELECT 'a\nGOOD';\n";
    expect(migrationOf(1, 'x', text).batches).toEqual([
      "SELECT 'GO';\n",
      '\n-- GO on\nSELECT 2;\n',
      "\nSELECT 'a\nGOOD';\n",
    ]);
  });

  test('have a checksum of every character, but not of line ends', () => {
    const of = (text: string) => migrationOf(1, 'x', text).checksum;
    expect(of('SELECT 1;\r\n')).toBe(of('SELECT 1;\n'));
    expect(of('SELECT 1;\n')).not.toBe(of('SELECT 2;\n'));
    expect(of('SELECT 1;\n')).toMatch(/^[0-9a-f]{64}$/);
  });

  test('of Prosumer Info keep to what every server accepts, and personal data to one table', async () => {
    const migrations = await readMigrations(sqlMigrationsFolder);
    const text = migrations.flatMap(({ batches }) => batches).join('\n');
    const code = text.replaceAll(/--.*$/gm, '');
    expect(code).not.toMatch(/\bMERGE\b|CREATE OR ALTER|\+=|\bLEDGER\b|SYSTEM_VERSIONING|DECIMAL/i);
    const tables = code.split(/(?=CREATE TABLE)/).filter((part) => part.startsWith('CREATE'));
    const personal = tables.filter((table) => /\b(?:name|address) NVARCHAR/.test(table));
    expect(personal.map((table) => /CREATE TABLE (\w+)/.exec(table)?.[1])).toEqual(['prosumers']);
  });
});
