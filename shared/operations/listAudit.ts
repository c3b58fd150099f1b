import type { AuditEntry } from '../domain/audit.ts';
import type { GridId } from '../domain/ids.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import type { AuditPosition, AuditRange } from '../ports/auditLog.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import type { Ports } from '../ports/ports.ts';
import { gridNotFound } from './getGrid.ts';

/** Who changed what of a grid, in both databases, newest first. */
export async function listAudit(
  { grids, gridAudit, prosumerAudit }: Pick<Ports, 'grids' | 'gridAudit' | 'prosumerAudit'>,
  gridId: GridId,
  range: AuditRange,
  page: PageRequest<AuditPosition>,
): Promise<Result<Page<AuditEntry, AuditPosition>, Refusal>> {
  if ((await grids.get(gridId)) === undefined) return refuse(gridNotFound(gridId));
  const pages = await Promise.all([
    gridAudit.list(gridId, range, page),
    prosumerAudit.list(gridId, range, page),
  ]);
  // Each page holds the newest of its log: the newest of both are among them.
  const found = pages.flatMap(({ items }) => items).sort(newestFirst);
  const items = found.slice(0, page.limit);
  const last = items.at(-1);
  const isMore = found.length > items.length || pages.some(({ next }) => next !== undefined);
  return accept({ items, ...(isMore && last && { next: { at: last.at, id: last.id } }) });
}

function newestFirst(a: AuditPosition, b: AuditPosition): number {
  if (a.at !== b.at) return a.at > b.at ? -1 : 1;
  return a.id > b.id ? -1 : 1;
}
