import type { DatabaseSync } from 'node:sqlite';
import { assert } from '../../domain/assert.ts';
import type { Prosumer } from '../../domain/prosumer.ts';
import type { ProsumerStore } from '../../ports/prosumerStore.ts';
import { pageOf, rowsFor } from '../pageOf.ts';
import { type ProsumerRow, storedProsumerOf, sumsColumns } from '../prosumerInfoRows.ts';
import { auditWriter } from './auditLog.ts';
import { transaction } from './database.ts';
import { prosumerEraser } from './prosumerEraser.ts';
import { bigintQuery, write } from './statement.ts';

const ownColumns = `prosumerId, gridId, createdAt, name, address, type, activeFrom, activeUntil, status,
  connectionLimitW, aheadEnergyWhMax`;
const columns = `${ownColumns}, erasedAt, version, ${sumsColumns}`;

/** Prosumers, with the sums of their accounts in the same row. */
export function embeddedProsumerStore(db: DatabaseSync): ProsumerStore {
  const rows = (sql: string) => bigintQuery<ProsumerRow>(db, sql);
  const insert = rows(
    `INSERT INTO prosumers (${ownColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING RETURNING ${columns}`,
  );
  const select = rows(`SELECT ${columns} FROM prosumers WHERE prosumerId = ?`);
  const selectPage = rows(
    `SELECT ${columns} FROM prosumers WHERE prosumerId > ? ORDER BY prosumerId LIMIT ?`,
  );
  const selectPageOfGrid = rows(
    `SELECT ${columns} FROM prosumers WHERE gridId = ? AND prosumerId > ?
     ORDER BY prosumerId LIMIT ?`,
  );
  const update = rows(
    `UPDATE prosumers SET name = ?, address = ?, type = ?, activeFrom = ?, activeUntil = ?,
       status = ?, connectionLimitW = ?, aheadEnergyWhMax = ?, version = version + 1
     WHERE prosumerId = ? AND version = ? RETURNING ${columns}`,
  );
  const selectUnrostered = rows(
    `SELECT ${columns} FROM prosumers WHERE version > rosteredVersion ORDER BY prosumerId LIMIT ?`,
  );
  const markRostered = write(
    db,
    'UPDATE prosumers SET rosteredVersion = ? WHERE prosumerId = ? AND rosteredVersion < ?',
  );
  const audit = auditWriter(db);
  return {
    ...prosumerEraser(db, columns),
    async create(prosumer, entry) {
      const { id, gridId, createdAt } = prosumer;
      const inserted = transaction(db, () => {
        const row = insert.get(id, gridId, createdAt, ...settable(prosumer));
        if (row !== undefined) audit(entry);
        return row;
      });
      const row = inserted ?? select.get(id);
      if (row === undefined) throw new Error(`the prosumer ${id} was there and is gone`);
      return { created: inserted !== undefined, stored: storedProsumerOf(row) };
    },
    async get(prosumerId) {
      const row = select.get(prosumerId);
      return row && storedProsumerOf(row);
    },
    async list(gridId, page) {
      const after = page.after ?? '';
      const found =
        gridId === undefined
          ? selectPage.all(after, rowsFor(page))
          : selectPageOfGrid.all(gridId, after, rowsFor(page));
      return pageOf(found.map(storedProsumerOf), page, (stored) => stored.prosumer.id);
    },
    async replace(prosumer, version, entry) {
      const { id } = prosumer;
      return transaction(db, () => {
        const row = update.get(...settable(prosumer), id, version);
        assert(
          row === undefined || row.gridId === prosumer.gridId,
          `the prosumer ${id} stays in its grid: its postings are there`,
        );
        if (row === undefined) return undefined;
        audit(entry);
        return storedProsumerOf(row);
      });
    },
    async listUnrostered(limit) {
      return selectUnrostered.all(limit).map(storedProsumerOf);
    },
    async markRostered(prosumerId, version) {
      markRostered.run(version, prosumerId, version);
    },
  };
}

/** What a create and a replace both set, in the order of their columns. */
function settable(prosumer: Prosumer): (string | number | null)[] {
  const { name, address, type, activeFrom, activeUntil, status } = prosumer;
  const { connectionLimitW, aheadEnergyWhMax } = prosumer;
  const limits = [connectionLimitW ?? null, aheadEnergyWhMax ?? null];
  return [name, address, type, activeFrom, activeUntil ?? null, status, ...limits];
}
