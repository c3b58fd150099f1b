import type { GridId, ProsumerId, TradeAheadId } from '../domain/ids.ts';
import type { AheadView, TradeAhead } from '../domain/order.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import { type Instant, isAligned, type Timeframe } from '../domain/timeframe.ts';
import { parseAheadId, tradeIdOf } from '../domain/tradeId.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import type { Ports } from '../ports/ports.ts';
import { gridNotFound } from './getGrid.ts';
import { prosumerNotFound } from './getProsumer.ts';
import { misaligned } from './listTimeframes.ts';
import { tradeNotFound } from './listTrades.ts';

/** How many trades of a timeframe are read at once, to tell their places. */
const placesPerPage = 1000;

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

/** The trades as they are seen, all of one grid. What is behind them is read once per timeframe. */
async function viewAll(
  ports: ViewPorts,
  trades: readonly TradeAhead[],
): Promise<readonly AheadView[]> {
  const [first] = trades;
  if (first === undefined) return [];
  const { gridId } = first;
  // Timeframes close in order, and what is closed is sealed: the last tells of all.
  const closedThrough = (await ports.closings.last(gridId))?.closedThrough;
  const throughOf = new Map<Timeframe, number>();
  for (const { status, timeframe, sequence } of trades) {
    if (status !== 'pending' || closedThrough === undefined || timeframe > closedThrough) continue;
    throughOf.set(timeframe, Math.max(sequence, throughOf.get(timeframe) ?? 0));
  }
  const places = new Map<TradeAheadId, number>();
  for (const [timeframe, through] of throughOf) {
    await addPlaces(ports, places, { gridId, timeframe }, through);
  }
  return trades.map((trade) => {
    const place = places.get(trade.id);
    if (place === undefined) return trade;
    return { ...trade, status: 'posted', tradeId: tradeIdOf(gridId, trade.timeframe, 0, place) };
  });
}

/**
 * Adds the places of a closed timeframe's pending trades, up to a sequence: the first of its
 * revision 0 are these, in order.
 */
async function addPlaces(
  { orders }: Pick<Ports, 'orders'>,
  places: Map<TradeAheadId, number>,
  of: { readonly gridId: GridId; readonly timeframe: Timeframe },
  through: number,
): Promise<void> {
  let place = 0;
  let after: number | undefined;
  do {
    const page = await orders.listAhead(of, {
      limit: placesPerPage,
      ...(after !== undefined && { after }),
    });
    for (const { id, status } of page.items) {
      if (status !== 'pending') continue;
      place += 1;
      places.set(id, place);
    }
    after = page.next;
  } while (after !== undefined && after < through);
}
