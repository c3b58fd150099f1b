import { assert } from './assert.ts';
import type { OutPoint } from './bitcoin.ts';
import type { BillingSettings } from './grid.ts';
import type { InvoiceEvent, InvoiceId, Payment } from './invoice.ts';
import type { Instant } from './timeframe.ts';
import type { Satoshi } from './units.ts';

/** What the chain says of an output now. 0 confirmations, and no block, in the mempool. */
export type ObservedOutput = OutPoint & {
  readonly amountSat: Satoshi;
  readonly confirmations: number;
  readonly block?: { readonly hash: string };
};

export type FollowRules = {
  readonly invoiceId: InvoiceId;
  /** Confirmations at which it is credited, at least 1. */
  readonly needed: number;
  /** Confirmations at which nobody looks any more. */
  readonly buriedAt?: number;
  readonly now: Instant;
};

export type FollowedPayment = {
  readonly payment: Payment;
  readonly events: readonly InvoiceEvent[];
};

/** No reorganisation of a chain has ever come near it; a coinbase may be spent from here on as well. */
export const buriedAtConfirmations = 100;

/**
 * Takes a payment from what was known of it to what the chain says of its output now, or that it is
 * `gone`; undefined when nothing changed. Unconfirmed it is seen and never counted. It is credited
 * once it has the confirmations needed, and stays so while it is in a block: one undone and mined
 * again is the same payment. Back in the mempool or gone, the credit is reversed, and given again
 * when it comes again. A buried payment is final.
 * Σ credited − Σ reversed events = amountSat while it is credited or buried, and 0 otherwise.
 */
export function followPayment(
  before: Payment | undefined,
  observed: ObservedOutput | 'gone',
  rules: FollowRules,
): FollowedPayment | undefined {
  assert(rules.needed >= 1, 'an unconfirmed payment must never be credited');
  if (before?.state === 'buried') return undefined;
  const payment = observed === 'gone' ? vanish(before) : place(before, observed, rules);
  if (payment === undefined || (before !== undefined && isSame(before, payment))) return undefined;
  return { payment, events: eventsBetween(before, payment, rules.now) };
}

/**
 * How many confirmations credit an amount: the most of all steps that it reaches; those of the lowest
 * step where it reaches none. At least 1. Who splits a payment must not get away with fewer: ask for
 * the whole invoice where that is more.
 */
export function confirmationsNeeded(
  { confirmations: steps }: Pick<BillingSettings, 'confirmations'>,
  amountSat: Satoshi,
): number {
  const lowest = Math.min(...steps.map(({ fromSat }) => fromSat));
  const reached = steps.filter(({ fromSat }) => fromSat === lowest || amountSat >= fromSat);
  return Math.max(1, ...reached.map(({ confirmations }) => confirmations));
}

type State = Payment['state'];

const ranks: Readonly<Record<State, number>> = { vanished: 0, seen: 1, credited: 2, buried: 3 };
/** What happens on the way up from each rank, and on the way down to each. */
const rising = ['seen', 'credited', 'buried'] as const;
const falling = ['vanished', 'reversed'] as const;

function vanish(before: Payment | undefined): Payment | undefined {
  if (before === undefined) return undefined;
  const { blockHash: _, creditedAt: __, ...rest } = before;
  return { ...rest, state: 'vanished', confirmations: 0 };
}

function place(before: Payment | undefined, observed: ObservedOutput, rules: FollowRules): Payment {
  const { txid, vout, amountSat, confirmations, block } = observed;
  const { invoiceId, now } = rules;
  const state = stateOf(before?.state, confirmations, rules);
  const isCredited = ranks[state] >= ranks.credited;
  const payment: Payment = {
    txid,
    vout,
    invoiceId,
    amountSat,
    state,
    confirmations,
    ...(block !== undefined && { blockHash: block.hash }),
    firstSeenAt: before?.firstSeenAt ?? now,
    ...(isCredited && { creditedAt: before?.creditedAt ?? now }),
  };
  assert(
    before === undefined || isSameOutput(before, payment),
    () => `a payment must stay the output that it is: ${txid}:${vout} of ${invoiceId}`,
  );
  return payment;
}

function stateOf(
  before: State | undefined,
  confirmations: number,
  { needed, buriedAt = buriedAtConfirmations }: FollowRules,
): State {
  if (confirmations >= Math.max(buriedAt, needed)) return 'buried';
  if (confirmations >= needed) return 'credited';
  return before === 'credited' && confirmations > 0 ? 'credited' : 'seen';
}

function eventsBetween(
  before: Payment | undefined,
  { invoiceId, state, amountSat, txid, vout }: Payment,
  at: Instant,
): readonly InvoiceEvent[] {
  const from = before === undefined ? 0 : ranks[before.state];
  const to = ranks[state];
  const kinds = to > from ? rising.slice(from, to) : falling.slice(to, from).toReversed();
  return kinds.map((kind) => ({ invoiceId, at, kind, amountSat, txid, vout }));
}

function isSameOutput(a: Payment, b: Payment): boolean {
  const isSamePlace = a.txid === b.txid && a.vout === b.vout;
  return isSamePlace && a.amountSat === b.amountSat && a.invoiceId === b.invoiceId;
}

function isSame(a: Payment, b: Payment): boolean {
  return a.state === b.state && a.confirmations === b.confirmations && a.blockHash === b.blockHash;
}
