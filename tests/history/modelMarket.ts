import { type Share, shareOut } from '../endToEnd/modelPool.ts';
import { clearAuction } from './modelAuction.ts';
import type { Bid, Cleared } from './modelBid.ts';
import { type FrameTerms, halfEven, quoteOf } from './modelTerms.ts';

/** Clears what accounts have left over (above 0) or lack (below 0). */
export function clear(
  positions: ReadonlyMap<string, bigint>,
  terms: FrameTerms,
  bids: readonly Bid[],
): Cleared {
  const sellers = sideOf(positions, 1n);
  const buyers = sideOf(positions, -1n);
  if (terms.market.kind === 'auction') {
    return clearAuction(sellers, buyers, terms, terms.market, bids);
  }
  const supply = sumOf(sellers);
  const demand = sumOf(buyers);
  const volume = supply < demand ? supply : demand;
  const peers = new Map<string, bigint>();
  for (const { id, energyWh } of [...shareOut(sellers, volume), ...shareOut(buyers, volume)]) {
    peers.set(id, energyWh);
  }
  return { price: poolPrice(terms, supply, demand), peers };
}

/** Those of one side, as energies above 0, in byte order of their ids. */
function sideOf(positions: ReadonlyMap<string, bigint>, sign: bigint): Share[] {
  return [...positions]
    .map(([id, energyWh]) => ({ id, energyWh: energyWh * sign }))
    .filter(({ energyWh }) => energyWh > 0n)
    .sort((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)));
}

function poolPrice(terms: FrameTerms, supply: bigint, demand: bigint): bigint {
  const { market, importPrice, exportPrice } = terms;
  if (market.kind !== 'supply_demand_ratio') return quoteOf(terms);
  if (supply === 0n) return importPrice;
  if (supply >= demand || importPrice === exportPrice) return exportPrice;
  const above = importPrice * exportPrice * demand;
  const below = (importPrice - exportPrice) * supply + exportPrice * demand;
  return halfEven(above, below);
}

function sumOf(shares: readonly Share[]): bigint {
  return shares.reduce((sum, { energyWh }) => sum + energyWh, 0n);
}
