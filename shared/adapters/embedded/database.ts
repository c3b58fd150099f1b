import { DatabaseSync } from 'node:sqlite';

const busyTimeoutMs = 10_000;
const cacheKib = 65_536;
const checkpointPages = 4_000;
const journalBytesMax = 64 * 1024 * 1024;
const walAttemptsMax = 200;
const walRetryMs = 25;
const sqliteBusy = 5;

/** A database file that cannot be used: damaged, not writable, or of a newer version. */
export class DatabaseFileError extends Error {
  override readonly name = 'DatabaseFileError';
}

/**
 * Opens a database file and brings its schema up to date. A commit is on disk when it answers.
 * `schema` holds the migrations in order; those that the file has seen are not run again.
 * Throws DatabaseFileError, which names the file.
 */
export function openDatabase(file: string, schema: readonly string[]): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file, { timeout: busyTimeoutMs });
    configure(db);
    migrate(db, schema);
    return db;
  } catch (cause) {
    db?.close();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DatabaseFileError(`the database ${file} cannot be used: ${reason}`, { cause });
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

function configure(db: DatabaseSync): void {
  useWriteAheadLog(db);
  db.exec(`
    PRAGMA synchronous = FULL;
    PRAGMA cache_size = -${cacheKib};
    PRAGMA wal_autocheckpoint = ${checkpointPages};
    PRAGMA journal_size_limit = ${journalBytesMax};
  `);
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
  return error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy;
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
