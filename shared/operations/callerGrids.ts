import type { Caller } from '../domain/caller.ts';
import { compareIds, type GridId } from '../domain/ids.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import type { Ports } from '../ports/ports.ts';
import { type GridView, listGrids, viewGrid } from './getGrid.ts';

/** The mini grids that a caller has a role in, by id ascending. */
export async function listGridsOf(
  ports: Pick<Ports, 'grids' | 'rosters' | 'clock' | 'prosumers'>,
  caller: Caller,
  { limit, after }: PageRequest<GridId>,
): Promise<Page<GridView, GridId>> {
  const page = { limit, ...(after !== undefined && { after }) };
  const ids = await gridsOf(ports, caller);
  if (ids === 'all') return listGrids(ports, page);
  const left = ids.filter((id) => after === undefined || compareIds(id, after) > 0);
  const here = left.slice(0, limit);
  const stored = await Promise.all(here.map((id) => ports.grids.get(id)));
  const there = stored.filter((each) => each !== undefined);
  const items = await Promise.all(there.map((each) => viewGrid(ports, each)));
  const next = left.length > limit ? here.at(-1) : undefined;
  return { items, ...(next !== undefined && { next }) };
}

async function gridsOf(
  { prosumers }: Pick<Ports, 'prosumers'>,
  { operates, reads, gateways, prosumers: own }: Caller,
): Promise<'all' | readonly GridId[]> {
  if (operates === 'all' || reads === 'all') return 'all';
  const stored = await Promise.all([...own].map((id) => prosumers.get(id)));
  const joined = stored.flatMap((each) => (each === undefined ? [] : [each.prosumer.gridId]));
  const ids = new Set([...operates, ...reads, ...gateways, ...joined]);
  return [...ids].sort(compareIds);
}
