import { assert } from '../domain/assert.ts';
import type { FinalRun } from '../ports/billingStore.ts';

/**
 * What must hold of a run before a store keeps it for good: b = carry + postings + payments =
 * satoshi × 1e6 + rest of each account, Σ satoshi = 0 and Σ rests = 0. Throws where it does not.
 */
export function checkFinalRun({ run, accounts, invoices, payees }: FinalRun): void {
  let satoshi = 0n;
  let restUsat = 0n;
  for (const account of accounts) {
    const dueUsat = account.carryUsat + account.postingsUsat + account.paymentsUsat;
    assert(
      dueUsat === account.satoshi * usatPerSat + account.restUsat,
      () => `${account.accountId} in the run ${run.period} of ${run.gridId} is not cut exactly`,
    );
    satoshi += account.satoshi;
    restUsat += account.restUsat;
  }
  assert(
    satoshi === 0n && restUsat === 0n,
    `the run ${run.period} of ${run.gridId} does not sum to 0: ${satoshi} sat, ${restUsat} µsat`,
  );
  assert(
    accounts.length === run.accountCount &&
      invoices.length === run.invoiceCount &&
      payees.length === run.payoutCount,
    `the run ${run.period} of ${run.gridId} counts other accounts, invoices or payouts than it has`,
  );
}

const usatPerSat = 1_000_000n;
