import { anySign, appendOnly, notNegative, oneOf, positive, safe } from './schemaParts.ts';

const lineKey = `
    accountId TEXT NOT NULL,
    ${oneOf('kind', 'sold', 'bought', 'fee_paid', 'fee_received')},
    ${oneOf('counterparty', 'prosumers', 'mini-grid', 'power-plant')},
    ${notNegative('priceMsatPerKwh')},`;

/** Of Prosumer Info: what is billed, and what has been. */
export const billingSchema = `
  -- What accounts sold, bought and paid in fees; billedWh of it has been taken by final runs.
  CREATE TABLE accountLines (
    gridId TEXT NOT NULL,
    period TEXT NOT NULL,${lineKey}
    ${safe('energyWh')},
    billedWh INTEGER NOT NULL DEFAULT 0 CHECK (billedWh BETWEEN 0 AND energyWh),
    PRIMARY KEY (gridId, period, accountId, kind, counterparty, priceMsatPerKwh)
  ) STRICT, WITHOUT ROWID;

  -- How often lines of a period were added to, and how often of that a final run has seen.
  CREATE TABLE ledgerPeriods (
    gridId TEXT NOT NULL,
    period TEXT NOT NULL,
    ${positive('changes')},
    billedChanges INTEGER NOT NULL DEFAULT 0 CHECK (billedChanges BETWEEN 0 AND changes),
    PRIMARY KEY (gridId, period)
  ) STRICT, WITHOUT ROWID;

  -- How often it changed what the invoices of a grid stand for.
  CREATE TABLE invoiceChanges (
    gridId TEXT PRIMARY KEY,
    ${positive('changes')}
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE billingRuns (
    gridId TEXT NOT NULL,
    period TEXT NOT NULL,
    finalizedAt TEXT NOT NULL,
    ${notNegative('closingNumber')},
    hash TEXT NOT NULL,
    previousPeriod TEXT CHECK (previousPeriod < period),
    ${notNegative('accountCount')},
    ${notNegative('invoiceCount')},
    ${notNegative('payoutCount')},
    ${notNegative('invoicesSat')},
    ${notNegative('payoutsSat')},
    ${anySign('miniGridSat')},
    ${anySign('powerPlantSat')},
    ${anySign('carriedUsat')},
    PRIMARY KEY (gridId, period)
  ) STRICT, WITHOUT ROWID;
${appendOnly('billingRuns')}

  -- How far the documents of a final run are written: the one thing about it that moves on.
  CREATE TABLE billingDocuments (
    gridId TEXT NOT NULL,
    period TEXT NOT NULL,
    through TEXT,
    isDone INTEGER NOT NULL DEFAULT 0 CHECK (isDone IN (0, 1)),
    PRIMARY KEY (gridId, period)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX billingUndocumented ON billingDocuments (gridId, period) WHERE isDone = 0;

  CREATE TABLE billingAccounts (
    gridId TEXT NOT NULL,
    period TEXT NOT NULL,
    accountId TEXT NOT NULL,
    ${anySign('carryUsat')},
    ${anySign('postingsUsat')},
    ${anySign('paymentsUsat')},
    ${anySign('satoshi')},
    ${anySign('restUsat')},
    PRIMARY KEY (gridId, period, accountId)
  ) STRICT, WITHOUT ROWID;
${appendOnly('billingAccounts')}

  CREATE TABLE billingLines (
    gridId TEXT NOT NULL,
    period TEXT NOT NULL,${lineKey}
    ${safe('energyWh')},
    PRIMARY KEY (gridId, period, accountId, kind, counterparty, priceMsatPerKwh),
    FOREIGN KEY (gridId, period, accountId) REFERENCES billingAccounts
  ) STRICT, WITHOUT ROWID;
${appendOnly('billingLines')}

  -- An invoice's id is grid, period and prosumer, so that those of a grid lie together.
  CREATE TABLE invoices (
    invoiceId TEXT PRIMARY KEY,
    gridId TEXT NOT NULL,
    period TEXT NOT NULL,
    prosumerId TEXT NOT NULL,
    ${positive('amountSat')},
    issuedAt TEXT NOT NULL,
    dueAt TEXT NOT NULL,
    walletId TEXT,
    keyIndex INTEGER CHECK (keyIndex >= 0),
    address TEXT,
    ${notNegative('seenSat')},
    ${notNegative('creditedSat')},
    buriedSat INTEGER NOT NULL DEFAULT 0 CHECK (buriedSat BETWEEN 0 AND creditedSat),
    voidedAt TEXT,
    -- What it stands for, and what of that the runs so far have counted.
    contributionSat INTEGER NOT NULL AS
      (CASE WHEN voidedAt IS NULL THEN max(amountSat, creditedSat) ELSE creditedSat END),
    ${notNegative('accountedSat')},
    version INTEGER NOT NULL DEFAULT 1,
    CHECK ((walletId IS NULL) = (address IS NULL) AND (keyIndex IS NULL) = (address IS NULL)),
    CHECK (invoiceId = gridId || '.' || period || '.' || prosumerId)
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX invoicesByAddress ON invoices (address) WHERE address IS NOT NULL;
  CREATE INDEX invoicesByProsumer ON invoices (prosumerId, invoiceId);
  CREATE INDEX invoicesUnaddressed ON invoices (gridId, invoiceId)
    WHERE address IS NULL AND voidedAt IS NULL;
  CREATE INDEX invoicesChanged ON invoices (gridId, prosumerId, invoiceId)
    WHERE contributionSat <> accountedSat;

  CREATE TABLE invoiceEvents (
    invoiceId TEXT NOT NULL REFERENCES invoices,
    sequence INTEGER NOT NULL CHECK (sequence >= 1),
    at TEXT NOT NULL,
    ${oneOf('kind', 'issued', 'addressed', 'seen', 'credited', 'reversed', 'vanished', 'buried', 'voided')},
    amountSat INTEGER CHECK (amountSat >= 0),
    txid TEXT,
    vout INTEGER,
    PRIMARY KEY (invoiceId, sequence)
  ) STRICT, WITHOUT ROWID;
${appendOnly('invoiceEvents')}

  CREATE TABLE payments (
    txid TEXT NOT NULL,
    vout INTEGER NOT NULL CHECK (vout >= 0),
    invoiceId TEXT NOT NULL REFERENCES invoices,
    walletId TEXT NOT NULL,
    ${positive('amountSat')},
    ${oneOf('state', 'seen', 'credited', 'buried', 'vanished')},
    ${notNegative('confirmations')},
    blockHash TEXT,
    firstSeenAt TEXT NOT NULL,
    creditedAt TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (txid, vout)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX paymentsByInvoice ON payments (invoiceId, firstSeenAt, txid, vout);
  CREATE INDEX paymentsWatched ON payments (walletId, txid, vout)
    WHERE state IN ('seen', 'credited');

  CREATE TABLE walletIndexes (
    walletId TEXT NOT NULL,
    keyChain INTEGER NOT NULL CHECK (keyChain IN (0, 1)),
    purpose TEXT NOT NULL,
    keyIndex INTEGER NOT NULL CHECK (keyIndex BETWEEN 0 AND 2147483647),
    PRIMARY KEY (walletId, keyChain, purpose)
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX walletIndexesByIndex ON walletIndexes (walletId, keyChain, keyIndex);
${appendOnly('walletIndexes')}

  CREATE TABLE walletCursors (
    walletId TEXT PRIMARY KEY,
    position TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE payees (
    gridId TEXT NOT NULL,
    period TEXT NOT NULL,
    prosumerId TEXT NOT NULL,
    ${positive('amountSat')},
    payoutId TEXT,
    PRIMARY KEY (gridId, period, prosumerId)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX payeesWaiting ON payees (gridId, period, prosumerId) WHERE payoutId IS NULL;

  CREATE TABLE payouts (
    payoutId TEXT PRIMARY KEY,
    gridId TEXT NOT NULL,
    ${oneOf('status', 'built', 'signed', 'broadcast', 'confirmed')},
    document TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX payoutsByGrid ON payouts (gridId, payoutId);
  CREATE INDEX payoutsUnconfirmed ON payouts (payoutId) WHERE status <> 'confirmed';

  -- Two grids may have one wallet: a coin belongs to one payout, of whichever grid.
  CREATE TABLE payoutCoins (
    txid TEXT NOT NULL,
    vout INTEGER NOT NULL CHECK (vout >= 0),
    gridId TEXT NOT NULL,
    payoutId TEXT NOT NULL REFERENCES payouts,
    PRIMARY KEY (txid, vout)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX payoutCoinsByGrid ON payoutCoins (gridId);
${appendOnly('payoutCoins')}

  CREATE TABLE payoutAddresses (
    prosumerId TEXT PRIMARY KEY,
    gridId TEXT NOT NULL,
    document TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX payoutAddressesByGrid ON payoutAddresses (gridId, prosumerId);

  CREATE TABLE addressChallenges (
    prosumerId TEXT PRIMARY KEY,
    gridId TEXT NOT NULL,
    address TEXT NOT NULL,
    nonce TEXT NOT NULL,
    expiresAt TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

/**
 * The lines of trades that were recorded before there were lines, out of their postings: the price of
 * a trade is what its seller got for a Wh, the fee what the mini grid got for one. Its period is the
 * month of its timeframe in UTC, not in the grid's zone, which another database knows; as nothing had
 * been billed then, that decides only in which run it comes first.
 */
export const linesOfPostings = `
  WITH trades AS MATERIALIZED (
    SELECT gridId, substr(timeframe, 1, 7) AS period,
      max(CASE side WHEN 'sell' THEN accountId END) AS sellerId,
      max(CASE side WHEN 'buy' THEN accountId END) AS buyerId,
      max(CASE side WHEN 'sell' THEN soldWh END) AS energyWh,
      max(CASE side WHEN 'sell' THEN creditUsat END) AS amountUsat,
      max(CASE side WHEN 'fee' THEN creditUsat END) AS feeUsat
    FROM postings GROUP BY gridId, timeframe, revision, sequence
  ),
  legs AS (
    SELECT gridId, period, sellerId AS accountId, 'sold' AS kind, buyerId AS otherId,
      amountUsat / energyWh AS priceMsatPerKwh, energyWh FROM trades
    UNION ALL
    SELECT gridId, period, buyerId, 'bought', sellerId, amountUsat / energyWh, energyWh FROM trades
    UNION ALL
    SELECT gridId, period, buyerId, 'fee_paid', 'mini-grid', feeUsat / energyWh, energyWh
    FROM trades WHERE feeUsat > 0
    UNION ALL
    SELECT gridId, period, 'mini-grid', 'fee_received', buyerId, feeUsat / energyWh, energyWh
    FROM trades WHERE feeUsat > 0
  )
  INSERT INTO accountLines
    (gridId, period, accountId, kind, counterparty, priceMsatPerKwh, energyWh)
  SELECT gridId, period, accountId, kind,
    CASE WHEN otherId IN ('mini-grid', 'power-plant') THEN otherId ELSE 'prosumers' END AS counterparty,
    priceMsatPerKwh, sum(energyWh)
  FROM legs GROUP BY gridId, period, accountId, kind, counterparty, priceMsatPerKwh;

  INSERT INTO ledgerPeriods (gridId, period, changes)
  SELECT gridId, period, 1 FROM accountLines GROUP BY gridId, period;
`;
