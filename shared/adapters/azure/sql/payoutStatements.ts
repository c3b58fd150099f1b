import type { OutPoint } from '../../../domain/bitcoin.ts';
import { addEntries } from './auditEntries.ts';
import { lockedTransaction } from './lockedTransaction.ts';

export function coinRow({ txid, vout }: OutPoint): readonly unknown[] {
  return [txid, vout];
}

const coinsTable = `
DECLARE @given TABLE (
  txid VARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
  vout BIGINT NOT NULL,
  PRIMARY KEY (txid, vout)
);`;

const readCoins = `INSERT INTO @given (txid, vout)
SELECT txid, vout FROM OPENJSON(@coins) WITH (txid VARCHAR(64) '$[0]', vout BIGINT '$[1]');`;

const isCoinTaken = `EXISTS (SELECT 1 FROM @given AS given INNER JOIN payoutCoins AS there
    ON there.txid = given.txid AND there.vout = given.vout WHERE there.payoutId <> @id)`;

/** Two payouts of different grids that want one coin at once: the key refuses it to the later one. */
const takeCoins = `INSERT INTO payoutCoins (txid, vout, gridId, payoutId)
  SELECT given.txid, given.vout, @gridId, @id FROM @given AS given
  WHERE NOT EXISTS (SELECT 1 FROM payoutCoins AS there
    WHERE there.txid = given.txid AND there.vout = given.vout);`;

/** Creates a payout with its payees and coins if all of them are free. Answers whether it did. */
export const createStatement = lockedTransaction({
  mode: 'Exclusive',
  declarations: `DECLARE @created INT, @isThere INT;
${coinsTable}
DECLARE @taken TABLE (
  period VARCHAR(7) COLLATE Latin1_General_BIN2 NOT NULL,
  prosumerId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  PRIMARY KEY (period, prosumerId)
);`,
  work: `${readCoins}
INSERT INTO @taken (period, prosumerId)
SELECT period, prosumerId
FROM OPENJSON(@payees) WITH (period VARCHAR(7) '$[0]', prosumerId VARCHAR(63) '$[1]');
SET @created = 1;
SELECT @isThere = COUNT(*) FROM payouts WHERE payoutId = @id;

IF ${isCoinTaken}
  OR (SELECT COUNT(*) FROM @taken) > (SELECT COUNT(*) FROM @taken AS taken INNER JOIN payees
    ON payees.gridId = @gridId AND payees.period = taken.period
      AND payees.prosumerId = taken.prosumerId
    WHERE payees.payoutId IS NULL)
  SET @created = 0;

IF @created = 1
BEGIN
  INSERT INTO payouts (payoutId, gridId, status, document)
  VALUES (@id, @gridId, @status, @document);
  UPDATE payees SET payoutId = @id
  FROM payees INNER JOIN @taken AS taken
    ON taken.period = payees.period AND taken.prosumerId = payees.prosumerId
  WHERE payees.gridId = @gridId;
  ${takeCoins}
  ${addEntries()}
END`,
  answer: 'SELECT @created AS created, @isThere AS isThere;',
});

/** Replaces a payout that is still at its version, with its coins. Answers it as it is then. */
export const replaceStatement = lockedTransaction({
  mode: 'Exclusive',
  declarations: `DECLARE @replaced INT;
${coinsTable}`,
  work: `${readCoins}
SET @replaced = 0;
IF NOT ${isCoinTaken}
BEGIN
  UPDATE payouts SET status = @status, document = @document, version = version + 1
  WHERE payoutId = @id AND version = @version;
  SET @replaced = @@ROWCOUNT;
END
IF @replaced = 1
BEGIN
  ${takeCoins}
  ${addEntries()}
END`,
  answer: `SELECT @replaced AS replaced, document, version FROM payouts
WHERE payoutId = @id AND (@replaced = 1 OR version = @version + 1);`,
});

/** Binds an address if its challenge is there. Answers whether it did, and what is bound then. */
export const bindStatement = `
SET NOCOUNT ON;
SET XACT_ABORT ON;
SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
DECLARE @used INT;

BEGIN TRANSACTION;

DELETE FROM addressChallenges WHERE prosumerId = @id AND nonce = @nonce;
SET @used = @@ROWCOUNT;
IF @used = 1
BEGIN
  UPDATE payoutAddresses SET gridId = @gridId, document = @document WHERE prosumerId = @id;
  IF @@ROWCOUNT = 0
    INSERT INTO payoutAddresses (prosumerId, gridId, document) VALUES (@id, @gridId, @document);
  ${addEntries()}
END

COMMIT TRANSACTION;

SELECT @used AS used, document FROM payoutAddresses WHERE prosumerId = @id;`;

/**
 * Keeps a challenge unless its prosumer is erased. Answers whether it did. The first update changes
 * nothing: it locks the prosumer, so that it is not erased before the challenge is there to be deleted.
 */
export const putChallengeStatement = `
SET NOCOUNT ON;
SET XACT_ABORT ON;
SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
DECLARE @isPut INT;

BEGIN TRANSACTION;

UPDATE prosumers SET version = version WHERE prosumerId = @id;
SET @isPut = 1;
IF EXISTS (SELECT 1 FROM prosumers WHERE prosumerId = @id AND erasedAt IS NOT NULL)
  SET @isPut = 0;
IF @isPut = 1
BEGIN
  UPDATE addressChallenges
  SET gridId = @gridId, address = @address, nonce = @nonce, expiresAt = @expiresAt
  WHERE prosumerId = @id;
  IF @@ROWCOUNT = 0
    INSERT INTO addressChallenges (prosumerId, gridId, address, nonce, expiresAt)
    VALUES (@id, @gridId, @address, @nonce, @expiresAt);
END

COMMIT TRANSACTION;

SELECT @isPut AS isPut;`;
