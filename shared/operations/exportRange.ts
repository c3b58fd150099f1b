import type { GridId } from '../domain/ids.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import type { Trade } from '../domain/trade.ts';
import type { TimeframeRange } from '../ports/closingStore.ts';
import type { PostingPosition, StoredPosting } from '../ports/ledgerStore.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import type { Ports } from '../ports/ports.ts';
import type { TradePosition } from '../ports/tradeStore.ts';
import { gridNotFound } from './getGrid.ts';

/** The trades of a grid in a range, corrections included, by timeframe, revision and sequence. */
export async function exportTrades(
  { grids, trades }: Pick<Ports, 'grids' | 'trades'>,
  gridId: GridId,
  range: TimeframeRange,
  page: PageRequest<TradePosition>,
): Promise<Result<Page<Trade, TradePosition>, Refusal>> {
  if ((await grids.get(gridId)) === undefined) return refuse(gridNotFound(gridId));
  return accept(await trades.list(gridId, range, page));
}

/** The postings of all accounts of a grid in a range, by timeframe, account, revision, sequence. */
export async function exportPostings(
  { grids, ledger }: Pick<Ports, 'grids' | 'ledger'>,
  gridId: GridId,
  range: TimeframeRange,
  page: PageRequest<PostingPosition>,
): Promise<Result<Page<StoredPosting, PostingPosition>, Refusal>> {
  if ((await grids.get(gridId)) === undefined) return refuse(gridNotFound(gridId));
  return accept(await ledger.listGridPostings(gridId, range, page));
}
