/** Trader Info: the trades, in the order of their chain. */
export const traderInfoSchema: readonly string[] = [
  `
  CREATE TABLE trades (
    gridId TEXT NOT NULL,
    timeframe TEXT NOT NULL,
    revision INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    kind TEXT NOT NULL,
    sellerId TEXT NOT NULL,
    buyerId TEXT NOT NULL,
    energyWh INTEGER NOT NULL,
    priceMsatPerKwh INTEGER NOT NULL,
    gridFeeMsatPerKwh INTEGER NOT NULL,
    amountUsat INTEGER NOT NULL,
    feeUsat INTEGER NOT NULL,
    correctsTimeframeRevision INTEGER,
    previousHash TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (gridId, timeframe, revision, sequence)
  ) STRICT, WITHOUT ROWID;
  `,
];
