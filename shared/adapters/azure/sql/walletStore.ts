import { assert } from '../../../domain/assert.ts';
import type { KeyChain, WalletId } from '../../../domain/bitcoin.ts';
import type { WalletStore } from '../../../ports/walletStore.ts';
import { addEntries, auditParameters } from './auditEntries.ts';
import { lockedTransaction, locksParameter } from './lockedTransaction.ts';
import type { SqlDatabase, SqlParameters } from './sqlDatabase.ts';
import { idParameter, intParameter, longTextParameter, rowsParameter } from './sqlParameters.ts';

const purposeLengthMax = 200;

/** Wallets: each index belongs to one purpose, for good; nothing here is ever taken back. */
export function azureWalletStore(db: SqlDatabase): WalletStore {
  return {
    async allocate(walletId, keyChain, purposes, entry) {
      const distinct = [...new Set(purposes)];
      if (distinct.length === 0) return new Map();
      const { rows } = await db.query<{ n: number; keyIndex: number }>(allocateStatement, {
        ...chainOf(walletId, keyChain),
        locks: locksParameter(`wallet:${walletId}`),
        purposes: rowsParameter(distinct.map((purpose, n) => [n, purposeText(purpose)])),
        ...auditParameters(entry),
      });
      const indexes = new Map(rows.map(({ n, keyIndex }) => [n, keyIndex]));
      return new Map(
        distinct.map((purpose, n) => {
          const index = indexes.get(n);
          assert(index !== undefined, () => `${purpose} was given no index of ${walletId}`);
          return [purpose, index];
        }),
      );
    },
    async allocatedCount(walletId, keyChain) {
      const { rows } = await db.query<{ next: number }>(nextStatement, chainOf(walletId, keyChain));
      return rows[0]?.next ?? 0;
    },
    async cursor(walletId) {
      const { rows } = await db.query<{ position: string }>(
        'SELECT position FROM walletCursors WHERE walletId = @walletId',
        { walletId: idParameter(walletId) },
      );
      return rows[0]?.position;
    },
    async setCursor(walletId, cursor) {
      await db.query(setCursorStatement, {
        walletId: idParameter(walletId),
        position: longTextParameter(cursor),
      });
    },
  };
}

function chainOf(walletId: WalletId, keyChain: KeyChain): SqlParameters {
  return { walletId: idParameter(walletId), keyChain: intParameter(keyChain) };
}

/** The server takes texts that differ only in spaces at their end for the same: so none ends in one. */
function purposeText(purpose: string): string {
  assert(
    purpose.length <= purposeLengthMax,
    () => `a purpose has at most ${purposeLengthMax} characters, not ${purpose.length}`,
  );
  return `${purpose}.`;
}

const nextStatement = `SELECT ISNULL(MAX(keyIndex) + 1, 0) AS next FROM walletIndexes
WHERE walletId = @walletId AND keyChain = @keyChain`;

const allocateStatement = lockedTransaction({
  mode: 'Exclusive',
  declarations: `DECLARE @next INT;
DECLARE @given TABLE (
  n INT NOT NULL PRIMARY KEY,
  purpose NVARCHAR(201) COLLATE Latin1_General_BIN2 NOT NULL
);`,
  work: `INSERT INTO @given (n, purpose)
SELECT n, purpose
FROM OPENJSON(@purposes) WITH (n INT '$[0]', purpose NVARCHAR(201) '$[1]');

SELECT @next = ISNULL(MAX(keyIndex) + 1, 0) FROM walletIndexes
WHERE walletId = @walletId AND keyChain = @keyChain;

INSERT INTO walletIndexes (walletId, keyChain, purpose, keyIndex)
SELECT @walletId, @keyChain, given.purpose, @next - 1 + ROW_NUMBER() OVER (ORDER BY given.n)
FROM @given AS given
WHERE NOT EXISTS (SELECT 1 FROM walletIndexes AS there WHERE there.walletId = @walletId
  AND there.keyChain = @keyChain AND there.purpose = given.purpose);
IF @@ROWCOUNT > 0
BEGIN
  ${addEntries()}
END`,
  answer: `SELECT given.n, there.keyIndex FROM @given AS given INNER JOIN walletIndexes AS there
  ON there.walletId = @walletId AND there.keyChain = @keyChain AND there.purpose = given.purpose;`,
});

const setCursorStatement = `
SET NOCOUNT ON;
UPDATE walletCursors SET position = @position WHERE walletId = @walletId;
IF @@ROWCOUNT = 0
  INSERT INTO walletCursors (walletId, position) VALUES (@walletId, @position);`;
