import type { Grid, Market, Tariff, Terms } from '../domain/grid.ts';
import type { GridId } from '../domain/ids.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import { versionBefore } from '../domain/terms.ts';
import { type Instant, isAligned } from '../domain/timeframe.ts';
import type { AuditingPorts } from './auditEntry.ts';
import { type Change, changeConditionally } from './changeConditionally.ts';
import { gridNotFound } from './getGrid.ts';
import { tariffChange } from './gridChange.ts';
import { gridFaults } from './gridFaults.ts';
import { misaligned } from './listTimeframes.ts';
import { type AskedTariff, askedOf, type PricingPorts, priceTariff } from './priceTariff.ts';
import { putTerms } from './putTerms.ts';
import { isSameSetting, isSameTariff } from './sameSettings.ts';
import {
  type ClosedGrid,
  isClosedFrom,
  readClosedGrid,
  type VersionPorts,
  type VersionView,
  versionFrom,
  versionSettled,
  viewVersion,
} from './tariffVersions.ts';

export type AskedVersion = {
  readonly validFrom: Instant;
  /** Absent: that of the version before it. */
  readonly market?: Market;
  readonly tariff: AskedTariff;
};
export type PutTariff = VersionView & { readonly isNew: boolean };

/** `change` is what becomes of the version; absent while nothing does. */
type ChangedGrid = ClosedGrid & {
  readonly change?: { readonly before: Terms | undefined; readonly after: Terms };
};

/**
 * Sets market and tariff from a timeframe on, up to the version that follows. A version is for good
 * once a timeframe was settled with it. One that does not begin in the future is taken only while the
 * grid is paused: else a closer that has read the grid before might settle with the one it replaces.
 * Repeatable: the same version is answered as it is, at the rate that it has.
 */
export async function putTariff(
  ports: VersionPorts & PricingPorts & AuditingPorts,
  gridId: GridId,
  asked: AskedVersion,
  ifMatch: string | undefined,
): Promise<Result<PutTariff, Refusal>> {
  const { validFrom } = asked;
  const grid = (await ports.grids.get(gridId))?.value;
  if (grid === undefined) return refuse(gridNotFound(gridId));
  if (!isAligned(validFrom, grid.timeframeMinutes)) return refuse(unaligned(grid, validFrom));
  const tariff = await priceOnce(ports, grid, asked);
  if (!tariff.ok) return tariff;
  const priced = { ...asked, tariff: tariff.value };
  const result = await changeConditionally<ChangedGrid>({
    get: () => readClosedGrid(ports, gridId),
    etagOf: ({ etag }) => etag,
    apply: (stored) => applyPut(stored, priced, ports.clock.now()),
    replace: async (changed) => {
      if (changed.change === undefined) return changed;
      const { before, after } = changed.change;
      const entry = tariffChange(ports, gridId, before, after);
      const replaced = await ports.grids.replace(changed.value, changed.etag, entry);
      return replaced && { ...changed, ...replaced };
    },
    notFound: gridNotFound(gridId),
    ifMatch,
  });
  if (!result.ok) return result;
  const { value, change } = result.value;
  const version = versionFrom(value, validFrom) ?? value.terms[0];
  return accept({
    ...viewVersion(result.value, version),
    isNew: change !== undefined && change.before === undefined,
  });
}

/** What is there already in these words has been converted, and stays at its rate. */
async function priceOnce(
  ports: PricingPorts,
  grid: Grid,
  { validFrom, tariff }: AskedVersion,
): Promise<Result<Tariff, Refusal>> {
  const known = versionFrom(grid, validFrom)?.tariff;
  const isKnown = known !== undefined && isSameTariff(askedOf(known), tariff);
  return isKnown ? accept(known) : priceTariff(ports, tariff);
}

function applyPut(
  stored: ClosedGrid,
  asked: Omit<AskedVersion, 'tariff'> & Pick<Terms, 'tariff'>,
  now: Instant,
): Change<ChangedGrid> {
  const { value: grid } = stored;
  const { validFrom, tariff } = asked;
  const [first] = grid.terms;
  if (validFrom < first.validFrom) return refuse(beforeFirst(first));
  const known = versionFrom(grid, validFrom);
  const version = {
    validFrom,
    market: asked.market ?? versionBefore(grid, validFrom).market,
    tariff,
  };
  if (known !== undefined && isSameVersion(known, version)) return accept(stored);
  if (isClosedFrom(stored, validFrom)) return refuse(versionSettled(stored, validFrom));
  if (validFrom <= now && !grid.paused) return refuse(begun(validFrom));
  const changed = putTerms(grid, version);
  if (!changed.ok) return changed;
  const errors = gridFaults(changed.value);
  if (errors.length > 0) {
    const detail = 'Market and prices do not fit together.';
    return refuse({ code: 'setting_inconsistent', detail, errors });
  }
  return accept({ ...stored, value: changed.value, change: { before: known, after: version } });
}

function isSameVersion(a: Terms, b: Terms): boolean {
  return isSameSetting(a.market, b.market) && isSameTariff(askedOf(a.tariff), askedOf(b.tariff));
}

function unaligned(grid: Grid, validFrom: Instant): Refusal {
  const errors = [{ pointer: 'validFrom', detail: 'is not the start of a timeframe' }];
  return { ...misaligned(grid, validFrom), errors };
}

function beforeFirst(first: Terms): Refusal {
  const errors = [{ pointer: 'validFrom', detail: `must not be before ${first.validFrom}` }];
  const detail = 'The first version holds from the first timeframe of the grid on.';
  return { code: 'setting_inconsistent', detail, errors };
}

function begun(validFrom: Instant): Refusal {
  const errors = [{ pointer: 'validFrom', detail: 'has begun' }];
  const detail = `${validFrom} is not in the future. Choose a later timeframe; or, to fill in history that is not closed, pause the grid first.`;
  return { code: 'setting_immutable', detail, errors };
}
