import type { BillingChange, Grid, Market, MissingReadings, Tariff } from '../domain/grid.ts';
import type { GridId } from '../domain/ids.ts';
import type { FieldError, Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import { nextStart, versionAt, withFirstAt } from '../domain/terms.ts';
import { addMinutes, firstTimeframeFrom, type Instant } from '../domain/timeframe.ts';
import type { Versioned } from '../ports/page.ts';
import type { Ports } from '../ports/ports.ts';
import { billingSettings } from './billingSettings.ts';
import { type Change, changeConditionally } from './changeConditionally.ts';
import { type GridView, gridNotFound, viewGrid } from './getGrid.ts';
import { type GridAuditPorts, gridChange } from './gridChange.ts';
import { gridFaults } from './gridFaults.ts';
import { type AskedTariff, type PricingPorts, priceTariff } from './priceTariff.ts';
import { putTerms } from './putTerms.ts';
import { isSameSetting } from './sameSettings.ts';

export type GridChange = {
  readonly name?: string;
  readonly timeZone?: string;
  readonly timeframeMinutes?: number;
  readonly graceMinutes?: number;
  readonly activeFrom?: Instant;
  /** null takes the end away. */
  readonly activeUntil?: Instant | null;
  readonly paused?: boolean;
  readonly missingReadings?: MissingReadings;
  readonly correctionDays?: number;
  readonly aheadEnergyWhMax?: number;
  readonly personalDataDays?: number;
  /** null: they are kept for ever again; what is deleted stays so. */
  readonly readingRetentionDays?: number | null;
  readonly market?: Market;
  readonly tariff?: AskedTariff;
  readonly billing?: BillingChange;
};

/** A grid as it is to become, with what it was. */
type ChangedGrid = Versioned<Grid> & { readonly before?: Grid };

/** The same with prices converted: once, however often the change is tried. */
type PricedChange = Omit<GridChange, 'tariff'> & { readonly tariff?: Tariff };

/**
 * Changes a grid's settings. Market and tariff change from the next timeframe that starts on:
 * what has begun is settled as announced. Safe without `ifMatch` too: a concurrent change is not lost.
 */
export async function changeGrid(
  ports: Pick<Ports, 'grids' | 'rosters' | 'bitcoin'> & PricingPorts & GridAuditPorts,
  gridId: GridId,
  { tariff: asked, ...plain }: GridChange,
  ifMatch: string | undefined,
): Promise<Result<GridView, Refusal>> {
  const tariff = asked && (await priceTariff(ports, asked));
  if (tariff?.ok === false) return tariff;
  const change: PricedChange = { ...plain, ...(tariff && { tariff: tariff.value }) };
  const result = await changeConditionally<ChangedGrid>({
    get: () => ports.grids.get(gridId),
    etagOf: ({ etag }) => etag,
    apply: ({ value, etag }) => {
      // Read anew each time: while a rate was fetched, or another changed the grid, a timeframe began.
      const changed = applyChange(ports, value, change, ports.clock.now());
      if (!changed.ok) return changed;
      return { ok: true, value: { value: changed.value, etag, before: value } };
    },
    replace: async ({ before, ...changed }) => {
      // Nothing changed, nothing written: no new etag, and no entry.
      if (isSameSetting(before, changed.value)) return changed;
      const entry = gridChange(ports, 'changed', before, changed.value);
      return ports.grids.replace(changed.value, changed.etag, entry);
    },
    notFound: gridNotFound(gridId),
    ifMatch,
  });
  return result.ok ? { ok: true, value: await viewGrid(ports, result.value) } : result;
}

function applyChange(
  ports: Pick<Ports, 'bitcoin'>,
  grid: Grid,
  change: PricedChange,
  now: Instant,
): Change<Grid> {
  const immutable = immutableFields(grid, change, now);
  if (immutable.length > 0) {
    const detail = 'These settings cannot be changed once the first timeframe may have closed.';
    return refuse({ code: 'setting_immutable', detail, errors: immutable });
  }
  const {
    activeUntil: until,
    market: _market,
    tariff: _tariff,
    billing: billingAsked,
    readingRetentionDays: daysAsked,
    ...plain
  } = change;
  const { activeUntil: untilBefore, readingRetentionDays: daysBefore, ...rest } = grid;
  const billing = billingAsked && billingSettings(ports, grid.billing, billingAsked);
  if (billing?.ok === false) return billing;
  const activeUntil = until === undefined ? untilBefore : (until ?? undefined);
  const readingRetentionDays = daysAsked === undefined ? daysBefore : daysAsked;
  const settings: Grid = {
    ...rest,
    ...plain,
    ...(activeUntil && { activeUntil }),
    ...(readingRetentionDays && { readingRetentionDays }),
    ...(billing && { billing: billing.value }),
  };
  const first = firstTimeframeFrom(settings.activeFrom, settings.timeframeMinutes);
  const terms = plain.activeFrom === undefined ? grid.terms : withFirstAt(grid, first);
  const changed = changeTerms({ ...settings, terms }, change, now);
  if (!changed.ok) return changed;
  const faults = gridFaults(changed.value);
  if (faults.length === 0) return changed;
  const detail = 'The settings of the grid would no longer fit together.';
  return refuse({ code: 'setting_inconsistent', detail, errors: faults });
}

/** The length of a timeframe is for good; start and zone are until the first timeframe has ended. */
function immutableFields(grid: Grid, change: PricedChange, now: Instant): readonly FieldError[] {
  const first = firstTimeframeFrom(grid.activeFrom, grid.timeframeMinutes);
  const hasBegun = now >= addMinutes(first, grid.timeframeMinutes);
  const fields = hasBegun
    ? (['timeframeMinutes', 'activeFrom', 'timeZone'] as const)
    : (['timeframeMinutes'] as const);
  return fields
    .filter((field) => change[field] !== undefined && change[field] !== grid[field])
    .map((field) => ({ pointer: `/${field}`, detail: `is ${grid[field]} for good` }));
}

/** The grid with market and tariff changed from the next timeframe to start on, where they change. */
function changeTerms(
  grid: Grid,
  { market, tariff }: Pick<PricedChange, 'market' | 'tariff'>,
  now: Instant,
): Change<Grid> {
  if (market === undefined && tariff === undefined) return accept(grid);
  const validFrom = nextStart(grid, now);
  const valid = versionAt(grid, validFrom);
  const terms = { market: market ?? valid.market, tariff: tariff ?? valid.tariff };
  // What holds already takes no version of its own, of which there are not many.
  if (isSameSetting(terms, { market: valid.market, tariff: valid.tariff })) return accept(grid);
  return putTerms(grid, { validFrom, ...terms });
}
