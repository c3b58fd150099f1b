import type { Grid, Terms } from '../domain/grid.ts';
import { isTimeZone } from '../domain/localTime.ts';
import type { FieldError } from '../domain/refusal.ts';
import { isTimeframeMinutes } from '../domain/timeframe.ts';

/** What is wrong with the settings of a grid taken together; empty when nothing is. */
export function gridFaults(grid: Grid): readonly FieldError[] {
  const faults: FieldError[] = [];
  if (!isTimeframeMinutes(grid.timeframeMinutes)) {
    faults.push({ pointer: '/timeframeMinutes', detail: 'must divide a day of 1440 minutes' });
  }
  if (!isTimeZone(grid.timeZone)) {
    faults.push({ pointer: '/timeZone', detail: 'must be an IANA time zone, as Europe/Berlin' });
  }
  if (grid.activeUntil !== undefined && grid.activeUntil <= grid.activeFrom) {
    faults.push({ pointer: '/activeUntil', detail: 'must be after activeFrom' });
  }
  return [...faults, ...termsFaults(grid.terms[grid.terms.length - 1] ?? grid.terms[0])];
}

/** export ≤ internal price ≤ import, so that nobody is worse off than with the power plant alone. */
function termsFaults({ market, tariff }: Terms): readonly FieldError[] {
  if (tariff.exportPriceMsatPerKwh > tariff.importPriceMsatPerKwh) {
    const detail = 'must not be above the import price';
    return [{ pointer: '/tariff/exportPriceMsatPerKwh', detail }];
  }
  if (market.price.rule !== 'fixed') return [];
  const { priceMsatPerKwh } = market.price;
  const isBetween =
    tariff.exportPriceMsatPerKwh <= priceMsatPerKwh &&
    priceMsatPerKwh <= tariff.importPriceMsatPerKwh;
  if (isBetween) return [];
  const detail = 'must lie between the export and the import price';
  return [{ pointer: '/market/fixedPriceMsatPerKwh', detail }];
}
