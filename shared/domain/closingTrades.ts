import { bookTrades } from './bookTrades.ts';
import type { Clearing } from './clearing.ts';
import { clearMarket } from './clearMarket.ts';
import type { ClosingDraft } from './closing.ts';
import { correctionTrades } from './correctionTrades.ts';
import type { Terms } from './grid.ts';
import { marketTrades } from './marketTrades.ts';
import type { NettoLine } from './netto.ts';
import type { Book } from './order.ts';
import { positionsOf } from './positions.ts';
import type { TradeTerms } from './trade.ts';

/** What the trades of a closing follow from, beside its terms. Lines come by id ascending. */
export type ClosingInputs = {
  readonly lines: readonly NettoLine[];
  /** Of its timeframe; the same at each revision. */
  readonly book: Book;
  /** The latest revision, and its lines; absent for the first closing of a timeframe. */
  readonly corrects?: {
    readonly closing: ClosingDraft;
    readonly lines: readonly NettoLine[];
  };
};

/** The trades of a closing before they have a place in the chain, and what they come from. */
export type ClosingTrades = {
  readonly trades: readonly TradeTerms[];
  /** Those of them that were agreed on ahead; a correction has none. */
  readonly booked: readonly TradeTerms[];
  /** The market as the lines have it. */
  readonly clearing: Clearing;
  /** The market as the lines of the revision before had it, where that is corrected. */
  readonly corrected?: Clearing;
};

/**
 * The trades of a first closing: those of the book, then the market that they leave. Of a correction:
 * what takes the accounts from the market of the revision before to this one. Pure.
 */
export function closingTrades(
  { lines, book, corrects }: ClosingInputs,
  terms: Terms,
): ClosingTrades {
  const clearing = clear(lines, book, terms);
  if (corrects === undefined) {
    const booked = bookTrades(book.ahead);
    const trades = [...booked, ...marketTrades(clearing, terms.tariff)];
    return { trades, booked, clearing };
  }
  const corrected = clear(corrects.lines, book, terms);
  const trades = correctionTrades(corrected, clearing, terms.tariff);
  return { trades, booked: [], clearing, corrected };
}

function clear(lines: readonly NettoLine[], { ahead, orders }: Book, terms: Terms): Clearing {
  return clearMarket(positionsOf(lines, ahead), orders, terms);
}
