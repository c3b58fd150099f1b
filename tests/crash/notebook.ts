import type { Fields } from '../endToEnd/client.ts';

/** A reading that was acknowledged. */
export type NotedReading = {
  readonly prosumerId: string;
  readonly timeframe: string;
  readonly version: number;
  readonly producedWh: number;
  readonly consumedWh: number;
};
/** A trade ahead that was acknowledged. */
export type NotedTrade = {
  readonly id: string;
  readonly prosumerId: string;
  readonly timeframe: string;
  readonly side: 'sell' | 'buy';
  readonly energyWh: number;
  /** `asked` where the answer to it did not tell whether it was done. */
  cancelled: 'no' | 'asked' | 'yes';
};
/** An order that was acknowledged. */
export type NotedOrder = {
  readonly id: string;
  readonly prosumerId: string;
  readonly timeframe: string;
  readonly side: 'sell' | 'buy';
  readonly energyWh: number;
  readonly limitPriceMsatPerKwh: number;
};

/** What clients were told, and so may rely on, whatever happens to the host. */
export type Notebook = {
  readonly readings: NotedReading[];
  readonly trades: NotedTrade[];
  readonly orders: NotedOrder[];
  /** By id, the name, which no other has. */
  readonly prosumers: Map<string, string>;
  /** The last name of the grid that was acknowledged. */
  gridName: string;
  /** The billing run, as the first answer to its finality had it. */
  run: Fields | undefined;
  /** Hashes of trades that were shown. */
  readonly hashes: Set<string>;
};

export function createNotebook(gridName: string): Notebook {
  return {
    ...{ readings: [], trades: [], orders: [], gridName, run: undefined },
    ...{ prosumers: new Map(), hashes: new Set() },
  };
}
