import type { Client, Fields } from './client.ts';

/** All that a grid has come to, as the API shows it. */
export type Books = {
  readonly trades: readonly Fields[];
  readonly timeframes: readonly Fields[];
  readonly accounts: readonly Fields[];
};

/** Reads trades, timeframes and accounts of a grid, page by page. */
export async function booksOf(client: Client, gridId: string): Promise<Books> {
  return {
    trades: await client.all(`/trades?gridId=${gridId}&limit=1000`),
    timeframes: (await client.all(`/grids/${gridId}/timeframes?limit=1000`)).map(
      // When it closed, and in how many messages, is no matter of what it came to.
      ({ closedAt, batchCount, ...timeframe }) => timeframe,
    ),
    accounts: await client.all(`/grids/${gridId}/accounts`),
  };
}

/** Adds up a field of money, given as decimal strings. */
export function sumOf(items: readonly Fields[], field: string): bigint {
  return items.reduce((sum, item) => sum + BigInt(String(item[field])), 0n);
}
