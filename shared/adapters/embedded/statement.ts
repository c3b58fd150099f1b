import type { DatabaseSync, SQLInputValue } from 'node:sqlite';

/** A prepared statement whose rows have the shape that its SQL gives them. */
export type Statement<Row> = {
  get(...values: readonly SQLInputValue[]): Row | undefined;
  all(...values: readonly SQLInputValue[]): readonly Row[];
  iterate(...values: readonly SQLInputValue[]): Iterable<Row>;
};

/** A prepared statement that writes, and answers how many rows it wrote. */
export type WriteStatement = { run(...values: readonly SQLInputValue[]): { changes: number } };

/** Prepares a query. Here, and only here, rows get a type: the SQL and the STRICT tables vouch for it. */
export function query<Row>(db: DatabaseSync, sql: string): Statement<Row> {
  return db.prepare(sql) as unknown as Statement<Row>;
}

/** Prepares a query whose rows are tuples: some three times as fast where there are many. */
export function tupleQuery<Row extends readonly unknown[]>(
  db: DatabaseSync,
  sql: string,
): Statement<Row> {
  const statement = db.prepare(sql);
  statement.setReturnArrays(true);
  return statement as unknown as Statement<Row>;
}

/** Prepares a query whose integers are all bigints, for rows that hold money. */
export function bigintQuery<Row>(db: DatabaseSync, sql: string): Statement<Row> {
  const statement = db.prepare(sql);
  statement.setReadBigInts(true);
  return statement as unknown as Statement<Row>;
}

/** Prepares an INSERT, UPDATE or DELETE. */
export function write(db: DatabaseSync, sql: string): WriteStatement {
  return db.prepare(sql) as unknown as WriteStatement;
}
