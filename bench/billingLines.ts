import { billedLinesOf } from '../shared/domain/averagedLine.ts';
import type { BillingPeriod } from '../shared/domain/billingPeriod.ts';
import { clearMarket } from '../shared/domain/clearMarket.ts';
import type { Grid } from '../shared/domain/grid.ts';
import { chainTrades, zeroHash } from '../shared/domain/hashChain.ts';
import type { ProsumerId } from '../shared/domain/ids.ts';
import { marketTrades } from '../shared/domain/marketTrades.ts';
import { priceVaries } from '../shared/domain/priceVaries.ts';
import { nextTimeframe, type Timeframe } from '../shared/domain/timeframe.ts';
import { batchOf, tradesPerBatch } from '../shared/domain/trade.ts';
import { subtractWh } from '../shared/domain/units.ts';
import type { BenchPorts } from './benchStores.ts';
import { energies, timeframeMinutes } from './population.ts';
import type { Seeded } from './seeded.ts';

/** So many that nearly all prosumers sell and buy, to and from others and the power plant. */
const timeframesPerPeriod = 8;

/**
 * Records what some timeframes trade: only the lines, as billing reads nothing else. Answers the
 * timeframe after them.
 */
export async function recordLines(
  ports: Pick<BenchPorts, 'ledger' | 'sha256'>,
  grid: Grid,
  place: { readonly period: BillingPeriod; readonly from: Timeframe },
  ids: readonly ProsumerId[],
  random: Seeded,
): Promise<Timeframe> {
  const of = { gridId: grid.id, revision: 0 };
  let timeframe = place.from;
  for (let n = 0; n < timeframesPerPeriod; n += 1) {
    const positions = ids.map((accountId) => {
      const { producedWh, consumedWh } = energies(random);
      return { accountId, positionWh: subtractWh(producedWh, consumedWh) };
    });
    const start = { ...of, timeframe, firstSequence: 1, previousHash: zeroHash };
    const terms = marketTrades(clearMarket(positions, [], grid.terms[0]), grid.terms[0].tariff);
    const trades = chainTrades(start, terms, ports.sha256);
    for (let at = 0; at < trades.length; at += tradesPerBatch) {
      const part = trades.slice(at, at + tradesPerBatch);
      const lines = billedLinesOf(part, priceVaries(grid.terms[0]));
      const key = { ...of, timeframe, batch: batchOf(at + 1) };
      await ports.ledger.record(key, [], { period: place.period, ...lines });
    }
    timeframe = nextTimeframe(timeframe, timeframeMinutes);
  }
  return timeframe;
}
