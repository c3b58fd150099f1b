import { type AccountLine, amountOfLine } from './accountLine.ts';
import { type BillableAccount, type Gathered, gatheredOn } from './billing.ts';
import { type AddressKind, dustSat, dustSatMax } from './bitcoin.ts';
import type { BillingSettings } from './grid.ts';
import { type AccountId, miniGrid, type ProsumerId } from './ids.ts';
import {
  addUsat,
  type MicroSatoshi,
  type Satoshi,
  satoshi,
  subtractUsat,
  toMicroSatoshi,
  zeroUsat,
} from './units.ts';

/** What has gathered since the last final run. */
export type UnbilledParts = {
  readonly lines: readonly AccountLine[];
  readonly carries: readonly { readonly accountId: AccountId; readonly restUsat: MicroSatoshi }[];
  readonly payments: readonly { readonly prosumerId: ProsumerId; readonly satoshi: Satoshi }[];
};

/**
 * The accounts to bill out of what has gathered, in order of appearance. What a payment or a voided
 * invoice moves on a prosumer's account it moves the other way on the mini grid's, so that the
 * accounts still sum to zero. `minimumOf` is asked once for each account, with what has gathered on
 * it: what is owed goes to another script than what is paid out.
 */
export function billableAccounts(
  { lines, carries, payments }: UnbilledParts,
  minimumOf: (accountId: AccountId, balanceUsat: MicroSatoshi) => Satoshi,
): readonly BillableAccount[] {
  const accounts = new Map<AccountId, Sums>();
  for (const { accountId, restUsat } of carries) {
    const sums = sumsOf(accounts, accountId);
    sums.carryUsat = addUsat(sums.carryUsat, restUsat);
  }
  for (const line of lines) {
    const sums = sumsOf(accounts, line.accountId);
    sums.postingsUsat = addUsat(sums.postingsUsat, amountOfLine(line));
  }
  for (const { prosumerId, satoshi: changeSat } of payments) {
    const changeUsat = toMicroSatoshi(changeSat);
    const sums = sumsOf(accounts, prosumerId);
    sums.paymentsUsat = addUsat(sums.paymentsUsat, changeUsat);
    const grid = sumsOf(accounts, miniGrid);
    grid.paymentsUsat = subtractUsat(grid.paymentsUsat, changeUsat);
  }
  return [...accounts].map(([accountId, sums]) => ({
    accountId,
    ...sums,
    minimumSat: minimumOf(accountId, gatheredOn(sums)),
  }));
}

/**
 * The least that is billed of a prosumer: what the grid says, and no less than what nodes relay to
 * the script that it goes to. What is owed is paid to an address of the grid (P2WPKH); what is paid
 * out goes to the prosumer's, and where it has named none yet to any kind.
 */
export function minimumOfProsumer(
  { minimumSat }: Pick<BillingSettings, 'minimumSat'>,
  balanceUsat: MicroSatoshi,
  paidAt: AddressKind | undefined,
): Satoshi {
  const payoutDust = paidAt === undefined ? dustSatMax : dustSat[paidAt];
  const least = balanceUsat < 0n ? dustSat.p2wpkh : payoutDust;
  const own = satoshi(BigInt(minimumSat));
  return own > least ? own : least;
}

type Sums = { -readonly [Part in keyof Gathered]: MicroSatoshi };

function sumsOf(accounts: Map<AccountId, Sums>, accountId: AccountId): Sums {
  const before = accounts.get(accountId);
  if (before !== undefined) return before;
  const sums = { carryUsat: zeroUsat, postingsUsat: zeroUsat, paymentsUsat: zeroUsat };
  accounts.set(accountId, sums);
  return sums;
}
