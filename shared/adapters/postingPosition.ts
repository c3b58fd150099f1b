import type { PostingPosition, StoredPosting } from '../ports/ledgerStore.ts';

/** Where a posting stands among all of its grid. */
export function postingPositionOf(posting: StoredPosting): PostingPosition {
  const { timeframe, accountId, revision, sequence, side } = posting;
  return { timeframe, accountId, revision, sequence, side };
}
