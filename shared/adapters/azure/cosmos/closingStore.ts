import type { GridId } from '../../../domain/ids.ts';
import type { Timeframe } from '../../../domain/timeframe.ts';
import type { ClosingStore } from '../../../ports/closingStore.ts';
import { mapConcurrently } from './boundedConcurrency.ts';
import {
  type ClosingDocument,
  closingDocumentOf,
  closingIdOf,
  closingOf,
  late,
  notLate,
  settled,
} from './closingDocument.ts';
import { listClosings } from './closingList.ts';
import { pauseBefore } from './contention.ts';
import { ContentionError } from './cosmosErrors.ts';
import type { Documents } from './documents.ts';
import { nettoPages } from './nettoPages.ts';
import type { CosmosDatabase } from './openCosmos.ts';

/** Closings, a document each, and beside them the pages of their nettos. */
export function cosmosClosingStore(database: CosmosDatabase): ClosingStore {
  const { operate } = database;
  return {
    ...nettoPages(database),
    create: (closing) =>
      operate('closings.create', (documents) =>
        documents('closings').create(closingDocumentOf(closing)),
      ),
    last: (gridId) =>
      operate('closings.last', async (documents) => {
        const query = { orderBy: 'c.id DESC', top: 1 } as const;
        const [last] = await documents('closings').query<ClosingDocument>(gridId, query);
        return last && closingOf(last);
      }),
    byNumber: (gridId, closingNumber) =>
      operate('closings.byNumber', async (documents) => {
        const id = closingIdOf(closingNumber);
        const found = await documents('closings').read<ClosingDocument>(gridId, id);
        return found && closingOf(found);
      }),
    latest: (gridId, timeframe) =>
      operate('closings.latest', async (documents) => {
        const last = (await revisionsOf(documents('closings'), gridId, timeframe)).at(-1);
        return last && closingOf(last);
      }),
    revisions: (gridId, timeframe) =>
      operate('closings.revisions', async (documents) =>
        (await revisionsOf(documents('closings'), gridId, timeframe)).map(closingOf),
      ),
    list: (gridId, range, page) =>
      operate('closings.list', (documents) =>
        listClosings(documents('closings'), gridId, range, page),
      ),
    listUnsettled: (gridId, limit) =>
      operate('closings.listUnsettled', async (documents) => {
        const query = { where: 'c.isOpen = true', orderBy: 'c.id', top: limit } as const;
        const open = await documents('closings').query<ClosingDocument>(gridId, query);
        return open.map(closingOf);
      }),
    markSettled: (gridId, closingNumber) =>
      operate('closings.markSettled', (documents) =>
        change(documents('closings'), gridId, closingIdOf(closingNumber), settled),
      ),
    markLate: (gridId, timeframes) =>
      operate('closings.markLate', async (documents) => {
        await mapConcurrently(timeframes, (timeframe) =>
          markLatest(documents('closings'), gridId, timeframe),
        );
      }),
    listLate: (gridId, from, limit) =>
      operate('closings.listLate', async (documents) => {
        const found = await documents('closings').query<ClosingDocument>(gridId, {
          where: 'c.isLate = true AND c.timeframe >= @from',
          orderBy: 'c.timeframe',
          top: limit,
          parameters: { '@from': from },
        });
        return found.map(closingOf);
      }),
    clearLate: (gridId, closingNumber) =>
      operate('closings.clearLate', (documents) =>
        change(documents('closings'), gridId, closingIdOf(closingNumber), notLate),
      ),
  };
}

const attemptsMax = 16;

/** A timeframe has few revisions: they are put in order here, which needs no index of two paths. */
async function revisionsOf(
  closings: Documents,
  gridId: GridId,
  timeframe: Timeframe,
): Promise<ClosingDocument[]> {
  const found = await closings.query<ClosingDocument>(gridId, {
    where: 'c.timeframe = @timeframe',
    parameters: { '@timeframe': timeframe },
  });
  return found.toSorted((a, b) => a.closing.revision - b.closing.revision);
}

/**
 * A revision that is committed while the one before it is being marked may lack the reading as
 * well: what is the latest is asked again after the mark, until it is the one that was marked.
 */
async function markLatest(closings: Documents, gridId: GridId, timeframe: Timeframe) {
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    await pauseBefore(attempt);
    const latest = (await revisionsOf(closings, gridId, timeframe)).at(-1);
    if (latest === undefined || latest.isLate === true) return;
    await change(closings, gridId, latest.id, late);
  }
  throw new ContentionError(`${gridId} ${timeframe} is corrected again and again.`);
}

/** Changes a closing's marks where that makes a difference; one that is not there stays so. */
async function change(
  closings: Documents,
  gridId: GridId,
  id: string,
  to: (document: ClosingDocument) => ClosingDocument,
): Promise<void> {
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    await pauseBefore(attempt);
    const found = await closings.read<ClosingDocument>(gridId, id);
    if (found === undefined) return;
    const changed = to(found);
    if (changed.isOpen === found.isOpen && changed.isLate === found.isLate) return;
    if ((await closings.replace(gridId, changed, found._etag)) !== undefined) return;
  }
  throw new ContentionError(`Others keep changing closing ${id} of ${gridId}.`);
}
