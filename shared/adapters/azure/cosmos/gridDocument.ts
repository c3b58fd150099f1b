import type { AuditEntry } from '../../../domain/audit.ts';
import type { Grid } from '../../../domain/grid.ts';
import type { GridId } from '../../../domain/ids.ts';
import type { Documents, Stored } from './documents.ts';

/**
 * The settings of a mini grid, with the entry of the last change of them: written with it by one
 * conditional write. Its totals and its roster are documents of their own, so that a closing neither
 * rewrites the settings nor moves their etag.
 */
export type GridDocument = {
  readonly id: GridId;
  readonly pk: typeof gridsPk;
  readonly grid: Grid;
  /** Absent on what was last written before there were entries. */
  readonly entry?: AuditEntry;
};

/** The partition of all settings. */
export const gridsPk = 'grids';

/** A point read. */
export function readGrid(
  grids: Documents,
  gridId: GridId,
): Promise<Stored<GridDocument> | undefined> {
  return grids.read<GridDocument>(gridsPk, gridId);
}
