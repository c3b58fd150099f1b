import type { GridId, ProsumerId } from '../domain/ids.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import type { Ports } from '../ports/ports.ts';
import type { StoredProsumer } from '../ports/prosumerStore.ts';
import { gridNotFound } from './getGrid.ts';

export async function getProsumer(
  { prosumers }: Pick<Ports, 'prosumers'>,
  prosumerId: ProsumerId,
): Promise<Result<StoredProsumer, Refusal>> {
  const stored = await prosumers.get(prosumerId);
  return stored === undefined ? refuse(prosumerNotFound(prosumerId)) : accept(stored);
}

/** Prosumers by id ascending, of one grid or of all. */
export async function listProsumers(
  { prosumers, grids }: Pick<Ports, 'prosumers' | 'grids'>,
  gridId: GridId | undefined,
  page: PageRequest<ProsumerId>,
): Promise<Result<Page<StoredProsumer, ProsumerId>, Refusal>> {
  if (gridId !== undefined && (await grids.get(gridId)) === undefined) {
    return refuse(gridNotFound(gridId));
  }
  return accept(await prosumers.list(gridId, page));
}

export function prosumerErased(prosumerId: ProsumerId): Refusal {
  const detail = `The personal data of ${prosumerId} is erased: it stays as it is.`;
  return { code: 'prosumer_erased', detail };
}

export function prosumerNotFound(prosumerId: string): Refusal {
  return { code: 'prosumer_not_found', detail: `There is no prosumer ${prosumerId}.` };
}
