import { type Books, check, numberOf, textOf } from './books.ts';
import type { ClosingHistory } from './closingHistory.ts';
import type { Community } from './community.ts';

/**
 * No reading that the app said it has is forgotten: it is in the latest revision of its timeframe, or
 * that is marked as late, or it is not settled, and the second look for readings is still to come.
 */
export function auditLate(
  books: Books,
  closings: ClosingHistory,
  communities: readonly Community[],
): void {
  const open = new Set<string>();
  for (const row of books.table('closings')) {
    const isOpen = row['status'] === 'closed' || numberOf(row, 'hasLateReadings') > 0n;
    if (isOpen) open.add(`${row['gridId']} ${row['closingNumber']}`);
  }
  for (const { gridId, answered } of communities) {
    for (const [key, version] of answered) {
      const [prosumerId = '', timeframe = ''] = key.split(' ');
      const latest = closings.latest(gridId, timeframe);
      if (latest === undefined) continue;
      const settledOn = latest.lines.get(prosumerId)?.version ?? 0;
      const isForgotten =
        settledOn < version && !open.has(`${gridId} ${latest.closing.closingNumber}`);
      if (isForgotten && hasLeft(books, prosumerId, timeframe)) continue;
      check(!isForgotten, `version ${version} of ${key} is in no closing, and none is late`);
    }
  }
}

/** Until the roster knew that a prosumer had left, its readings were taken: nothing settles them. */
export function hasLeft(books: Books, prosumerId: string, timeframe: string): boolean {
  return books.table('members').some((member) => {
    const until = textOf(member, 'activeUntil');
    return member['prosumerId'] === prosumerId && until !== '' && until <= timeframe;
  });
}
