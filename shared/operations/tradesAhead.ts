import type { GridId, ProsumerId } from '../domain/ids.ts';
import type { AheadView, TradeAhead } from '../domain/order.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import { type Instant, isAligned } from '../domain/timeframe.ts';
import { parseAheadId, tradeIdOf } from '../domain/tradeId.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import type { Ports } from '../ports/ports.ts';
import { gridNotFound } from './getGrid.ts';
import { prosumerNotFound } from './getProsumer.ts';
import { misaligned } from './listTimeframes.ts';
import { tradeNotFound } from './listTrades.ts';

type ViewPorts = Pick<Ports, 'orders' | 'closings'>;

export async function getTradeAhead(
  ports: ViewPorts,
  text: string,
): Promise<Result<AheadView, Refusal>> {
  const id = parseAheadId(text);
  const trade = id && (await ports.orders.getAhead(id));
  return trade === undefined ? refuse(tradeNotFound(text)) : accept(await viewAhead(ports, trade));
}

/** Trades ahead of a grid, or of one of its timeframes, in order of acceptance. */
export async function listGridTradesAhead(
  ports: ViewPorts & Pick<Ports, 'grids'>,
  gridId: GridId,
  at: Instant | undefined,
  page: PageRequest<number>,
): Promise<Result<Page<AheadView, number>, Refusal>> {
  const grid = (await ports.grids.get(gridId))?.value;
  if (grid === undefined) return refuse(gridNotFound(gridId));
  if (at !== undefined && !isAligned(at, grid.timeframeMinutes))
    return refuse(misaligned(grid, at));
  const of = at === undefined ? { gridId } : { gridId, timeframe: at };
  return accept(await viewPage(ports, await ports.orders.listAhead(of, page)));
}

/** Trades ahead of a prosumer, newest first. */
export async function listTradesAheadOf(
  ports: ViewPorts & Pick<Ports, 'prosumers'>,
  prosumerId: ProsumerId,
  page: PageRequest<number>,
): Promise<Result<Page<AheadView, number>, Refusal>> {
  const prosumer = await ports.prosumers.get(prosumerId);
  if (prosumer === undefined) return refuse(prosumerNotFound(prosumerId));
  return accept(await viewPage(ports, await ports.orders.listAheadOf(prosumerId, page)));
}

export async function viewAhead(ports: ViewPorts, trade: TradeAhead): Promise<AheadView> {
  const [view = trade] = await viewAll(ports, [trade]);
  return view;
}

async function viewPage(
  ports: ViewPorts,
  { items, ...rest }: Page<TradeAhead, number>,
): Promise<Page<AheadView, number>> {
  return { items: await viewAll(ports, items), ...rest };
}

/**
 * The trades as they are seen, all of one grid. The first trades of a closed timeframe, in revision 0,
 * are those that were pending, in order: their places in it are looked up, of all at once.
 */
async function viewAll(
  { orders, closings }: ViewPorts,
  trades: readonly TradeAhead[],
): Promise<readonly AheadView[]> {
  const [first] = trades;
  if (first === undefined) return [];
  const { gridId } = first;
  // Timeframes close in order, and what is closed is sealed: the last tells of all.
  const closedThrough = (await closings.last(gridId))?.closedThrough ?? '';
  const posted = trades.filter(
    ({ status, timeframe }) => status === 'pending' && timeframe <= closedThrough,
  );
  if (posted.length === 0) return trades;
  const places = await orders.placesAhead(gridId, posted);
  return trades.map((trade) => {
    const place = trade.timeframe <= closedThrough ? places.get(trade.id) : undefined;
    if (place === undefined) return trade;
    return { ...trade, status: 'posted', tradeId: tradeIdOf(gridId, trade.timeframe, 0, place) };
  });
}
