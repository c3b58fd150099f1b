import type { History } from './history.ts';
import type { Bid } from './modelBid.ts';
import { createBooks, type ModelAccount, postMarket } from './modelBooks.ts';
import { estimateOf } from './modelEstimates.ts';
import { countingIn, isLate } from './modelLate.ts';
import { clear } from './modelMarket.ts';
import { type Memory, type ReadingOf, remember } from './modelMemory.ts';
import { termsOf } from './modelTerms.ts';

/**
 * What a grid must have come to once all that happened to it is known, in whatever order that was and
 * however often it was settled: each timeframe once, on the last readings. There is nothing late here,
 * nothing is corrected, and nothing of the app is imported.
 */
export type ModelOutcome = {
  readonly memory: Memory;
  readonly timeframes: readonly ModelTimeframe[];
};
export type ModelTimeframe = {
  readonly producedWh: bigint;
  readonly consumedWh: bigint;
  readonly tradedWh: bigint;
  readonly importedWh: bigint;
  readonly exportedWh: bigint;
  readonly price: bigint;
  /** Readings are kept that came too late to be settled. */
  readonly isLate: boolean;
  readonly lines: readonly ModelLine[];
  readonly ahead: readonly ModelAhead[];
  /** By account, where anything is left of it. */
  readonly accounts: ReadonlyMap<string, ModelAccount>;
};
/** `missing` ones are left out: they say nothing, and who joined late may not be among them. */
export type ModelLine = {
  readonly prosumerId: string;
  readonly producedWh: bigint;
  readonly consumedWh: bigint;
  readonly status: 'received' | 'estimated';
};
export type ModelAhead = {
  readonly sellerId: string;
  readonly buyerId: string;
  readonly energyWh: bigint;
  readonly price: bigint;
  readonly fee: bigint;
};

/** Settles every timeframe of a history. */
export function settle(history: History): ModelOutcome {
  const memory = remember(history);
  const timeframes = Array.from({ length: history.timeframes }, (_, timeframe) =>
    settleTimeframe(history, memory, timeframe),
  );
  return { memory, timeframes };
}

function settleTimeframe(history: History, memory: Memory, timeframe: number): ModelTimeframe {
  const terms = termsOf(history, memory.versions, timeframe);
  const counting = countingIn(history, memory, timeframe);
  const lines = linesOf(history, memory, counting, timeframe);
  const ahead = memory.ahead
    .filter((trade) => trade.timeframe === timeframe && !trade.cancelled)
    .map(({ who, side, energyWh, price, fee }) => {
      const id = idOf(history, who);
      const [sellerId, buyerId] = side === 'sell' ? [id, 'mini-grid'] : ['mini-grid', id];
      return { sellerId, buyerId, energyWh: BigInt(energyWh), price, fee };
    });
  const positions = new Map(
    lines.map(({ prosumerId, producedWh, consumedWh }) => [prosumerId, producedWh - consumedWh]),
  );
  const grow = (id: string, byWh: bigint) => positions.set(id, (positions.get(id) ?? 0n) + byWh);
  for (const { sellerId, buyerId, energyWh } of ahead) {
    grow(sellerId, -energyWh);
    grow(buyerId, energyWh);
  }
  const { price, peers } = clear(positions, terms, bidsOf(history, memory, timeframe));
  const books = createBooks();
  for (const trade of ahead) {
    books.sell(trade.sellerId, trade.energyWh, trade.price);
    books.buy(trade.buyerId, trade.energyWh, trade.price, trade.fee);
  }
  const sums = postMarket(books, positions, peers, price, terms);
  return {
    producedWh: lines.reduce((sum, line) => sum + line.producedWh, 0n),
    consumedWh: lines.reduce((sum, line) => sum + line.consumedWh, 0n),
    ...sums,
    isLate: isLate(memory, counting, timeframe),
    ...{ price, lines, ahead, accounts: books.accounts() },
  };
}

/** What each is settled on: its last reading, else what was estimated when the timeframe closed. */
function linesOf(
  history: History,
  memory: Memory,
  counting: readonly ReadingOf[],
  timeframe: number,
): ModelLine[] {
  const lines: ModelLine[] = [];
  for (const [who, { from, until }] of memory.members) {
    if (timeframe < from || timeframe >= until) continue;
    const prosumerId = idOf(history, who);
    const [last] = counting
      .filter((reading) => reading.who === who)
      .sort((a, b) => b.version - a.version);
    if (last !== undefined) {
      const { producedWh, consumedWh, quality } = last;
      const status = quality === 'estimated' ? 'estimated' : 'received';
      const energies = { producedWh: BigInt(producedWh), consumedWh: BigInt(consumedWh) };
      lines.push({ prosumerId, ...energies, status });
      continue;
    }
    const estimate = history.estimates ? estimateOf(history, memory, who, timeframe) : undefined;
    if (estimate !== undefined) lines.push({ prosumerId, ...estimate, status: 'estimated' });
  }
  return lines.sort((a, b) => (a.prosumerId < b.prosumerId ? -1 : 1));
}

/** Orders as they stood when the timeframe ended. */
function bidsOf(history: History, memory: Memory, timeframe: number): Bid[] {
  const end = (timeframe + 1) * history.timeframeMinutes;
  const bids: Bid[] = [];
  for (const order of memory.orders) {
    if (order.timeframe !== undefined && order.timeframe !== timeframe) continue;
    const asked = order.states.filter(({ at }) => at < end).at(-1)?.asked;
    if (asked === undefined) continue;
    bids.push({
      id: order.id,
      prosumerId: idOf(history, order.who),
      isForTimeframe: order.timeframe !== undefined,
      side: asked.side,
      ...(asked.energyWh !== undefined && { energyWh: BigInt(asked.energyWh) }),
      limit: BigInt(asked.limit),
    });
  }
  return bids;
}

function idOf({ prosumers }: History, who: number): string {
  const prosumer = prosumers[who];
  if (prosumer === undefined) throw new Error(`nobody is at ${who}`);
  return prosumer.id;
}
