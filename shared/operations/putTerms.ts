import type { Grid, Terms } from '../domain/grid.ts';
import { accept, refuse } from '../domain/result.ts';
import { withTerms } from '../domain/terms.ts';
import type { Change } from './changeConditionally.ts';

/** Versions of a grid, and windows of all of them: they lie in its document, of 2 MB at most. */
const versionsMax = 400;
const windowsMax = 1_000;

/** The grid with this version put in its place, unless it would have too many. */
export function putTerms(grid: Grid, version: Terms): Change<Grid> {
  const terms = withTerms(grid, version);
  const windows = terms.reduce((sum, { tariff }) => sum + (tariff.windows?.length ?? 0), 0);
  if (terms.length <= versionsMax && windows <= windowsMax) return accept({ ...grid, terms });
  const detail = `A grid has ${versionsMax} versions at most, and ${windowsMax} windows in all of them.`;
  return refuse({ code: 'tariffs_too_many', detail });
}
