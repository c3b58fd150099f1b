import type { Grid } from '../../../domain/grid.ts';
import type { GridStore } from '../../../ports/gridStore.ts';
import type { Versioned } from '../../../ports/page.ts';
import { pageOf, rowsFor } from '../../pageOf.ts';
import type { Stored } from './documents.ts';
import type { CosmosDatabase } from './openCosmos.ts';

/**
 * The settings of a mini grid. Its totals and its roster are documents of their own, so that a
 * closing neither rewrites the settings nor moves their etag.
 */
type GridDocument = { readonly id: string; readonly pk: typeof gridsPk; readonly grid: Grid };

const gridsPk = 'grids';

/** Grids as documents of one partition: a point read each, and a list in one query. */
export function cosmosGridStore({ operate }: CosmosDatabase): GridStore {
  return {
    create: (grid) =>
      operate('grids.create', async (documents) => {
        const grids = documents('grids');
        const created = await grids.create(documentOf(grid));
        const stored = await grids.read<GridDocument>(gridsPk, grid.id);
        if (stored === undefined) throw new Error(`the grid ${grid.id} was there and is gone`);
        return { created, stored: versioned(stored) };
      }),
    get: (gridId) =>
      operate('grids.get', async (documents) => {
        const stored = await documents('grids').read<GridDocument>(gridsPk, gridId);
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
    replace: (grid, etag) =>
      operate('grids.replace', async (documents) => {
        if (!etagPattern.test(etag)) return undefined;
        const document = documentOf(grid);
        const replaced = await documents('grids').replace(gridsPk, document, `"${etag}"`);
        return replaced === undefined ? undefined : { value: grid, etag: withoutQuotes(replaced) };
      }),
  };
}

/** What the service makes. Anything else was never given, and might not even fit in a header. */
const etagPattern = /^[0-9A-Za-z-]{1,100}$/;

function documentOf(grid: Grid): GridDocument {
  return { id: grid.id, pk: gridsPk, grid };
}

function versioned({ grid, _etag }: Stored<GridDocument>): Versioned<Grid> {
  return { value: grid, etag: withoutQuotes(_etag) };
}

function withoutQuotes(etag: string): string {
  return etag.replaceAll('"', '');
}
