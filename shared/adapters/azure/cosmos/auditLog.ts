import type { AuditEntry } from '../../../domain/audit.ts';
import type { GridId } from '../../../domain/ids.ts';
import type { AuditLog, AuditPosition } from '../../../ports/auditLog.ts';
import { auditBounds, auditPosition } from '../../auditRows.ts';
import { pageOf, rowsFor } from '../../pageOf.ts';
import type { ContainerName } from './containers.ts';
import type { Documents } from './documents.ts';
import { type GridDocument, readGrid } from './gridDocument.ts';
import type { CosmosDatabase } from './openCosmos.ts';

/** Its id is in the order of time. */
type EntryDocument = { readonly id: string; readonly pk: GridId; readonly entry: AuditEntry };

/**
 * The audit log of Smart Grid Info. Where somebody ended between a change and the copy of its entry,
 * the entry is copied here, from the grid that bears it, before the list is read.
 */
export function cosmosAuditLog({ operate }: CosmosDatabase): AuditLog {
  return {
    list: (gridId, range, page) =>
      operate('gridAudit.list', async (documents) => {
        await copyEntry(documents, await readGrid(documents('grids'), gridId));
        const { from, before } = auditBounds(range, page.after);
        const rows = await documents('auditEntries').query<EntryDocument>(gridId, {
          where: 'c.id >= @from AND c.id < @before',
          orderBy: 'c.id DESC',
          top: rowsFor(page),
          parameters: { '@from': from, '@before': idOf(before) },
        });
        return pageOf(
          rows.map(({ entry }) => entry),
          page,
          auditPosition,
        );
      }),
  };
}

/**
 * Copies the entry of a grid's last change to the log. Repeatable: whoever comes second finds it
 * there, and nothing in the log is ever written again.
 */
export async function copyEntry(
  documents: (container: ContainerName) => Documents,
  grid: Pick<GridDocument, 'entry'> | undefined,
): Promise<void> {
  const entry = grid?.entry;
  if (entry === undefined) return;
  const document: EntryDocument = { id: idOf(entry), pk: entry.gridId, entry };
  await documents('auditEntries').create(document);
}

/** Before that of every entry of an instant: the id of its position without an id. */
function idOf({ at, id }: AuditPosition): string {
  return `${at}.${id}`;
}
