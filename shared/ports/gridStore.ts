import type { AuditEntry } from '../domain/audit.ts';
import type { Grid } from '../domain/grid.ts';
import type { GridId } from '../domain/ids.ts';
import type { Page, PageRequest, Versioned } from './page.ts';

/** Smart Grid Info: the settings of the mini grids. */
export type GridStore = {
  /** Creates a grid, or answers the one that has its id. */
  create(
    grid: Grid,
    entry: AuditEntry,
  ): Promise<{ readonly created: boolean; readonly stored: Versioned<Grid> }>;
  get(gridId: GridId): Promise<Versioned<Grid> | undefined>;
  /** Grids by id, ascending. */
  list(page: PageRequest<GridId>): Promise<Page<Versioned<Grid>, GridId>>;
  /** Replaces the grid if it is still at `etag`; undefined when it is not. */
  replace(grid: Grid, etag: string, entry: AuditEntry): Promise<Versioned<Grid> | undefined>;
};
