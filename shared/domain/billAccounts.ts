import { assert } from './assert.ts';
import {
  type BillableAccount,
  type BilledAccount,
  type Gathered,
  gatheredOn,
  type RunTotals,
} from './billing.ts';
import { compareIds, miniGrid, powerPlant } from './ids.ts';
import {
  addSat,
  addUsat,
  type MicroSatoshi,
  type Satoshi,
  satoshi,
  subtractUsat,
  toMicroSatoshi,
  toSatoshi,
  zeroSat,
  zeroUsat,
} from './units.ts';

/**
 * Bills the accounts of a grid, which sum to zero, by `billAccount`. The mini grid is not cut but
 * balances the others: its satoshi and its rest are the opposite of their sums, so that a run
 * neither gains nor loses a µsat. It is added where it is needed and not there. By account id
 * ascending; pure.
 */
export function billAccounts(accounts: readonly BillableAccount[]): readonly BilledAccount[] {
  const others = accounts.filter(({ accountId }) => accountId !== miniGrid).map(billAccount);
  const gridBefore = accounts.find(({ accountId }) => accountId === miniGrid);
  const opposite = satoshi(-sumSat(others.map((account) => account.satoshi)));
  const oppositeRest = subtractUsat(zeroUsat, sumUsat(others.map(({ restUsat }) => restUsat)));
  const isNeeded = gridBefore !== undefined || opposite !== 0n || oppositeRest !== 0n;
  const billed = isNeeded ? [...others, balance(gridBefore, opposite)] : others;
  assertBalanced(billed);
  return inOrder(billed);
}

/**
 * What is billed of one account: b in whole satoshi toward zero, or nothing where that is under its
 * minimum. The rest is carried over. Not for the mini grid, which has what the others leave it.
 */
export function billAccount({ minimumSat, ...account }: BillableAccount): BilledAccount {
  const balanceUsat = gatheredOn(account);
  const cut = toSatoshi(balanceUsat);
  const isBelow = (cut.satoshi < 0n ? -cut.satoshi : cut.satoshi) < minimumSat;
  if (isBelow) return { ...account, satoshi: zeroSat, restUsat: balanceUsat };
  return { ...account, satoshi: cut.satoshi, restUsat: cut.rest };
}

/** Adds the accounts of a run up. Σ invoicesSat = Σ payoutsSat + miniGridSat + powerPlantSat. */
export function runTotals(billed: readonly BilledAccount[]): RunTotals {
  let [invoiceCount, payoutCount] = [0, 0];
  let [invoicesSat, payoutsSat, miniGridSat, powerPlantSat] = [zeroSat, zeroSat, zeroSat, zeroSat];
  let carriedUsat = zeroUsat;
  for (const account of billed) {
    if (account.accountId === miniGrid) {
      miniGridSat = account.satoshi;
      continue;
    }
    carriedUsat = addUsat(carriedUsat, account.restUsat);
    if (account.accountId === powerPlant) {
      powerPlantSat = account.satoshi;
    } else if (account.satoshi < 0n) {
      invoiceCount += 1;
      invoicesSat = satoshi(invoicesSat - account.satoshi);
    } else if (account.satoshi > 0n) {
      payoutCount += 1;
      payoutsSat = addSat(payoutsSat, account.satoshi);
    }
  }
  assert(
    invoicesSat === payoutsSat + miniGridSat + powerPlantSat,
    'invoices must be payouts and what the mini grid and the power plant get',
  );
  return {
    accountCount: billed.length,
    invoiceCount,
    payoutCount,
    invoicesSat,
    payoutsSat,
    miniGridSat,
    powerPlantSat,
    carriedUsat,
  };
}

const nothing: Gathered = { carryUsat: zeroUsat, postingsUsat: zeroUsat, paymentsUsat: zeroUsat };

/** The mini grid's account: the satoshi are given, the rest is what they leave of its b. */
function balance(before: Gathered | undefined, opposite: Satoshi): BilledAccount {
  const { carryUsat, postingsUsat, paymentsUsat } = before ?? nothing;
  const restUsat = subtractUsat(gatheredOn(before ?? nothing), toMicroSatoshi(opposite));
  const account = { accountId: miniGrid, carryUsat, postingsUsat, paymentsUsat } as const;
  return { ...account, satoshi: opposite, restUsat };
}

/** Σ b = 0, Σ satoshi = 0 and Σ rest = 0, always. */
function assertBalanced(billed: readonly BilledAccount[]): void {
  assert(sumUsat(billed.map(gatheredOn)) === 0n, 'the accounts to bill must sum to zero');
  assert(sumSat(billed.map((account) => account.satoshi)) === 0n, 'satoshi must sum to zero');
  assert(sumUsat(billed.map(({ restUsat }) => restUsat)) === 0n, 'rests must sum to zero');
}

function inOrder(billed: readonly BilledAccount[]): readonly BilledAccount[] {
  const sorted = billed.toSorted((a, b) => compareIds(a.accountId, b.accountId));
  for (const [index, { accountId }] of sorted.entries()) {
    const isOnce = sorted[index + 1]?.accountId !== accountId;
    assert(isOnce, () => `an account must be billed once: ${accountId}`);
  }
  return sorted;
}

function sumUsat(amounts: readonly MicroSatoshi[]): MicroSatoshi {
  return amounts.reduce(addUsat, zeroUsat);
}

function sumSat(amounts: readonly Satoshi[]): Satoshi {
  return amounts.reduce(addSat, zeroSat);
}
