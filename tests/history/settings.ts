import type { Market, Prices, Tariff, Weekday } from '../../shared/domain/grid.ts';
import type { GridId } from '../../shared/domain/ids.ts';
import type { Instant } from '../../shared/domain/timeframe.ts';
import { msatPerKwh } from '../../shared/domain/units.ts';
import type { NewGrid } from '../../shared/operations/createGrid.ts';
import {
  type History,
  type HistoryMarket,
  type HistoryPrices,
  type HistoryTerms,
  instantAt,
  startOf,
} from './history.ts';

/** The settings of the grid of a history, as the app takes them. */
export function settingsOf(history: History): NewGrid {
  const { aheadEnergyWhMax, correctionDays } = history;
  return {
    id: history.gridId as GridId,
    name: 'A grid with a history',
    timeZone: history.timeZone,
    timeframeMinutes: history.timeframeMinutes,
    graceMinutes: history.graceMinutes,
    activeFrom: history.start as Instant,
    activeUntil: instantAt(history, startOf(history, history.timeframes)) as Instant,
    paused: false,
    missingReadings: history.estimates ? 'estimate' : 'missing',
    ...(aheadEnergyWhMax !== undefined && { aheadEnergyWhMax }),
    ...(correctionDays !== undefined && { correctionDays }),
    ...termsFor(history.terms),
  };
}

/** Market and tariff of a version, as the app takes them. */
export function termsFor({ market, prices, windows }: HistoryTerms): {
  readonly market: Market;
  readonly tariff: Tariff;
} {
  const resolved = windows.map(({ from, to, days, ...windowPrices }) => ({
    ...pricesFor(windowPrices),
    ...{ from, to },
    ...(days && { days: days as Weekday[] }),
  }));
  const tariff = { ...pricesFor(prices), ...(windows.length > 0 && { windows: resolved }) };
  return { market: marketFor(market), tariff };
}

function pricesFor({ importPrice, exportPrice, gridFee, importFee }: HistoryPrices): Prices {
  return {
    importPriceMsatPerKwh: msatPerKwh(importPrice),
    exportPriceMsatPerKwh: msatPerKwh(exportPrice),
    gridFeeMsatPerKwh: msatPerKwh(gridFee),
    ...(importFee !== undefined && { importGridFeeMsatPerKwh: msatPerKwh(importFee) }),
  };
}

function marketFor(market: HistoryMarket): Market {
  if (market.kind === 'auction') {
    const { sellLimit, buyLimit } = market;
    return {
      mechanism: 'auction',
      ...(sellLimit !== undefined && { sellLimitMsatPerKwh: msatPerKwh(sellLimit) }),
      ...(buyLimit !== undefined && { buyLimitMsatPerKwh: msatPerKwh(buyLimit) }),
    };
  }
  if (market.kind !== 'fixed') return { mechanism: 'pool', price: { rule: market.kind } };
  const priceMsatPerKwh = msatPerKwh(market.price);
  return { mechanism: 'pool', price: { rule: 'fixed', priceMsatPerKwh } };
}
