import type { AuditEntry } from '../../../domain/audit.ts';
import type { Grid } from '../../../domain/grid.ts';
import type { GridStore } from '../../../ports/gridStore.ts';
import type { Versioned } from '../../../ports/page.ts';
import { pageOf, rowsFor } from '../../pageOf.ts';
import { copyEntry } from './auditLog.ts';
import type { Stored } from './documents.ts';
import { type GridDocument, gridsPk, readGrid } from './gridDocument.ts';
import type { CosmosDatabase } from './openCosmos.ts';

/**
 * Grids as documents of one partition: a point read each, and a list in one query. A document bears
 * the entry of its last change, which is copied to the audit log right after. Should somebody end in
 * between, it is copied before the next change takes its place, and before the log is listed: no
 * change is ever without its entry, nor an entry without its change.
 */
export function cosmosGridStore({ operate }: CosmosDatabase): GridStore {
  return {
    create: (grid, entry) =>
      operate('grids.create', async (documents) => {
        const grids = documents('grids');
        const isNew = await grids.create(documentOf(grid, entry));
        const stored = await readGrid(grids, grid.id);
        if (stored === undefined) throw new Error(`the grid ${grid.id} was there and is gone`);
        await copyEntry(documents, stored);
        return { created: isNew || isWrittenWith(entry, stored), stored: versioned(stored) };
      }),
    get: (gridId) =>
      operate('grids.get', async (documents) => {
        const stored = await readGrid(documents('grids'), gridId);
        return stored && versioned(stored);
      }),
    list: (page) =>
      operate('grids.list', async (documents) => {
        const rows = await documents('grids').query<Stored<GridDocument>>(gridsPk, {
          where: 'c.id > @after',
          orderBy: 'c.id',
          top: rowsFor(page),
          parameters: { '@after': page.after ?? '' },
        });
        return pageOf(rows.map(versioned), page, (stored) => stored.value.id);
      }),
    replace: (grid, etag, entry) =>
      operate('grids.replace', async (documents) => {
        const grids = documents('grids');
        const before = await readGrid(grids, grid.id);
        if (before === undefined || withoutQuotes(before._etag) !== etag) return undefined;
        // At this etag it still bears the entry that is copied here, or else is not replaced.
        await copyEntry(documents, before);
        const document = documentOf(grid, entry);
        const replaced = await grids.replace(gridsPk, document, before._etag);
        if (replaced !== undefined) {
          await copyEntry(documents, document);
          return { value: grid, etag: withoutQuotes(replaced) };
        }
        // The answer to a write that was done may be lost, and the write sent again.
        const there = await readGrid(grids, grid.id);
        if (there === undefined || !isWrittenWith(entry, there)) return undefined;
        await copyEntry(documents, there);
        return versioned(there);
      }),
  };
}

function documentOf(grid: Grid, entry: AuditEntry): GridDocument {
  return { id: grid.id, pk: gridsPk, grid, entry };
}

/** Was that the last change of the grid? The id of an entry is its change's own. */
function isWrittenWith(entry: AuditEntry, stored: GridDocument): boolean {
  return stored.entry?.id === entry.id;
}

function versioned({ grid, _etag }: Stored<GridDocument>): Versioned<Grid> {
  return { value: grid, etag: withoutQuotes(_etag) };
}

function withoutQuotes(etag: string): string {
  return etag.replaceAll('"', '');
}
