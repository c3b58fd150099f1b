import type { Grid, GridTotals, Terms } from '../domain/grid.ts';
import type { GridId } from '../domain/ids.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import { nextStart, versionAt } from '../domain/terms.ts';
import type { Page, PageRequest, Versioned } from '../ports/page.ts';
import type { Ports } from '../ports/ports.ts';

/** A grid as a user sees it: settings with their etag, and the totals of its closed timeframes. */
export type GridView = {
  readonly grid: Grid;
  /** The version that holds for the next timeframe to start: the one that a change would replace. */
  readonly nextTerms: Terms;
  readonly etag: string;
  readonly totals: GridTotals;
};

export async function getGrid(
  ports: Pick<Ports, 'grids' | 'rosters' | 'clock'>,
  gridId: GridId,
): Promise<Result<GridView, Refusal>> {
  const stored = await ports.grids.get(gridId);
  if (stored === undefined) return refuse(gridNotFound(gridId));
  return accept(await viewGrid(ports, stored));
}

/** Grids by id, ascending. */
export async function listGrids(
  ports: Pick<Ports, 'grids' | 'rosters' | 'clock'>,
  page: PageRequest<GridId>,
): Promise<Page<GridView, GridId>> {
  const { items, ...rest } = await ports.grids.list(page);
  return { items: await Promise.all(items.map((stored) => viewGrid(ports, stored))), ...rest };
}

export async function viewGrid(
  ports: Pick<Ports, 'rosters' | 'clock'>,
  { value: grid, etag }: Versioned<Grid>,
): Promise<GridView> {
  const totals = await ports.rosters.totals(grid.id);
  const nextTerms = versionAt(grid, nextStart(grid, ports.clock.now()));
  return { grid, nextTerms, etag, totals };
}

export function gridNotFound(gridId: string): Refusal {
  return { code: 'grid_not_found', detail: `There is no grid ${gridId}.` };
}
