import { lockedTransaction } from './lockedTransaction.ts';

/**
 * The book of a timeframe: its trades ahead, then its orders. Standing ones are found by their ends:
 * those that ended before the timeframe are not read.
 */
export const bookStatement = `
SELECT * FROM tradesAhead
WHERE gridId = @gridId AND timeframe = @timeframe AND status = 'pending' ORDER BY sequence;
SELECT * FROM orderVersions
WHERE gridId = @gridId AND timeframe = @timeframe AND validUntil > @timeframe
UNION ALL
SELECT * FROM orderVersions
WHERE timeframe IS NULL AND gridId = @gridId AND validUntil > @timeframe
  AND validFrom <= @timeframe
ORDER BY prosumerId, orderId;`;

/** Seals through a timeframe, unless a later one is sealed, and answers the book. */
export const sealStatement = lockedTransaction({
  mode: 'Exclusive',
  work: `UPDATE orderBooks SET sealedThrough = @timeframe
WHERE gridId = @gridId AND sealedThrough < @timeframe;
IF @@ROWCOUNT = 0
  INSERT INTO orderBooks (gridId, sealedThrough, sequence)
  SELECT @gridId, @timeframe, 0
  WHERE NOT EXISTS (SELECT 1 FROM orderBooks WHERE gridId = @gridId);`,
  // What is sealed is the same to whoever reads it after.
  answer: bookStatement,
});
