import type { Closing } from '../../shared/domain/closing.ts';
import { auditClosing, auditTrades, type Line, type SeenClosing } from './auditClosing.ts';
import { auditGathered, auditTotals } from './auditGathered.ts';
import { type Books, type BooksReader, check, checkSame, type Row, textOf } from './books.ts';

/** Reads each closing once, and remembers that it stays as it was. */
export type ClosingHistory = {
  audit(books: Books): void;
  /** All closings of a grid, by number. */
  of(gridId: string): readonly SeenClosing[];
  /** How many closings correct another. */
  corrections(): number;
  /** The latest revision of a timeframe. */
  latest(gridId: string, timeframe: string): SeenClosing | undefined;
};

export function openClosingHistory(reader: BooksReader): ClosingHistory {
  const chains = new Map<string, SeenClosing[]>();
  const documents = new Map<string, string>();
  const latest = new Map<string, SeenClosing>();
  const add = (books: Books, row: Row) => {
    const closing: Closing = JSON.parse(textOf(row, 'document'));
    const { gridId, timeframe, nettosId } = closing;
    const chain = chains.get(gridId) ?? [];
    chains.set(gridId, chain);
    const lines = linesOf(reader.nettoPages(gridId, nettosId));
    const seen: SeenClosing = { closing, lines };
    const before = latest.get(`${gridId} ${timeframe}`);
    const grid = books.grids.find(({ id }) => id === gridId);
    if (grid === undefined) throw new Error(`nobody has the grid ${gridId}`);
    auditClosing(seen, before, chain, grid);
    chain.push(seen);
    latest.set(`${gridId} ${timeframe}`, seen);
  };
  return {
    audit(books) {
      const rows = books.table('closings');
      check(rows.length >= documents.size, 'some closings are gone');
      for (const row of rows) {
        const { gridId, closingNumber } = row;
        const key = `${gridId} ${closingNumber}`;
        if (!documents.has(key)) add(books, row);
        documents.set(key, documents.get(key) ?? textOf(row, 'document'));
        checkSame(row['document'], documents.get(key), `closing ${key}`);
        const seen = chains.get(String(gridId))?.[Number(closingNumber) - 1];
        if (seen === undefined || seen.trades !== undefined) continue;
        const trades = auditTrades(reader, seen.closing);
        check(trades !== undefined || row['status'] === 'closed', `${key} lacks trades`);
        if (trades !== undefined) seen.trades = trades;
      }
      auditGathered(books, chains);
      auditTotals(books, chains);
    },
    of: (gridId) => chains.get(gridId) ?? [],
    corrections: () =>
      [...chains.values()].flat().filter(({ closing }) => closing.revision > 0).length,
    latest: (gridId, timeframe) => latest.get(`${gridId} ${timeframe}`),
  };
}

function linesOf(pages: readonly string[]): ReadonlyMap<string, Line> {
  const lines = pages.flatMap(
    (page) => JSON.parse(page) as [string, number, number, string, number][],
  );
  return new Map(
    lines.map(([id, producedWh, consumedWh, status, version]) => [
      id,
      { producedWh, consumedWh, status, version },
    ]),
  );
}
