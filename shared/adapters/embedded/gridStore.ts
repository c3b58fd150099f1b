import type { DatabaseSync } from 'node:sqlite';
import type { Grid } from '../../domain/grid.ts';
import type { GridStore } from '../../ports/gridStore.ts';
import type { Versioned } from '../../ports/page.ts';
import { pageOf, rowsFor } from '../pageOf.ts';
import { etagOfVersion, versionOfEtag } from '../versionEtag.ts';
import { auditWriter } from './auditLog.ts';
import { transaction } from './database.ts';
import { query } from './statement.ts';

type GridRow = { readonly version: number; readonly document: string };

/** Grids as JSON documents. The etag is strong: it counts the changes of its grid. */
export function embeddedGridStore(db: DatabaseSync): GridStore {
  const insert = query<GridRow>(
    db,
    `INSERT INTO grids (gridId, version, document) VALUES (?, 1, ?)
     ON CONFLICT DO NOTHING RETURNING version, document`,
  );
  const select = query<GridRow>(db, 'SELECT version, document FROM grids WHERE gridId = ?');
  const selectPage = query<GridRow>(
    db,
    'SELECT version, document FROM grids WHERE gridId > ? ORDER BY gridId LIMIT ?',
  );
  const update = query<GridRow>(
    db,
    `UPDATE grids SET version = version + 1, document = ? WHERE gridId = ? AND version = ?
     RETURNING version, document`,
  );
  const writeEntry = auditWriter(db);
  return {
    async create(grid, entry) {
      const inserted = transaction(db, () => {
        const row = insert.get(grid.id, JSON.stringify(grid));
        if (row !== undefined) writeEntry(entry);
        return row;
      });
      const row = inserted ?? select.get(grid.id);
      if (row === undefined) throw new Error(`the grid ${grid.id} was there and is gone`);
      return { created: inserted !== undefined, stored: versioned(row) };
    },
    async get(gridId) {
      const row = select.get(gridId);
      return row && versioned(row);
    },
    async list(page) {
      const rows = selectPage.all(page.after ?? '', rowsFor(page));
      return pageOf(rows.map(versioned), page, (stored) => stored.value.id);
    },
    async replace(grid, etag, entry) {
      const version = versionOfEtag(etag);
      if (version === undefined) return undefined;
      const row = transaction(db, () => {
        const updated = update.get(JSON.stringify(grid), grid.id, version);
        if (updated !== undefined) writeEntry(entry);
        return updated;
      });
      return row && versioned(row);
    },
  };
}

function versioned(row: GridRow): Versioned<Grid> {
  return { value: JSON.parse(row.document) as Grid, etag: etagOfVersion(row.version) };
}
