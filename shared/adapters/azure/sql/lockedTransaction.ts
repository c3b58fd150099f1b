import { lockNotGrantedNumber } from './recordStatement.ts';
import type { SqlParameters } from './sqlDatabase.ts';
import { rowsParameter } from './sqlParameters.ts';

type Transaction = {
  /** `Shared` for what only reads, but must read one state. */
  readonly mode: 'Exclusive' | 'Shared';
  /** The variables of the other two parts. */
  readonly declarations?: string;
  readonly work: string;
  /** What is selected once the work is committed. */
  readonly answer?: string;
};

/** Shorter than a request may take, so that the server and not the driver gives up. */
const lockTimeoutMs = 10_000;

/**
 * A statement that is one transaction, under locks of the application: its parameter `locks` names
 * them. Whoever needs several takes them in one order, so that none waits for another in a circle.
 *
 * Kept to what SQL Server, Azure SQL and Babelfish all accept.
 */
export function lockedTransaction({ mode, declarations, work, answer }: Transaction): string {
  return `
SET NOCOUNT ON;
SET XACT_ABORT ON;
SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
DECLARE @granted INT, @lock NVARCHAR(255);
${declarations ?? ''}

BEGIN TRANSACTION;

SELECT @lock = MIN(name COLLATE Latin1_General_BIN2)
FROM OPENJSON(@locks) WITH (name NVARCHAR(255) '$');
WHILE @lock IS NOT NULL
BEGIN
  EXEC @granted = sp_getapplock @Resource = @lock, @LockMode = '${mode}',
    @LockOwner = 'Transaction', @LockTimeout = ${lockTimeoutMs};
  IF @granted < 0
    THROW ${lockNotGrantedNumber}, 'Others have been at work on the same for too long.', 1;
  SELECT @lock = MIN(name COLLATE Latin1_General_BIN2)
  FROM OPENJSON(@locks) WITH (name NVARCHAR(255) '$')
  WHERE name COLLATE Latin1_General_BIN2 > @lock COLLATE Latin1_General_BIN2;
END

${work}

COMMIT TRANSACTION;
${answer ?? ''}`;
}

/** The lock under which everything of a grid is written that a billing run reads. */
export function ledgerLock(gridId: string): string {
  return `ledger:${gridId}`;
}

export function locksParameter(...names: readonly string[]): SqlParameters[string] {
  return rowsParameter([...new Set(names)]);
}
