import {
  type BillingChange,
  billingDefaults,
  type Grid,
  gridDefaults,
  type Terms,
} from '../domain/grid.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import { firstTimeframeFrom, type Instant } from '../domain/timeframe.ts';
import type { Ports } from '../ports/ports.ts';
import { billingSettings } from './billingSettings.ts';
import { type GridView, viewGrid } from './getGrid.ts';
import { type GridAuditPorts, gridChange } from './gridChange.ts';
import { gridFaults } from './gridFaults.ts';
import {
  type AskedTariff,
  askedOf,
  type PricingPorts,
  priceTariff,
  statedTariff,
} from './priceTariff.ts';
import { isSameSetting } from './sameSettings.ts';

/** The settings of a grid, with the market and tariff that hold from its first timeframe on. */
export type NewGrid = Omit<Grid, 'terms' | 'billing' | 'createdAt'> &
  Pick<Terms, 'market'> & { readonly tariff: AskedTariff; readonly billing?: BillingChange };

/** Creates a mini grid. Repeatable: the same settings under the same id answer what is there. */
export async function createGrid(
  ports: Pick<Ports, 'grids' | 'rosters' | 'bitcoin'> & PricingPorts & GridAuditPorts,
  { market, tariff: asked, billing: billingAsked, ...settings }: NewGrid,
): Promise<Result<GridView, Refusal>> {
  const tariff = await priceTariff(ports, asked);
  if (!tariff.ok) return tariff;
  const billing = billingAsked && billingSettings(ports, undefined, billingAsked);
  if (billing?.ok === false) return billing;
  const grid: Grid = {
    ...settings,
    ...(billing && { billing: billing.value }),
    terms: [{ validFrom: firstTermsFrom(settings), market, tariff: tariff.value }],
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
  const entry = gridChange(ports, 'created', undefined, grid);
  const { created, stored } = await ports.grids.create(grid, entry);
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

/** A setting that is left out is the same as its default. */
function isSame(stored: Grid, asked: Grid): boolean {
  const given = (grid: Grid) => ({
    ...gridDefaults,
    ...grid,
    billing: { ...billingDefaults, ...grid.billing },
    terms: grid.terms.map(({ tariff, ...terms }) => ({
      ...terms,
      tariff: statedTariff(askedOf(tariff)),
    })),
    createdAt: asked.createdAt,
  });
  return isSameSetting(given(stored), given(asked));
}
