import type { Grid, Terms } from '../domain/grid.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import { firstTimeframeFrom, type Instant } from '../domain/timeframe.ts';
import type { Ports } from '../ports/ports.ts';
import { type GridView, viewGrid } from './getGrid.ts';
import { gridFaults } from './gridFaults.ts';

/** The settings of a grid, with the market and tariff that hold from its first timeframe on. */
export type NewGrid = Omit<Grid, 'terms' | 'createdAt'> & Omit<Terms, 'validFrom'>;

/** Creates a mini grid. Repeatable: the same settings under the same id answer what is there. */
export async function createGrid(
  ports: Pick<Ports, 'grids' | 'rosters' | 'clock'>,
  { market, tariff, ...settings }: NewGrid,
): Promise<Result<GridView, Refusal>> {
  const grid: Grid = {
    ...settings,
    terms: [{ validFrom: firstTermsFrom(settings), market, tariff }],
    createdAt: ports.clock.now(),
  };
  const faults = gridFaults(grid);
  if (faults.length > 0) {
    return refuse({
      code: 'setting_inconsistent',
      detail: 'The settings of the grid do not fit together.',
      errors: faults,
    });
  }
  const { created, stored } = await ports.grids.create(grid);
  if (!created && !isSame(stored.value, grid)) {
    return refuse({
      code: 'grid_exists',
      detail: `A grid ${grid.id} with other settings exists. Change it with PATCH.`,
      errors: [{ pointer: '/id', detail: 'is taken' }],
    });
  }
  return accept(await viewGrid(ports, stored));
}

/** With a length that does not divide a day there is no first timeframe; `gridFaults` says so. */
function firstTermsFrom(grid: Pick<Grid, 'activeFrom' | 'timeframeMinutes'>): Instant {
  return 1440 % grid.timeframeMinutes === 0
    ? firstTimeframeFrom(grid.activeFrom, grid.timeframeMinutes)
    : grid.activeFrom;
}

function isSame(stored: Grid, asked: Grid): boolean {
  return canonical({ ...stored, createdAt: asked.createdAt }) === canonical(asked);
}

function canonical(grid: Grid): string {
  const terms = grid.terms.map(({ validFrom, market, tariff }) => [
    validFrom,
    Object.entries(market.price).sort(),
    Object.entries(tariff).sort(),
  ]);
  return JSON.stringify([Object.entries({ ...grid, terms: undefined }).sort(), terms]);
}
