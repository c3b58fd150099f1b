import type { Grid, Terms } from '../domain/grid.ts';
import type { GridId } from '../domain/ids.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import type { Instant, Timeframe } from '../domain/timeframe.ts';
import type { Page, PageRequest, Versioned } from '../ports/page.ts';
import type { Ports } from '../ports/ports.ts';
import { gridNotFound } from './getGrid.ts';

export type VersionPorts = Pick<Ports, 'grids' | 'closings' | 'clock'>;

/** A grid with how far it is closed: what its terms may still be changed from. */
export type ClosedGrid = Versioned<Grid> & { readonly closedThrough?: Timeframe };

/** A version of a grid's terms as a user sees it. Its etag is that of the grid. */
export type VersionView = {
  readonly version: Terms;
  /** A timeframe was settled with it: it is for good. */
  readonly isSettled: boolean;
  readonly etag: string;
};

/** The versions of a grid's terms, ascending. */
export async function listVersions(
  ports: VersionPorts,
  gridId: GridId,
  { after, limit }: PageRequest<Instant>,
): Promise<Result<Page<VersionView, Instant>, Refusal>> {
  const grid = await readClosedGrid(ports, gridId);
  if (grid === undefined) return refuse(gridNotFound(gridId));
  const left = grid.value.terms.filter(({ validFrom }) => after === undefined || validFrom > after);
  const versions = left.slice(0, limit);
  const last = versions[versions.length - 1];
  const items = versions.map((version) => viewVersion(grid, version));
  return accept({ items, ...(left.length > limit && last && { next: last.validFrom }) });
}

export async function getVersion(
  ports: VersionPorts,
  gridId: GridId,
  validFrom: Instant,
): Promise<Result<VersionView, Refusal>> {
  const grid = await readClosedGrid(ports, gridId);
  if (grid === undefined) return refuse(gridNotFound(gridId));
  const version = versionFrom(grid.value, validFrom);
  if (version === undefined) return refuse(versionNotFound(gridId, validFrom));
  return accept(viewVersion(grid, version));
}

/** The grid first: a closing that its settings allow and that comes after them is then seen. */
export async function readClosedGrid(
  { grids, closings }: Pick<Ports, 'grids' | 'closings'>,
  gridId: GridId,
): Promise<ClosedGrid | undefined> {
  const stored = await grids.get(gridId);
  if (stored === undefined) return undefined;
  const last = await closings.last(gridId);
  return last === undefined ? stored : { ...stored, closedThrough: last.closedThrough };
}

export function viewVersion(grid: ClosedGrid, version: Terms): VersionView {
  return { version, isSettled: isClosedFrom(grid, version.validFrom), etag: grid.etag };
}

/** Has a timeframe closed that starts at the instant or later? */
export function isClosedFrom({ closedThrough }: ClosedGrid, from: Instant): boolean {
  return closedThrough !== undefined && closedThrough >= from;
}

export function versionFrom({ terms }: Pick<Grid, 'terms'>, validFrom: Instant): Terms | undefined {
  return terms.find((version) => version.validFrom === validFrom);
}

export function versionNotFound(gridId: GridId, validFrom: Instant): Refusal {
  const detail = `No version of the tariff of ${gridId} is valid from ${validFrom} on.`;
  return { code: 'tariff_not_found', detail };
}

export function versionSettled({ closedThrough }: ClosedGrid, validFrom: Instant): Refusal {
  const detail = `Timeframes from ${validFrom} to ${closedThrough} are closed: what they were settled with stays.`;
  return { code: 'tariff_settled', detail };
}
