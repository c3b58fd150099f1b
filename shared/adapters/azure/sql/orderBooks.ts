import type { GridId, TradeAheadId } from '../../../domain/ids.ts';

/** The lock of the books of a grid: of a write and the sealing of its timeframe, one comes first. */
export function booksLock(gridId: GridId): string {
  return `orders:${gridId}`;
}

/** The lock of the books that a trade ahead is in: its id begins with the grid's, which has no dot. */
export function booksLockOf(id: TradeAheadId): string {
  return booksLock(id.slice(0, id.indexOf('.')) as GridId);
}

/** Is the timeframe in this parameter sealed? For statements that have a grid's id as a parameter. */
export function isSealed(parameter: '@timeframe' | '@validFrom'): string {
  return `EXISTS (SELECT 1 FROM orderBooks
    WHERE gridId = @gridId AND sealedThrough >= ${parameter})`;
}
