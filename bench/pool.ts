import { createHash } from 'node:crypto';
import { clearMarket } from '../shared/domain/clearMarket.ts';
import type { Terms } from '../shared/domain/grid.ts';
import { marketTrades } from '../shared/domain/marketTrades.ts';
import type { Position } from '../shared/domain/netto.ts';
import type { TradeTerms } from '../shared/domain/trade.ts';
import { subtractWh } from '../shared/domain/units.ts';
import type { Benchmark, BenchRow } from './benchmark.ts';
import { measure } from './measure.ts';
import { benchGrid, energies, firstInstant, prosumerIds } from './population.ts';
import { seeded } from './seeded.ts';

const goalMsBySize = new Map([[100_000, 100]]);
const terms: Terms = { validFrom: firstInstant, ...benchGrid };

/** The pool alone: positions in memory → trades. */
export const pool: Benchmark = {
  title: 'pool: positions → trades, in memory',
  async *run(sizes = [100, 1_000, 10_000, 100_000, 1_000_000]) {
    for (const size of sizes) yield clear(size);
  },
};

function clear(size: number): BenchRow {
  const positions = positionsOf(size);
  const {
    ms,
    runs,
    value: trades,
  } = measure(() => marketTrades(clearMarket(positions, [], terms), terms.tariff));
  const goalMs = goalMsBySize.get(size);
  return {
    size,
    unit: 'prosumers',
    ms,
    runs,
    ...(goalMs !== undefined && { goalMs }),
    notes: `${trades.length} trades; ${perNLogN(ms, size)} ns · n log₂ n`,
    hash: hashOf(trades),
  };
}

function positionsOf(size: number): readonly Position[] {
  const random = seeded(size);
  return prosumerIds(size).map((accountId) => {
    const { producedWh, consumedWh } = energies(random);
    return { accountId, positionWh: subtractWh(producedWh, consumedWh) };
  });
}

function perNLogN(ms: number, size: number): string {
  return ((ms * 1e6) / (size * Math.log2(size))).toFixed(1);
}

function hashOf(trades: readonly TradeTerms[]): string {
  const hash = createHash('sha256');
  for (const trade of trades) hash.update(JSON.stringify(Object.entries(trade)));
  return hash.digest('hex');
}
