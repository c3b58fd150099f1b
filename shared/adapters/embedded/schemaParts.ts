/** A column of a safe integer of 0 or more. */
export const safe = (column: string) =>
  `${column} INTEGER NOT NULL CHECK (${column} BETWEEN 0 AND 9007199254740991)`;

/** A column of an integer above 0. */
export const positive = (column: string) => `${column} INTEGER NOT NULL CHECK (${column} > 0)`;

/** A column of an integer of 0 or more, 0 where it is not said. */
export const notNegative = (column: string) =>
  `${column} INTEGER NOT NULL DEFAULT 0 CHECK (${column} >= 0)`;

/** A column of any integer. */
export const anySign = (column: string) => `${column} INTEGER NOT NULL`;

/** A column of one of these words. */
export const oneOf = (column: string, ...values: readonly string[]) =>
  `${column} TEXT NOT NULL CHECK (${column} IN (${values.map((value) => `'${value}'`).join(', ')}))`;

/** The triggers that keep what is in a table from being changed or deleted. */
export const appendOnly = (table: string) =>
  ['UPDATE', 'DELETE']
    .map(
      (change) => `
  CREATE TRIGGER ${table}NoMore${change} BEFORE ${change} ON ${table}
  BEGIN SELECT RAISE(ABORT, '${table} are only ever added to'); END;`,
    )
    .join('');
