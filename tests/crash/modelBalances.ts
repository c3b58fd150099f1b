import type { Bid } from '../history/modelBid.ts';
import { createBooks, postMarket } from '../history/modelBooks.ts';
import { clear } from '../history/modelMarket.ts';
import { quoteOf } from '../history/modelTerms.ts';
import { prices } from './crashGrid.ts';
import type { Notebook, NotedReading } from './notebook.ts';

const terms = { ...prices, importFee: 0n, market: { kind: 'auction' } } as const;

/**
 * What each account must come to in µsat: every timeframe settled once, on the last readings, trades
 * ahead and orders that were acknowledged. Imports nothing of the app. Accounts of 0 are left out.
 */
export function modelBalances(notebook: Notebook): ReadonlyMap<string, bigint> {
  const readings = Map.groupBy(notebook.readings, ({ timeframe }) => timeframe);
  const trades = Map.groupBy(notebook.trades, ({ timeframe }) => timeframe);
  const orders = Map.groupBy(notebook.orders, ({ timeframe }) => timeframe);
  const balances = new Map<string, bigint>();
  for (const timeframe of new Set([...readings.keys(), ...trades.keys()])) {
    const books = createBooks();
    const positions = positionsOf(readings.get(timeframe) ?? []);
    const grow = (id: string, byWh: bigint) => positions.set(id, (positions.get(id) ?? 0n) + byWh);
    for (const { prosumerId, side, ...trade } of trades.get(timeframe) ?? []) {
      if (trade.cancelled === 'yes') continue;
      const [seller, buyer] = side === 'sell' ? [prosumerId, miniGrid] : [miniGrid, prosumerId];
      const energyWh = BigInt(trade.energyWh);
      books.sell(seller, energyWh, quoteOf(terms));
      books.buy(buyer, energyWh, quoteOf(terms), terms.gridFee);
      grow(seller, -energyWh);
      grow(buyer, energyWh);
    }
    const bids = (orders.get(timeframe) ?? []).map<Bid>((order) => ({
      ...{ id: order.id, prosumerId: order.prosumerId, isForTimeframe: true, side: order.side },
      ...{ energyWh: BigInt(order.energyWh), limit: BigInt(order.limitPriceMsatPerKwh) },
    }));
    const { price, peers } = clear(positions, terms, bids);
    postMarket(books, positions, peers, price, terms);
    for (const [id, { balanceUsat }] of books.accounts()) {
      balances.set(id, (balances.get(id) ?? 0n) + balanceUsat);
    }
  }
  return new Map([...balances].filter(([, usat]) => usat !== 0n).sort(byId));
}

const miniGrid = 'mini-grid';

function positionsOf(readings: readonly NotedReading[]): Map<string, bigint> {
  const positions = new Map<string, bigint>();
  // The last version of each counts.
  for (const each of readings.toSorted((a, b) => a.version - b.version)) {
    positions.set(each.prosumerId, BigInt(each.producedWh - each.consumedWh));
  }
  return positions;
}

function byId([a]: readonly [string, bigint], [b]: readonly [string, bigint]): number {
  return a < b ? -1 : 1;
}
