import type { GridId } from '../../../domain/ids.ts';
import type { BatchKey } from '../../../domain/ledger.ts';
import {
  compactTimeframe,
  type Instant,
  parseCompactTimeframe,
} from '../../../domain/timeframe.ts';
import { batchOf, type Trade } from '../../../domain/trade.ts';
import type { TimeframeRange } from '../../../ports/closingStore.ts';
import type { Page, PageRequest } from '../../../ports/page.ts';
import type { TradePosition } from '../../../ports/tradeStore.ts';
import { pageOf, rowsFor } from '../../pageOf.ts';
import { mapConcurrently } from './boundedConcurrency.ts';
import type { Documents } from './documents.ts';
import { pkOf, placeOf, type TradeDocument, tradeOf } from './tradeDocument.ts';

/**
 * A recorded batch, in the partition of its grid: what a list goes by. Its id is in the order of
 * timeframe, revision and batch.
 */
type BatchEntry = {
  readonly id: string;
  readonly pk: GridId;
  /** Trades it had when it was first recorded: how many batches to read at once, and no more. */
  readonly trades: number;
};

/** The entry of a batch of which `trades` are written. */
export function batchEntryOf(key: BatchKey, trades: number): BatchEntry {
  return { id: entryIdOf(key), pk: key.gridId, trades };
}

/** Trades of a grid in a range of timeframes, batch after batch. */
export async function listTrades(
  documents: Documents,
  gridId: GridId,
  range: TimeframeRange,
  page: PageRequest<TradePosition>,
): Promise<Page<Trade, TradePosition>> {
  const wanted = rowsFor(page);
  const found: Trade[] = [];
  const { after } = page;
  let from = startOf(range, after);
  const to = range.to === undefined ? afterAll : boundOf(range.to);
  while (found.length < wanted) {
    const entries = await documents.query<BatchEntry>(gridId, {
      select: 'c.id, c.trades',
      where: 'c.id >= @from AND c.id < @to',
      orderBy: 'c.id',
      top: entriesPerQuery,
      parameters: { '@from': from, '@to': to },
    });
    for (let at = 0; at < entries.length && found.length < wanted; ) {
      const part = entriesFor(wanted - found.length, entries.slice(at));
      const batches = await mapConcurrently(part, ({ id }) =>
        tradesOf(documents, keyOf(gridId, id), after, wanted),
      );
      found.push(...batches.flat());
      at += part.length;
    }
    const last = entries.at(-1);
    if (last === undefined || entries.length < entriesPerQuery) break;
    from = `${last.id}${afterDot}`;
  }
  return pageOf(found, page, ({ timeframe, revision, sequence }) => {
    return { timeframe, revision, sequence };
  });
}

/** Digits of revision and batch in an entry's id: the order of ids is that of numbers. */
const digits = 8;
const entriesPerQuery = 32;
/** Behind `.` and every digit, and behind all that an entry's id begins with. */
const afterDot = '/';
const afterAll = '~';

function entryIdOf({ timeframe, revision, batch }: Omit<BatchKey, 'gridId'>): string {
  const [paddedRevision, paddedBatch] = [revision, batch].map((n) =>
    String(n).padStart(digits, '0'),
  );
  return `${compactTimeframe(timeframe)}.${paddedRevision}.${paddedBatch}`;
}

function keyOf(gridId: GridId, entryId: string): BatchKey {
  const [compact = '', revision, batch] = entryId.split('.');
  const timeframe = parseCompactTimeframe(compact);
  if (timeframe === undefined) throw new Error(`${entryId} of ${gridId} is no batch of trades`);
  return { gridId, timeframe, revision: Number(revision), batch: Number(batch) };
}

/** The id from which entries are read: of the batch that holds the position, or of the range. */
function startOf({ from }: TimeframeRange, after: TradePosition | undefined): string {
  const first = from === undefined ? '' : boundOf(from);
  if (after === undefined) return first;
  const { timeframe, revision, sequence } = after;
  const holding = entryIdOf({ timeframe, revision, batch: batchOf(sequence) });
  return holding > first ? holding : first;
}

/** Stands before the entries of timeframes that start at an instant or later, behind all others. */
function boundOf(at: Instant): string {
  // Timeframes start at whole minutes: one that starts in the minute of the instant may be earlier.
  const isWholeMinute = at.endsWith(':00Z');
  return isWholeMinute ? compactTimeframe(at) : `${compactTimeframe(at)}${afterDot}`;
}

/** As many of the entries, one at least, as hold what is still wanted. */
function entriesFor(wanted: number, entries: readonly BatchEntry[]): readonly BatchEntry[] {
  let trades = 0;
  const enough = entries.findIndex((entry) => {
    trades += entry.trades;
    return trades >= wanted;
  });
  return enough < 0 ? entries : entries.slice(0, enough + 1);
}

/** The trades of a batch behind `after`, from the one before on, which knows the hash. */
async function tradesOf(
  documents: Documents,
  key: BatchKey,
  after: TradePosition | undefined,
  wanted: number,
): Promise<Trade[]> {
  const isHolding =
    after !== undefined &&
    after.timeframe === key.timeframe &&
    after.revision === key.revision &&
    batchOf(after.sequence) === key.batch;
  const rows = await documents.query<TradeDocument>(pkOf(key), {
    where: 'c.id >= @from',
    orderBy: 'c.id',
    top: wanted + 1,
    parameters: { '@from': isHolding ? placeOf(after.sequence) : '' },
  });
  return rows.flatMap((row, at) => {
    const previous = rows[at - 1];
    const trade = tradeOf(key, row, previous);
    if (trade === undefined || (isHolding && trade.sequence <= after.sequence)) return [];
    return [trade];
  });
}
