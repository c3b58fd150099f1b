import { assert } from './assert.ts';
import type { BillingPeriod } from './billingPeriod.ts';
import { dustSat, type ReadAddress } from './bitcoin.ts';
import { compareIds, type ProsumerId } from './ids.ts';
import type { Payee } from './payout.ts';
import { outputBytesOf } from './transactionSize.ts';
import { addSat, type Satoshi, zeroSat } from './units.ts';

/** A payee that no payout has taken, with where its prosumer is paid. */
export type WaitingPayee = Payee & { readonly to: ReadAddress };

/** What a prosumer is due in one payout: one output for all of its payees. */
export type PayoutDue = {
  readonly prosumerId: ProsumerId;
  /** Ascending. */
  readonly periods: readonly BillingPeriod[];
  readonly amountSat: Satoshi;
  readonly to: ReadAddress;
  /** The least that must be left of it after the fee. */
  readonly leastSat: Satoshi;
  readonly outputBytes: number;
};

/** Takes payees together by prosumer, by id ascending. All of a prosumer's have the same address. */
export function payoutDues(
  payees: readonly WaitingPayee[],
  minimumSat: Satoshi,
): readonly PayoutDue[] {
  const dues = [...Map.groupBy(payees, ({ prosumerId }) => prosumerId)].map(([prosumerId, own]) =>
    dueOf(prosumerId, own, minimumSat),
  );
  return dues.sort((a, b) => compareIds(a.prosumerId, b.prosumerId));
}

/**
 * Those nearest to their least first, ties by id. As a fee takes the same part of every amount, they
 * are the first that it makes too small.
 */
export function smallestFirst(dues: readonly PayoutDue[]): readonly PayoutDue[] {
  const ranked = dues.map((due) => ({ due, size: Number(due.amountSat) / Number(due.leastSat) }));
  ranked.sort((a, b) => a.size - b.size || compareIds(a.due.prosumerId, b.due.prosumerId));
  return ranked.map(({ due }) => due);
}

function dueOf(
  prosumerId: ProsumerId,
  payees: readonly WaitingPayee[],
  minimumSat: Satoshi,
): PayoutDue {
  const [first] = payees;
  assert(first !== undefined, 'a prosumer is due what it has a payee for');
  let amountSat = zeroSat;
  for (const payee of payees) {
    assert(
      payee.payoutId === undefined && payee.amountSat > 0n && payee.to.script === first.to.script,
      () => `a payee must wait, for an amount, at one address: ${payee.period} ${prosumerId}`,
    );
    amountSat = addSat(amountSat, payee.amountSat);
  }
  const dust = dustSat[first.to.kind];
  return {
    prosumerId,
    periods: payees.map(({ period }) => period).sort(compareIds),
    amountSat,
    to: first.to,
    leastSat: minimumSat > dust ? minimumSat : dust,
    outputBytes: outputBytesOf(first.to.script.length / 2),
  };
}
