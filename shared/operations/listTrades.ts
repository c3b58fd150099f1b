import { assert } from '../domain/assert.ts';
import type { AccountId, GridId, ProsumerId, TradeId } from '../domain/ids.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import { type Instant, isAligned, nextTimeframe } from '../domain/timeframe.ts';
import type { Trade } from '../domain/trade.ts';
import { parseTradeId } from '../domain/tradeId.ts';
import type { TimeframeRange } from '../ports/closingStore.ts';
import type { Account, StoredPosting } from '../ports/ledgerStore.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import type { Ports } from '../ports/ports.ts';
import type { TradePosition } from '../ports/tradeStore.ts';
import { gridNotFound } from './getGrid.ts';
import { prosumerNotFound } from './getProsumer.ts';
import { misaligned } from './listTimeframes.ts';

/** A prosumer's leg of a trade, with the trade: what the API calls a transaction. */
export type Transaction = { readonly posting: StoredPosting; readonly trade: Trade };

/** Trades of a grid, or of one of its timeframes, in the order in which they are numbered. */
export async function listGridTrades(
  { grids, trades }: Pick<Ports, 'grids' | 'trades'>,
  gridId: GridId,
  at: Instant | undefined,
  page: PageRequest<TradePosition>,
): Promise<Result<Page<Trade, TradePosition>, Refusal>> {
  const grid = (await grids.get(gridId))?.value;
  if (grid === undefined) return refuse(gridNotFound(gridId));
  if (at === undefined) return accept(await trades.list(gridId, {}, page));
  if (!isAligned(at, grid.timeframeMinutes)) return refuse(misaligned(grid, at));
  const range = { from: at, to: nextTimeframe(at, grid.timeframeMinutes) };
  return accept(await trades.list(gridId, range, page));
}

/** A prosumer's postings with their trades, newest first. */
export async function listTransactions(
  { prosumers, ledger, trades }: Pick<Ports, 'prosumers' | 'ledger' | 'trades'>,
  prosumerId: ProsumerId,
  range: TimeframeRange,
  page: PageRequest<TradePosition>,
): Promise<Result<Page<Transaction, TradePosition>, Refusal>> {
  if ((await prosumers.get(prosumerId)) === undefined) return refuse(prosumerNotFound(prosumerId));
  const { items, ...rest } = await ledger.listPostings(prosumerId, range, page);
  return accept({ items: await withTrades(trades, items), ...rest });
}

/** The postings with their trades, in the order given. */
export async function withTrades(
  trades: Ports['trades'],
  postings: readonly StoredPosting[],
): Promise<readonly Transaction[]> {
  const byId = await trades.getMany(postings.map(({ tradeId }) => tradeId));
  return postings.map((posting) => {
    const trade = byId.get(posting.tradeId);
    // Trades are written before their postings: one without the other cannot be.
    assert(trade !== undefined, `the trade ${posting.tradeId} of a posting is recorded`);
    return { posting, trade };
  });
}

export async function getTrade(
  { trades }: Pick<Ports, 'trades'>,
  text: string,
): Promise<Result<Trade, Refusal>> {
  const isTradeId = parseTradeId(text) !== undefined;
  const trade = isTradeId ? await trades.get(text as TradeId) : undefined;
  if (trade !== undefined) return accept(trade);
  return refuse(tradeNotFound(text));
}

export function tradeNotFound(text: string): Refusal {
  return { code: 'trade_not_found', detail: `There is no trade ${text}.` };
}

/** The accounts of a grid, `mini-grid` and `power-plant` included, by id ascending. */
export async function listAccounts(
  { grids, ledger }: Pick<Ports, 'grids' | 'ledger'>,
  gridId: GridId,
  page: PageRequest<AccountId>,
): Promise<Result<Page<Account, AccountId>, Refusal>> {
  if ((await grids.get(gridId)) === undefined) return refuse(gridNotFound(gridId));
  return accept(await ledger.listAccounts(gridId, page));
}
