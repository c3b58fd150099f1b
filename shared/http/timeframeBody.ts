import type { Static } from 'typebox';
import type { Closing } from '../domain/closing.ts';
import type { DeepReadonly } from '../schemas/input.ts';
import type { OpenTimeframe, Timeframe } from '../schemas/timeframe.ts';

/** A closed timeframe as the API shows it. */
export function timeframeBody(
  closing: Closing & { readonly hasLateReadings: boolean },
): DeepReadonly<Static<typeof Timeframe>> {
  const { tradeCount, earlierTradeCount = 0 } = closing;
  return {
    timeframe: closing.timeframe,
    status: closing.status,
    revision: closing.revision,
    producedWh: closing.producedWh,
    consumedWh: closing.consumedWh,
    nettoWh: closing.nettoWh,
    tradedWh: closing.tradedWh,
    importedWh: closing.importedWh,
    exportedWh: closing.exportedWh,
    priceMsatPerKwh: closing.priceMsatPerKwh,
    tariff: closing.terms.tariff,
    tradeCount: earlierTradeCount + tradeCount,
    revisionTradeCount: tradeCount,
    batchCount: closing.batchCount,
    closingNumber: closing.closingNumber,
    readings: closing.readings,
    hasLateReadings: closing.hasLateReadings,
    closedAt: closing.closedAt,
    previousHash: closing.previousHash,
    hash: closing.hash,
  };
}

/** A timeframe that has not closed: what its readings come to so far. */
export function openTimeframeBody(
  open: Pick<Closing, 'timeframe' | 'producedWh' | 'consumedWh' | 'nettoWh' | 'readings'>,
): DeepReadonly<Static<typeof OpenTimeframe>> {
  const { timeframe, producedWh, consumedWh, nettoWh, readings } = open;
  return { timeframe, status: 'open', producedWh, consumedWh, nettoWh, readings };
}
