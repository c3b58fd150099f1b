import { oneOf, positive, safe } from './schemaParts.ts';

const never = (table: string, change: string, reason: string, when = '') => `
  CREATE TRIGGER ${table}NoMore${change} BEFORE ${change} ON ${table}${when && `\n  WHEN ${when}`}
  BEGIN SELECT RAISE(ABORT, '${reason}'); END;`;
const isSealed = (row: string, from: string) =>
  `${from} <= (SELECT sealedThrough FROM orderBooks WHERE gridId = ${row}.gridId)`;
const isOther = (...columns: readonly string[]) =>
  columns.map((column) => `NEW.${column} IS NOT OLD.${column}`).join(' OR ');

/** Of Prosumer Info: what was agreed on ahead, and what was ordered. */
export const orderSchema = `
  -- A timeframe comes after '' where nothing is sealed yet.
  CREATE TABLE orderBooks (
    gridId TEXT PRIMARY KEY,
    sealedThrough TEXT NOT NULL DEFAULT '',
    sequence INTEGER NOT NULL DEFAULT 0 CHECK (sequence >= 0)
  ) STRICT, WITHOUT ROWID;
${never('orderBooks', 'DELETE', 'books of orders are never deleted')}
${never(
  'orderBooks',
  'UPDATE',
  'a sealed book stays sealed',
  'NEW.sealedThrough < OLD.sealedThrough OR NEW.sequence < OLD.sequence',
)}

  CREATE TABLE tradesAhead (
    aheadId TEXT PRIMARY KEY,
    gridId TEXT NOT NULL,
    prosumerId TEXT NOT NULL,
    timeframe TEXT NOT NULL,
    ${oneOf('side', 'sell', 'buy')},
    ${positive('energyWh')},
    ${safe('priceMsatPerKwh')},
    ${safe('gridFeeMsatPerKwh')},
    limitPriceMsatPerKwh INTEGER CHECK (limitPriceMsatPerKwh >= 0),
    ${oneOf('status', 'pending', 'cancelled')},
    ${positive('sequence')},
    acceptedAt TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX tradesAheadByGrid ON tradesAhead (gridId, sequence);
  CREATE INDEX tradesAheadByTimeframe ON tradesAhead (gridId, timeframe, sequence);
  CREATE INDEX tradesAheadByProsumer ON tradesAhead (prosumerId, sequence);
  -- What is pending under a limit is one range of it, with its energies.
  CREATE INDEX tradesAheadPending ON tradesAhead (gridId, timeframe, side, prosumerId, energyWh)
    WHERE status = 'pending';
${never('tradesAhead', 'DELETE', 'trades ahead are only ever cancelled')}
${never(
  'tradesAhead',
  'INSERT',
  'the timeframe of a trade ahead is sealed',
  isSealed('NEW', 'NEW.timeframe'),
)}
${never(
  'tradesAhead',
  'UPDATE',
  'trades ahead are only ever cancelled, before their timeframe is sealed',
  `OLD.status <> 'pending' OR NEW.status <> 'cancelled' OR ${isSealed('OLD', 'OLD.timeframe')}
    OR ${isOther('aheadId', 'gridId', 'prosumerId', 'timeframe', 'side', 'energyWh')}
    OR ${isOther('priceMsatPerKwh', 'gridFeeMsatPerKwh', 'limitPriceMsatPerKwh', 'sequence')}
    OR ${isOther('acceptedAt')}`,
)}

  -- Which version of an order is its latest, with what is asked of an order without the others.
  CREATE TABLE orders (
    orderId TEXT PRIMARY KEY,
    prosumerId TEXT NOT NULL,
    ${positive('version')},
    ${oneOf('status', 'open', 'cancelled')},
    validUntil TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX ordersByProsumer ON orders (prosumerId, orderId);
  CREATE INDEX ordersOpen ON orders (prosumerId, validUntil) WHERE status = 'open';
${never('orders', 'DELETE', 'orders are only ever cancelled')}

  CREATE TABLE orderVersions (
    orderId TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    gridId TEXT NOT NULL,
    prosumerId TEXT NOT NULL,
    timeframe TEXT CHECK (timeframe = validFrom),
    ${oneOf('side', 'sell', 'buy')},
    energyWh INTEGER CHECK (energyWh > 0),
    ${safe('limitPriceMsatPerKwh')},
    validFrom TEXT NOT NULL,
    validUntil TEXT NOT NULL CHECK (validFrom <= validUntil),
    placedAt TEXT NOT NULL,
    changedAt TEXT NOT NULL,
    ${oneOf('status', 'open', 'cancelled')},
    PRIMARY KEY (orderId, version),
    CHECK (status = 'open' OR validFrom = validUntil)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX orderVersionsByTimeframe ON orderVersions (gridId, timeframe)
    WHERE timeframe IS NOT NULL;
  CREATE INDEX orderVersionsStanding ON orderVersions (gridId, validUntil)
    WHERE timeframe IS NULL;
${never('orderVersions', 'DELETE', 'versions of orders are only ever added')}
${never(
  'orderVersions',
  'INSERT',
  'the timeframe that a version counts from is sealed',
  isSealed('NEW', 'NEW.validFrom'),
)}
${never(
  'orderVersions',
  'UPDATE',
  'a version of an order only ever ends, once, after what is sealed',
  `NEW.validUntil >= OLD.validUntil OR ${isSealed('OLD', 'NEW.validUntil')}
    OR EXISTS (SELECT 1 FROM orderVersions AS later
      WHERE later.orderId = OLD.orderId AND later.version > OLD.version)
    OR ${isOther('orderId', 'version', 'gridId', 'prosumerId', 'timeframe', 'side', 'energyWh')}
    OR ${isOther('limitPriceMsatPerKwh', 'validFrom', 'placedAt', 'changedAt', 'status')}`,
)}
`;
