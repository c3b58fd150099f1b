import { notNegative, oneOf, safe } from './schemaParts.ts';

/**
 * Of Prosumer Info: what accounts sold and bought where the price is another one in each timeframe,
 * summed up without it; billedWh and billedUsat of it have been taken by final runs.
 */
export const averagedLinesSchema = `
  CREATE TABLE averagedLines (
    gridId TEXT NOT NULL,
    period TEXT NOT NULL,
    accountId TEXT NOT NULL,
    ${oneOf('kind', 'sold', 'bought')},
    ${oneOf('counterparty', 'prosumers', 'mini-grid')},
    ${safe('energyWh')},
    ${notNegative('amountUsat')},
    billedWh INTEGER NOT NULL DEFAULT 0 CHECK (billedWh BETWEEN 0 AND energyWh),
    billedUsat INTEGER NOT NULL DEFAULT 0 CHECK (billedUsat BETWEEN 0 AND amountUsat),
    PRIMARY KEY (gridId, period, accountId, kind, counterparty)
  ) STRICT, WITHOUT ROWID;
`;
