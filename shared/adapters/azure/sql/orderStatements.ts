import { addEntries } from './auditEntries.ts';
import { lockedTransaction } from './lockedTransaction.ts';
import { isSealed } from './orderBooks.ts';

const insertVersion = `INSERT INTO orderVersions (orderId, version, gridId, prosumerId, timeframe,
    side, energyWh, limitPriceMsatPerKwh, validFrom, validUntil, placedAt, changedAt, status)
  VALUES (@id, @version, @gridId, @prosumerId, @timeframe, @side, @energyWh, @limitPriceMsatPerKwh,
    @validFrom, @validUntil, @placedAt, @changedAt, @status);`;

const latestVersion = `orders INNER JOIN orderVersions
  ON orderVersions.orderId = orders.orderId AND orderVersions.version = orders.version`;

/** Places the first version of an order. Answers what came of it, then the order of its id. */
export const placeStatement = lockedTransaction({
  mode: 'Exclusive',
  declarations: 'DECLARE @outcome VARCHAR(20);',
  work: `IF EXISTS (SELECT 1 FROM orders WHERE orderId = @id) SET @outcome = 'placed';
IF @outcome IS NULL AND ${isSealed('@validFrom')} SET @outcome = 'sealed';
IF @outcome IS NULL AND @openMax <= (SELECT COUNT(*) FROM orders
    WHERE status = 'open' AND prosumerId = @prosumerId AND validUntil > @validFrom)
  SET @outcome = 'too_many';
IF @outcome IS NULL
BEGIN
  INSERT INTO orders (orderId, prosumerId, version, status, validUntil)
  VALUES (@id, @prosumerId, @version, @status, @validUntil);
  ${insertVersion}
  ${addEntries()}
  SET @outcome = 'placed';
END`,
  answer: `SELECT @outcome AS outcome;
SELECT orderVersions.* FROM ${latestVersion} WHERE orders.orderId = @id;`,
});

/** The latest version of an order, and how far the books of its grid are sealed. */
export const orderStatement = `SELECT orderVersions.*,
  COALESCE(books.sealedThrough, '') AS sealedThrough
FROM ${latestVersion}
LEFT JOIN orderBooks AS books ON books.gridId = orderVersions.gridId
WHERE orders.orderId = @id;`;

/** The latest versions of a prosumer's orders. */
export const ordersOfStatement = `SELECT TOP (@limit) orderVersions.*
FROM ${latestVersion}
WHERE orders.prosumerId = @prosumerId AND orders.orderId > @after ORDER BY orders.orderId`;

/**
 * Ends the version before, and adds the next, if that is still the latest and the timeframe that the
 * next counts from is not sealed.
 */
export const changeStatement = lockedTransaction({
  mode: 'Exclusive',
  declarations: 'DECLARE @changed INT;',
  work: `UPDATE orders SET version = @version, status = @status, validUntil = @validUntil
WHERE orderId = @id AND version = @version - 1 AND NOT ${isSealed('@validFrom')};
SET @changed = @@ROWCOUNT;
IF @changed = 1
BEGIN
  UPDATE orderVersions SET validUntil = @validFrom
  WHERE orderId = @id AND version = @version - 1 AND validUntil > @validFrom;
  ${insertVersion}
  ${addEntries()}
END`,
  answer: 'SELECT @changed AS changed;',
});
