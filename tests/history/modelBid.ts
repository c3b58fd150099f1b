/** What counts of an order in a timeframe. */
export type Bid = {
  readonly id: string;
  readonly prosumerId: string;
  readonly isForTimeframe: boolean;
  readonly side: 'sell' | 'buy';
  /** Absent: all that is left. */
  readonly energyWh?: bigint;
  readonly limit: bigint;
};

/** The price among accounts, and how much of what each has left over or lacks goes among them. */
export type Cleared = { readonly price: bigint; readonly peers: ReadonlyMap<string, bigint> };
