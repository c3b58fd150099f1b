import type { GridTotals } from '../domain/grid.ts';
import type { GridId, ProsumerId } from '../domain/ids.ts';
import type { NettoLine } from '../domain/netto.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import { type Instant, isAligned, type Timeframe } from '../domain/timeframe.ts';
import type { StoredClosing, TimeframeRange } from '../ports/closingStore.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import type { Ports } from '../ports/ports.ts';
import type { MemberTotals } from '../ports/rosterStore.ts';
import { gridNotFound } from './getGrid.ts';
import { prosumerNotFound } from './getProsumer.ts';
import { misaligned, timeframeNotFound } from './listTimeframes.ts';

/** The netto of all prosumers of a grid in one closed timeframe, by prosumer id ascending. */
export async function listTimeframeNetto(
  { grids, closings }: Pick<Ports, 'grids' | 'closings'>,
  gridId: GridId,
  at: Instant,
  page: PageRequest<ProsumerId>,
): Promise<Result<{ closing: StoredClosing; lines: Page<NettoLine, ProsumerId> }, Refusal>> {
  const grid = (await grids.get(gridId))?.value;
  if (grid === undefined) return refuse(gridNotFound(gridId));
  if (!isAligned(at, grid.timeframeMinutes)) return refuse(misaligned(grid, at));
  const closing = await closings.latest(gridId, at);
  if (closing === undefined) return refuse(timeframeNotFound(gridId, at));
  return accept({ closing, lines: await closings.listNettos(gridId, closing.nettosId, page) });
}

/** The members of a grid with their netto over all closed timeframes, by prosumer id ascending. */
export async function listGridNetto(
  { grids, rosters }: Pick<Ports, 'grids' | 'rosters'>,
  gridId: GridId,
  page: PageRequest<ProsumerId>,
): Promise<Result<{ totals: GridTotals; members: Page<MemberTotals, ProsumerId> }, Refusal>> {
  if ((await grids.get(gridId)) === undefined) return refuse(gridNotFound(gridId));
  const [totals, members] = await Promise.all([rosters.totals(gridId), rosters.list(gridId, page)]);
  return accept({ totals, members });
}

export type ProsumerNetto = { readonly closing: StoredClosing; readonly line: NettoLine };

/**
 * One prosumer's netto per closed timeframe, oldest first. A page may hold fewer than its limit:
 * timeframes in which the prosumer took no part are passed over.
 */
export async function listProsumerNetto(
  { prosumers, closings }: Pick<Ports, 'prosumers' | 'closings'>,
  prosumerId: ProsumerId,
  range: TimeframeRange,
  page: PageRequest<Timeframe>,
): Promise<Result<Page<ProsumerNetto, Timeframe>, Refusal>> {
  const stored = await prosumers.get(prosumerId);
  if (stored === undefined) return refuse(prosumerNotFound(prosumerId));
  const { gridId } = stored.prosumer;
  const { items, ...rest } = await closings.list(gridId, range, page);
  const nettosIds = items.map(({ nettosId }) => nettosId);
  const lines = await closings.nettosOf(gridId, nettosIds, prosumerId);
  const found = items.flatMap((closing) => {
    const line = lines.get(closing.nettosId);
    return line === undefined ? [] : [{ closing, line }];
  });
  return accept({ items: found, ...rest });
}
