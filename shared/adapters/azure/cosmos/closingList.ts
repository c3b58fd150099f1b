import type { GridId } from '../../../domain/ids.ts';
import type { Timeframe } from '../../../domain/timeframe.ts';
import type { StoredClosing, TimeframeRange } from '../../../ports/closingStore.ts';
import type { Page, PageRequest } from '../../../ports/page.ts';
import { pageOf, rowsFor } from '../../pageOf.ts';
import { type ClosingDocument, closingOf } from './closingDocument.ts';
import type { Documents } from './documents.ts';

/** Read beyond the page, for timeframes that have more than one revision. */
const rowsSpare = 16;
/** Revisions of one timeframe that a list can pass; corrected daily it takes years to have so many. */
const rowsMax = 4_096;
/** Compare as text with timeframes, which are digits, `-`, `:`, `T` and `Z` of one length. */
const beforeAll = '';
const afterAll = '~';

/**
 * The latest revision of each timeframe in a range. Rows come by timeframe, in parts: a part that is
 * full may hold only some revisions of its last timeframe, with which the next part begins again.
 */
export async function listClosings(
  closings: Documents,
  gridId: GridId,
  range: TimeframeRange,
  page: PageRequest<Timeframe>,
): Promise<Page<StoredClosing, Timeframe>> {
  const wanted = rowsFor(page);
  const found: ClosingDocument[] = [];
  let from: string = range.from ?? beforeAll;
  let top = wanted + rowsSpare;
  while (found.length < wanted) {
    const rows = await closings.query<ClosingDocument>(gridId, {
      where: 'c.timeframe >= @from AND c.timeframe < @to AND c.timeframe > @after',
      orderBy: 'c.timeframe',
      top,
      parameters: {
        '@from': from,
        '@to': range.to ?? afterAll,
        '@after': page.after ?? beforeAll,
      },
    });
    const last = rows.at(-1)?.timeframe;
    if (last === undefined || rows.length < top) {
      found.push(...latestOf(rows));
      break;
    }
    const whole = rows.filter(({ timeframe }) => timeframe !== last);
    found.push(...latestOf(whole));
    if (whole.length === 0) top = moreThan(top, gridId, last);
    from = last;
  }
  return pageOf(found.map(closingOf), page, (closing) => closing.timeframe);
}

/** The highest revision of each timeframe, in the order of the rows. */
function latestOf(rows: readonly ClosingDocument[]): Iterable<ClosingDocument> {
  const latest = new Map<Timeframe, ClosingDocument>();
  for (const row of rows) {
    const other = latest.get(row.timeframe);
    if (other === undefined || other.closing.revision < row.closing.revision) {
      latest.set(row.timeframe, row);
    }
  }
  return latest.values();
}

function moreThan(top: number, gridId: GridId, timeframe: Timeframe): number {
  if (top < rowsMax) return Math.min(top * 4, rowsMax);
  throw new Error(`${gridId} ${timeframe} has ${top} revisions or more, which no list can pass.`);
}
