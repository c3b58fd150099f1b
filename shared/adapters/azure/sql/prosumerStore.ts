import { assert } from '../../../domain/assert.ts';
import type { Prosumer } from '../../../domain/prosumer.ts';
import type { ProsumerStore } from '../../../ports/prosumerStore.ts';
import { pageOf, rowsFor } from '../../pageOf.ts';
import { type ProsumerRow, storedProsumerOf, sumsColumns } from '../../prosumerInfoRows.ts';
import { addEntries, auditParameters } from './auditEntries.ts';
import { prosumerEraser } from './prosumerEraser.ts';
import type { SqlDatabase, SqlParameters } from './sqlDatabase.ts';
import {
  idParameter,
  instantParameter,
  intParameter,
  textParameter,
  wordParameter,
} from './sqlParameters.ts';

/** In UTF-16 units, of which a character of the API's limits of 200 and 500 may need two. */
const nameLengthMax = 400;
const addressLengthMax = 1000;

const columns = `prosumerId, gridId, name, address, type, activeFrom, activeUntil, status,
  createdAt, connectionLimitW, aheadEnergyWhMax, erasedAt, version, ${sumsColumns}`;

/** Prosumers, with the sums of their accounts in the same row. */
export function azureProsumerStore(db: SqlDatabase): ProsumerStore {
  const list = (statement: string, parameters: SqlParameters) =>
    db.query<ProsumerRow>(statement, parameters).then(({ rows }) => rows.map(storedProsumerOf));
  return {
    ...prosumerEraser(db, columns),
    async create(prosumer, entry) {
      const { rows, attempt } = await db.query<ProsumerRow & { created: number }>(createStatement, {
        ...settableParameters(prosumer),
        createdAt: instantParameter(prosumer.createdAt),
        ...auditParameters(entry),
      });
      const [row] = rows;
      if (row === undefined) throw new Error(`the prosumer ${prosumer.id} was there and is gone`);
      const stored = storedProsumerOf(row);
      const isOwn = attempt > 1 && stored.version === 1 && isSame(stored.prosumer, prosumer);
      return { created: row.created === 1 || isOwn, stored };
    },
    async get(prosumerId) {
      const [stored] = await list(`SELECT ${columns} FROM prosumers WHERE prosumerId = @id`, {
        id: idParameter(prosumerId),
      });
      return stored;
    },
    async list(gridId, page) {
      const found = await list(gridId === undefined ? pageStatement : pageOfGridStatement, {
        after: idParameter(page.after ?? ''),
        limit: intParameter(rowsFor(page)),
        ...(gridId !== undefined && { gridId: idParameter(gridId) }),
      });
      return pageOf(found, page, (stored) => stored.prosumer.id);
    },
    async replace(prosumer, version, entry) {
      const { rows, attempt } = await db.query<ProsumerRow & { changed: number }>(
        replaceStatement,
        {
          ...settableParameters(prosumer),
          version: intParameter(version),
          ...auditParameters(entry),
        },
      );
      const [row] = rows;
      if (row === undefined) return undefined;
      assert(
        row.gridId === prosumer.gridId,
        `the prosumer ${prosumer.id} stays in its grid: its postings are there`,
      );
      const stored = storedProsumerOf(row);
      if (row.changed === 1) return stored;
      // The answer to an earlier attempt may have been lost, after it had changed the row.
      const isOwn =
        attempt > 1 && stored.version === version + 1 && isSame(stored.prosumer, prosumer);
      return isOwn ? stored : undefined;
    },
    async listUnrostered(limit) {
      return list(unrosteredStatement, { limit: intParameter(limit) });
    },
    async markRostered(prosumerId, version) {
      await db.query(markRosteredStatement, {
        id: idParameter(prosumerId),
        version: intParameter(version),
      });
    },
  };
}

const createStatement = `
SET NOCOUNT ON;
SET XACT_ABORT ON;
SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
DECLARE @created INT;

BEGIN TRANSACTION;

INSERT INTO prosumers (prosumerId, gridId, name, address, type, activeFrom, activeUntil, status,
  createdAt, connectionLimitW, aheadEnergyWhMax)
SELECT @id, @gridId, @name, @address, @type, @activeFrom, @activeUntil, @status, @createdAt,
  @connectionLimitW, @aheadEnergyWhMax
WHERE NOT EXISTS (SELECT 1 FROM prosumers WHERE prosumerId = @id);
SET @created = @@ROWCOUNT;
IF @created = 1
BEGIN
  ${addEntries()}
END

COMMIT TRANSACTION;

SELECT @created AS created, ${columns} FROM prosumers WHERE prosumerId = @id;`;

const pageStatement = `SELECT TOP (@limit) ${columns} FROM prosumers
WHERE prosumerId > @after ORDER BY prosumerId`;

const pageOfGridStatement = `SELECT TOP (@limit) ${columns} FROM prosumers
WHERE gridId = @gridId AND prosumerId > @after ORDER BY prosumerId`;

const replaceStatement = `
SET NOCOUNT ON;
SET XACT_ABORT ON;
SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
DECLARE @changed INT;

BEGIN TRANSACTION;

UPDATE prosumers SET name = @name, address = @address, type = @type, activeFrom = @activeFrom,
  activeUntil = @activeUntil, status = @status, connectionLimitW = @connectionLimitW,
  aheadEnergyWhMax = @aheadEnergyWhMax, version = version + 1, isRostered = 0
WHERE prosumerId = @id AND version = @version AND gridId = @gridId;
SET @changed = @@ROWCOUNT;
IF @changed = 1
BEGIN
  ${addEntries()}
END

COMMIT TRANSACTION;

SELECT @changed AS changed, ${columns} FROM prosumers
WHERE prosumerId = @id AND (version = @version OR version = @version + 1);`;

const unrosteredStatement = `SELECT TOP (@limit) ${columns} FROM prosumers
WHERE isRostered = 0 ORDER BY prosumerId`;

const markRosteredStatement = `UPDATE prosumers SET isRostered = 1
WHERE prosumerId = @id AND version = @version AND isRostered = 0`;

/** What a create and a replace both set, and whose row it is. */
function settableParameters(prosumer: Prosumer): SqlParameters {
  const { id, gridId, name, address, type, activeFrom, activeUntil, status } = prosumer;
  return {
    id: idParameter(id),
    gridId: idParameter(gridId),
    name: textParameter(name, nameLengthMax),
    address: textParameter(address, addressLengthMax),
    type: wordParameter(type),
    activeFrom: instantParameter(activeFrom),
    activeUntil: instantParameter(activeUntil ?? null),
    status: wordParameter(status),
    connectionLimitW: intParameter(prosumer.connectionLimitW ?? null),
    aheadEnergyWhMax: intParameter(prosumer.aheadEnergyWhMax ?? null),
  };
}

function isSame(a: Prosumer, b: Prosumer): boolean {
  return (
    a.gridId === b.gridId &&
    a.name === b.name &&
    a.address === b.address &&
    a.type === b.type &&
    a.activeFrom === b.activeFrom &&
    a.activeUntil === b.activeUntil &&
    a.status === b.status &&
    a.connectionLimitW === b.connectionLimitW &&
    a.aheadEnergyWhMax === b.aheadEnergyWhMax &&
    a.createdAt === b.createdAt
  );
}
