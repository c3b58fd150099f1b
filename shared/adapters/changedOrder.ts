import type { Order, OrderTerms } from '../domain/order.ts';
import type { Timeframe } from '../domain/timeframe.ts';
import type { ChangeOutcome, OrderChange } from '../ports/orderStore.ts';

/** What is known of an order when a change of it is decided on. */
export type OrderState = {
  /** Its latest version. */
  readonly latest: Order;
  /** Through which its grid's books are sealed; '' where none is. */
  readonly sealedThrough: string;
};

/**
 * What a change of an order comes to: its next version, with which the one before ends, or the
 * answer where nothing is to be written. What refuses a change is never undone: it stays refused.
 */
export function changedOrder(
  state: OrderState | undefined,
  change: OrderChange,
): { readonly next: Order } | { readonly answer: ChangeOutcome } {
  if (state === undefined) return { answer: { outcome: 'not_found' } };
  const { latest, sealedThrough } = state;
  if (isMade(latest, change)) return { answer: { outcome: 'changed', order: latest } };
  const { timeframe } = latest;
  const validFrom = latest.validFrom > change.validFrom ? latest.validFrom : change.validFrom;
  const isOver = timeframe !== undefined && (timeframe < validFrom || timeframe <= sealedThrough);
  if (latest.status === 'cancelled' || isOver) return { answer: { outcome: 'closed' } };
  if (latest.version !== change.version) return { answer: { outcome: 'conflict' } };
  if (validFrom <= sealedThrough) return { answer: { outcome: 'sealed' } };
  return { next: nextVersion(latest, change, validFrom) };
}

/** Did the same change make this version? Then it is repeated. */
function isMade(latest: Order, { version, terms }: OrderChange): boolean {
  if (latest.version !== version + 1) return false;
  if (terms === undefined || latest.status === 'cancelled') {
    return terms === undefined && latest.status === 'cancelled';
  }
  return isSame(latest, terms);
}

function isSame(a: OrderTerms, b: OrderTerms): boolean {
  return (
    a.side === b.side &&
    a.energyWh === b.energyWh &&
    a.limitPriceMsatPerKwh === b.limitPriceMsatPerKwh
  );
}

/** A cancelled version says from when on, and counts for no timeframe. */
function nextVersion(
  latest: Order,
  { terms, changedAt }: OrderChange,
  validFrom: Timeframe,
): Order {
  const next = { ...latest, version: latest.version + 1, validFrom, changedAt };
  if (terms === undefined) return { ...next, validUntil: validFrom, status: 'cancelled' };
  const { energyWh: _, ...kept } = next;
  return { ...kept, ...terms };
}
