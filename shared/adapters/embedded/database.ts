import { DatabaseSync } from 'node:sqlite';
import { types } from 'node:util';

const busyTimeoutMs = 10_000;
const cacheKib = 65_536;
const checkpointPages = 4_000;
const journalBytesMax = 64 * 1024 * 1024;
const walAttemptsMax = 200;
const walRetryMs = 25;
const sqliteBusy = 5;

const restore = 'restore the data directory from a backup';
const permit = 'let this user write to it and to its directory';
/** What to do, by the result code of SQLite. */
const remedies: ReadonlyMap<number | undefined, string> = new Map([
  [3, permit],
  [8, permit],
  [10, 'look after the disk'],
  [11, restore],
  [13, 'make room on the disk'],
  [14, permit],
  [26, restore],
]);

/**
 * What a commit survives when it has answered: the loss of power (`disk`), or only the end of its
 * process (`process`), which spares every wait for the disk: for tests and simulations.
 */
export type Durability = 'disk' | 'process';

/** A database file that cannot be used: damaged, not writable, or of a newer version. */
export class DatabaseFileError extends Error {
  override readonly name = 'DatabaseFileError';
}

/**
 * Opens a database file and brings its schema up to date. `schema` holds the migrations
 * in order; those that the file has seen are not run again. Throws DatabaseFileError, which names
 * the file.
 */
export function openDatabase(
  file: string,
  schema: readonly string[],
  durability: Durability = 'disk',
): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file, { timeout: busyTimeoutMs });
    configure(db, durability);
    migrate(db, schema);
    return db;
  } catch (cause) {
    db?.close();
    const reason = types.isNativeError(cause) ? cause.message : String(cause);
    const remedy = remedies.get(resultCodeOf(cause));
    const text = remedy === undefined ? reason : `${reason}; ${remedy}`;
    throw new DatabaseFileError(`the database ${file} cannot be used: ${text}`, { cause });
  }
}

/**
 * Throws DatabaseFileError where pages of a file are damaged. Reads all of it, some two seconds for a
 * gigabyte, and finds what was overwritten, but not each value that was changed to another valid one.
 */
export function requireSound(file: string, db: DatabaseSync): void {
  const [finding] = findingsIn(db);
  if (finding === 'ok') return;
  throw new DatabaseFileError(`the database ${file} is damaged: ${finding}; ${restore}`);
}

function findingsIn(db: DatabaseSync): readonly string[] {
  try {
    return db
      .prepare('PRAGMA quick_check(1)')
      .all()
      .map((row) => String(row['quick_check']));
  } catch (error) {
    // Some damage is told as a failure to read.
    if (remedies.get(resultCodeOf(error)) !== restore || !types.isNativeError(error)) throw error;
    return [error.message];
  }
}

/** Runs `work` in one write transaction: all of it is written, or, when it throws, nothing. */
export function transaction<Value>(db: DatabaseSync, work: () => Value): Value {
  return within(db, 'BEGIN IMMEDIATE', work);
}

/** Runs reads that must see one state of the database. */
export function readTransaction<Value>(db: DatabaseSync, work: () => Value): Value {
  return within(db, 'BEGIN', work);
}

function within<Value>(db: DatabaseSync, begin: string, work: () => Value): Value {
  db.exec(begin);
  try {
    const value = work();
    db.exec('COMMIT');
    return value;
  } catch (error) {
    // SQLite has rolled back by itself after a full disk or an I/O error.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function configure(db: DatabaseSync, durability: Durability): void {
  db.exec(`PRAGMA synchronous = ${durability === 'disk' ? 'FULL' : 'OFF'}`);
  useWriteAheadLog(db);
  db.exec(`
    PRAGMA cache_size = -${cacheKib};
    PRAGMA wal_autocheckpoint = ${checkpointPages};
    PRAGMA journal_size_limit = ${journalBytesMax};
  `);
  // What is deleted is gone from the file too, and not only out of reach.
  db.exec('PRAGMA secure_delete = ON');
}

/** The change to WAL needs the file for itself and does not wait: two first openers must retry. */
function useWriteAheadLog(db: DatabaseSync): void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      db.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (!isBusy(error) || attempt === walAttemptsMax) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, walRetryMs);
    }
  }
}

function isBusy(error: unknown): boolean {
  return resultCodeOf(error) === sqliteBusy;
}

/** The kind of a failure of SQLite: the low byte of its code. */
function resultCodeOf(error: unknown): number | undefined {
  if (!types.isNativeError(error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}

function migrate(db: DatabaseSync, schema: readonly string[]): void {
  transaction(db, () => {
    const row = db.prepare('PRAGMA user_version').get();
    const version = Number(row?.['user_version']);
    if (version > schema.length) {
      throw new Error(
        `its schema is version ${version}, this program knows ${schema.length}: use a newer program`,
      );
    }
    for (const script of schema.slice(version)) db.exec(script);
    if (version < schema.length) db.exec(`PRAGMA user_version = ${schema.length}`);
  });
}
