import type { Grid, Prices, Terms } from '../domain/grid.ts';
import { isTimeZone } from '../domain/localTime.ts';
import type { FieldError } from '../domain/refusal.ts';
import { estimateDays, readingRetentionDaysMin } from '../domain/retention.ts';
import { isTimeframeMinutes } from '../domain/timeframe.ts';
import type { MsatPerKwh } from '../domain/units.ts';

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
  const days = readingRetentionDaysMin(grid);
  if (grid.readingRetentionDays !== undefined && grid.readingRetentionDays < days) {
    const detail = `must be ${days} or more: correctionDays, and ${estimateDays} for estimates`;
    faults.push({ pointer: '/readingRetentionDays', detail });
  }
  return [...faults, ...grid.terms.flatMap(termsFaults)];
}

/** export ≤ internal price ≤ import, so that nobody is worse off than with the power plant alone. */
function termsFaults({ market, tariff }: Terms): readonly FieldError[] {
  const fixedPrice =
    market.mechanism === 'pool' && market.price.rule === 'fixed'
      ? market.price.priceMsatPerKwh
      : undefined;
  const windows = tariff.windows ?? [];
  return [
    ...priceFaults(tariff, fixedPrice, '/tariff', ''),
    ...windows.flatMap((window, at) =>
      priceFaults(
        window,
        fixedPrice,
        `/tariff/windows/${at}`,
        ` of the window from ${window.from}`,
      ),
    ),
  ];
}

function priceFaults(
  { exportPriceMsatPerKwh, importPriceMsatPerKwh }: Prices,
  fixedPrice: MsatPerKwh | undefined,
  pointer: string,
  where: string,
): readonly FieldError[] {
  if (exportPriceMsatPerKwh > importPriceMsatPerKwh) {
    const detail = 'must not be above the import price';
    return [{ pointer: `${pointer}/exportPriceMsatPerKwh`, detail }];
  }
  if (fixedPrice === undefined) return [];
  if (exportPriceMsatPerKwh <= fixedPrice && fixedPrice <= importPriceMsatPerKwh) return [];
  const detail = `must lie between the export and the import price${where}`;
  return [{ pointer: '/market/fixedPriceMsatPerKwh', detail }];
}
