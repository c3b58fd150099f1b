import { compareIds } from '../../shared/domain/ids.ts';
import type { Side } from '../../shared/domain/order.ts';

/** What is done to the books of a grid. Timeframes are counted from the first. */
export type Step =
  | { do: 'accept'; id: number; who: number; frame: number; side: Side; wh: number }
  | { do: 'cancelAhead'; id: number; frame: number }
  | { do: 'place'; id: number; who: number; frame: number; isStanding: boolean; price: number }
  | { do: 'change'; id: number; version: number; frame: number; price: number }
  | { do: 'cancel'; id: number; version: number; frame: number }
  | { do: 'seal'; frame: number };

export const frames = 6;
export const limits = { prosumerWhMax: 5, prosumerTradesMax: 3, gridWhMax: 8 };
export const openMax = 3;

type Placed = { who: number; version: number; first: number; last: number; price: number };
type Books = {
  readonly ahead: Map<string, Extract<Step, { do: 'accept' }> & { gone: boolean }>;
  readonly orders: Map<string, Placed & { gone: boolean }>;
  /** What is ordered for each timeframe, written out: far simpler than versions with validities. */
  readonly ordered: readonly Map<string, string>[];
  sealed: number;
};

/** The books of a grid as a test keeps them. */
export function plainBooks() {
  const ordered = Array.from({ length: frames }, () => new Map<string, string>());
  const books: Books = { ahead: new Map(), orders: new Map(), ordered, sealed: -1 };
  return {
    /** Answers the outcome that it should have. */
    run(step: Step): string {
      if (step.do === 'accept') return accept(books, step);
      if (step.do === 'cancelAhead') return cancelAhead(books, step);
      if (step.do === 'place') return place(books, step);
      if (step.do !== 'seal') return change(books, step);
      books.sealed = Math.max(books.sealed, step.frame);
      return 'sealed';
    },
    /** The book of a timeframe, a line for each trade ahead and order. */
    book(frame: number): readonly string[] {
      const trades = [...books.ahead].filter(([, trade]) => !trade.gone && trade.frame === frame);
      const lines = [...(ordered[frame]?.values() ?? [])].toSorted(compareIds);
      return [...trades.map(([key, { wh }]) => `${key} ${wh}`), ...lines];
    },
    sealedThrough: () => books.sealed,
  };
}

function accept({ ahead, sealed }: Books, step: Extract<Step, { do: 'accept' }>): string {
  const key = `${step.frame}.${step.id}`;
  if (ahead.has(key)) return 'accepted';
  if (step.frame <= sealed) return 'sealed';
  const pending = [...ahead.values()].filter(
    ({ gone, frame, side }) => !gone && frame === step.frame && side === step.side,
  );
  const own = pending.filter(({ who }) => who === step.who);
  if (whOf(own) + step.wh > limits.prosumerWhMax) return 'over_limit';
  if (own.length >= limits.prosumerTradesMax) return 'over_limit';
  if (whOf(pending) + step.wh > limits.gridWhMax) return 'over_limit';
  ahead.set(key, { ...step, gone: false });
  return 'accepted';
}

function whOf(trades: readonly { readonly wh: number }[]): number {
  return trades.reduce((sum, { wh }) => sum + wh, 0);
}

function cancelAhead({ ahead, sealed }: Books, { frame, id }: { frame: number; id: number }) {
  const trade = ahead.get(`${frame}.${id}`);
  if (trade === undefined) return 'not_found';
  if (!trade.gone && frame <= sealed) return 'sealed';
  trade.gone = true;
  return 'cancelled';
}

function place(books: Books, step: Extract<Step, { do: 'place' }>): string {
  const key = `o${step.id}`;
  if (books.orders.has(key)) return 'placed';
  if (step.frame <= books.sealed) return 'sealed';
  const open = [...books.orders.values()].filter(
    ({ who, gone, last }) => who === step.who && !gone && last >= step.frame,
  );
  if (open.length >= openMax) return 'too_many';
  const { who, price, frame: first } = step;
  const last = step.isStanding ? Number.POSITIVE_INFINITY : first;
  write(books, key, { who, version: 1, first, last, price, gone: false });
  return 'placed';
}

function change(books: Books, step: Extract<Step, { do: 'change' | 'cancel' }>): string {
  const key = `o${step.id}`;
  const found = books.orders.get(key);
  if (found === undefined) return 'not_found';
  const price = step.do === 'change' ? step.price : undefined;
  const isMade = found.gone ? price === undefined : price === found.price;
  if (found.version === step.version + 1 && isMade) return 'changed';
  const first = Math.max(step.frame, found.first);
  if (found.gone || found.last < first || found.last <= books.sealed) return 'closed';
  if (found.version !== step.version) return 'conflict';
  if (first <= books.sealed) return 'sealed';
  const next = { ...found, version: found.version + 1, first, gone: price === undefined };
  write(books, key, { ...next, price: price ?? found.price });
  return 'changed';
}

function write({ orders, ordered }: Books, key: string, order: Placed & { gone: boolean }): void {
  orders.set(key, order);
  const { who, version, first, last, price, gone } = order;
  for (let n = first; n < frames && n <= last; n += 1) {
    if (gone) ordered[n]?.delete(key);
    else ordered[n]?.set(key, `p${who} ${key} ${version} ${price}`);
  }
}
