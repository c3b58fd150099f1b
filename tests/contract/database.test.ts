import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { systemClock } from '../../shared/adapters/clock.ts';
import {
  DatabaseFileError,
  openDatabase,
  requireSound,
  transaction,
} from '../../shared/adapters/embedded/database.ts';
import { openEmbedded } from '../../shared/adapters/embedded/openEmbedded.ts';
import { isTransient } from '../../shared/adapters/isTransient.ts';

let directory: string;
let file: string;
let databases: DatabaseSync[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mini-smart-grid-'));
  file = join(directory, 'some.db');
  databases = [];
});

afterEach(() => {
  for (const db of databases) db.close();
  rmSync(directory, { recursive: true });
});

const first = 'CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT) STRICT';
const second = `ALTER TABLE things ADD COLUMN size INTEGER;
  INSERT INTO things (name, size) VALUES ('one', 1)`;

function open(schema: readonly string[]): DatabaseSync {
  const db = openDatabase(file, schema);
  databases.push(db);
  return db;
}

function namesIn(db: DatabaseSync): unknown[] {
  return db
    .prepare('SELECT name FROM things ORDER BY id')
    .all()
    .map((row) => row['name']);
}

test('a commit is on disk when it answers', () => {
  const db = open([first]);
  expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
  expect(db.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
  expect(db.prepare('PRAGMA foreign_keys').get()).toEqual({ foreign_keys: 1 });
});

test('migrations run in order, each once', () => {
  expect(namesIn(open([first]))).toEqual([]);
  expect(namesIn(open([first, second]))).toEqual(['one']);
  expect(namesIn(open([first, second]))).toEqual(['one']);
});

test('a migration that fails leaves the file at the version before', () => {
  open([first]);
  const broken = [first, second, 'CREATE TABLE things (id INTEGER)'];
  expect(() => openDatabase(file, broken)).toThrow(DatabaseFileError);
  expect(namesIn(open([first]))).toEqual([]);
});

test('a file of a newer program is refused, by name, and left alone', () => {
  open([first, second]);
  expect(() => openDatabase(file, [first])).toThrow(
    `the database ${file} cannot be used: its schema is version 2, this program knows 1`,
  );
  expect(namesIn(open([first, second]))).toEqual(['one']);
});

test('a file that is no database is refused, by name', () => {
  writeFileSync(file, 'no database at all, but long enough to look for a header in'.repeat(20));
  expect(() => openDatabase(file, [first])).toThrow(DatabaseFileError);
  expect(() => openDatabase(file, [first])).toThrow(
    `${file} cannot be used: file is not a database`,
  );
});

test('a file that cannot be opened is refused, by name', () => {
  mkdirSync(file);
  expect(() => openDatabase(file, [first])).toThrow(`${file} cannot be used: unable to open`);
});

test('a transaction that throws leaves nothing and passes the error on', () => {
  const db = open([first]);
  const failure = new Error('in the middle');
  const attempt = () =>
    transaction(db, () => {
      db.exec(`INSERT INTO things (name) VALUES ('lost')`);
      throw failure;
    });
  expect(attempt).toThrow(failure);
  expect(namesIn(db)).toEqual([]);
  expect(transaction(db, () => 'value')).toBe('value');
});

test('a data directory is made where there is none', () => {
  const deep = join(directory, 'a', 'b');
  const embedded = openEmbedded(deep, { clock: systemClock() });
  embedded.close();
  embedded.close();
});

test('when one file cannot be used, the others are closed again', () => {
  mkdirSync(join(directory, 'queues.db'));
  const attempt = () => openEmbedded(directory, { clock: systemClock() });
  expect(attempt).toThrow(join(directory, 'queues.db'));
  // The last connection to close takes the log away; it would be there if one were open still.
  expect(() => rmSync(join(directory, 'smartGridInfo.db-wal'))).toThrow('ENOENT');
});

test('every table is STRICT, so that a sum beyond 64 bits cannot become a float', () => {
  openEmbedded(directory, { clock: systemClock() }).close();
  for (const name of ['smartGridInfo', 'prosumerInfo', 'traderInfo', 'queues']) {
    const db = new DatabaseSync(join(directory, `${name}.db`));
    databases.push(db);
    const tables = db.prepare('PRAGMA table_list').all();
    const own = tables.filter((table) => !String(table['name']).startsWith('sqlite_'));
    expect(own.length).toBeGreaterThan(0);
    expect(own.filter((table) => table['strict'] !== 1)).toEqual([]);
  }
});

test('a full, a read-only and a damaged file are what passes; a statement that is wrong is not', () => {
  const db = open([first]);
  db.exec('PRAGMA max_page_count = 3');
  const thrownBy = (work: () => void): unknown => {
    try {
      work();
    } catch (error) {
      return error;
    }
    throw new Error('nothing was thrown');
  };
  const full = thrownBy(() =>
    transaction(db, () => db.exec('INSERT INTO things (name) VALUES (hex(randomblob(9000)))')),
  );
  expect(full).toMatchObject({ errcode: 13 });
  expect(namesIn(db)).toEqual([]);
  const readOnly = new DatabaseSync(file, { readOnly: true });
  databases.push(readOnly);
  const unwritable = thrownBy(() => readOnly.exec('DELETE FROM things'));
  expect(unwritable).toMatchObject({ errcode: 8 });
  writeFileSync(join(directory, 'other.db'), 'no database at all, but long enough'.repeat(40));
  const unreadable = thrownBy(() => openDatabase(join(directory, 'other.db'), [first]));
  const wrong = thrownBy(() => db.exec('SELECT nothing FROM nowhere'));
  const failures = [full, unwritable, unreadable, wrong];
  expect(failures.map(isTransient)).toEqual([true, true, true, false]);
});

test('a page of garbage is found by looking at the whole file, and named', () => {
  const db = open([first]);
  db.exec("INSERT INTO things (name) VALUES ('one'); PRAGMA wal_checkpoint(TRUNCATE)");
  requireSound(file, db);
  db.close();
  databases = [];
  const content = readFileSync(file);
  content.fill('x', 4_096);
  writeFileSync(file, content);
  const damaged = open([first]);
  expect(() => requireSound(file, damaged)).toThrow(DatabaseFileError);
  expect(() => requireSound(file, damaged)).toThrow(`the database ${file} is damaged: `);
});

test('a disk that is full is told from a name that is too long', () => {
  const failure = (code: string) => Object.assign(new Error(code), { code, syscall: 'write' });
  expect(isTransient(failure('ENOSPC'))).toBe(true);
  expect(isTransient(failure('EROFS'))).toBe(true);
  expect(isTransient(failure('ENAMETOOLONG'))).toBe(false);
});
