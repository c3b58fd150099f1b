import type { Grid } from '../domain/grid.ts';
import type { ProsumerId } from '../domain/ids.ts';
import { type Timeframe, timeframeEnd } from '../domain/timeframe.ts';
import type { Ports } from '../ports/ports.ts';
import type { TradePosition } from '../ports/tradeStore.ts';
import { type Transaction, withTrades } from './listTrades.ts';

const postingsPerRead = 1_000;
/** A prosumer trades with each other one a few times: far more than a grid has. */
const readsMax = 1_000;

/** All postings of a prosumer in one timeframe with their trades, by revision and sequence ascending. */
export async function timeframeTransactions(
  { ledger, trades }: Pick<Ports, 'ledger' | 'trades'>,
  { timeframeMinutes }: Grid,
  prosumerId: ProsumerId,
  timeframe: Timeframe,
): Promise<readonly Transaction[]> {
  const range = { from: timeframe, to: timeframeEnd(timeframe, timeframeMinutes) };
  const transactions: Transaction[] = [];
  let after: TradePosition | undefined;
  for (let reads = 0; reads < readsMax; reads += 1) {
    const page = { ...(after && { after }), limit: postingsPerRead };
    const { items, next } = await ledger.listPostings(prosumerId, range, page);
    transactions.push(...(await withTrades(trades, items)));
    if (next === undefined) return transactions.reverse();
    after = next;
  }
  throw new Error(`${prosumerId} has more postings at ${timeframe} than can be explained.`);
}
