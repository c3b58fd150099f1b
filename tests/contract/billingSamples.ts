import { billAccounts, runTotals } from '../../shared/domain/billAccounts.ts';
import { billableAccounts } from '../../shared/domain/billableAccounts.ts';
import type { BilledAccount, BillingRun } from '../../shared/domain/billing.ts';
import type { BillingPeriod } from '../../shared/domain/billingPeriod.ts';
import type { Address, Coin, TransactionId, WalletId } from '../../shared/domain/bitcoin.ts';
import { type AccountId, type GridId, isReserved, miniGrid } from '../../shared/domain/ids.ts';
import {
  type Invoice,
  type InvoiceEvent,
  type InvoiceId,
  invoiceIdOf,
  type Payment,
} from '../../shared/domain/invoice.ts';
import type { Payee, Payout, PayoutId, PayoutVersion } from '../../shared/domain/payout.ts';
import { microSatoshi, type Satoshi } from '../../shared/domain/units.ts';
import type { BillingStore, FinalRun, Unbilled } from '../../shared/ports/billingStore.ts';
import { entryOf } from './auditSamples.ts';
import { hash, instant, november, prosumerId, riverside } from './samples.ts';

/** Sample things of billing, with what a test is about put over them. */
export function sat(amount: bigint | number): Satoshi {
  return BigInt(amount) as Satoshi;
}

export const wallet = 'a1b2c3d4e5f60718' as WalletId;
export const otherWallet = 'ffeeddccbbaa9988' as WalletId;
export const finalizedAt = instant('2026-12-01T08:00:00Z');
export const paidAt = instant('2026-12-03T10:00:00Z');

export function txid(digits: string): TransactionId {
  return digits.padStart(64, '0') as TransactionId;
}

export function address(index: number): Address {
  return `bcrt1q${String(index).padStart(38, '0')}` as Address;
}

export function payTo(index: number, walletId = wallet): NonNullable<Invoice['payTo']> {
  return { walletId, index, address: address(index) };
}

export function invoiceId(id: string, period = november, gridId = riverside): InvoiceId {
  return invoiceIdOf(gridId, period, prosumerId(id));
}

type About = { readonly gridId?: GridId; readonly period?: BillingPeriod };

/** Everything that makes a run of these accounts final. */
export function finalRunOf(
  accounts: readonly BilledAccount[],
  change: Partial<BillingRun> = {},
): FinalRun {
  const run: BillingRun = {
    gridId: riverside,
    period: november,
    finalizedAt,
    closingNumber: 2_880,
    hash: hash('c'),
    ...runTotals(accounts),
    ...change,
  };
  const people = accounts.filter(({ accountId }) => !isReserved(accountId));
  const invoices = people.filter((each) => each.satoshi < 0n).map((each) => invoiceOf(run, each));
  return {
    run,
    accounts,
    invoices,
    issued: invoices.map(({ id, amountSat, issuedAt: at }): InvoiceEvent => {
      return { invoiceId: id, at, kind: 'issued', amountSat };
    }),
    payees: people.filter((each) => each.satoshi > 0n).map((each) => payeeOf(run, each)),
  };
}

function invoiceOf({ gridId, period }: BillingRun, account: BilledAccount): Invoice {
  const debtor = prosumerId(account.accountId);
  return {
    id: invoiceIdOf(gridId, period, debtor),
    gridId,
    period,
    prosumerId: debtor,
    amountSat: sat(-account.satoshi),
    issuedAt: finalizedAt,
    dueAt: instant('2026-12-15T08:00:00Z'),
    seenSat: sat(0),
    creditedSat: sat(0),
    buriedSat: sat(0),
  };
}

function payeeOf({ gridId, period }: BillingRun, { accountId, satoshi }: BilledAccount): Payee {
  return { gridId, period, prosumerId: prosumerId(accountId), amountSat: satoshi };
}

/** A run of all that is unbilled, without a minimum. */
export function runOfUnbilled(unbilled: Unbilled, change: Partial<BillingRun> = {}): FinalRun {
  return finalRunOf(billAccounts(billableAccounts(unbilled, () => sat(0))), change);
}

/** An account that the ledger moved by so many satoshi, and nothing else. */
export function accountOf(accountId: AccountId, satoshi: bigint): BilledAccount {
  const zero = microSatoshi(0n);
  const postingsUsat = microSatoshi(satoshi * 1_000_000n);
  const sums = { carryUsat: zero, postingsUsat, paymentsUsat: zero, restUsat: zero };
  return { accountId, ...sums, satoshi: sat(satoshi) };
}

/**
 * Makes a run final in which prosumers get so many satoshi, or owe them where they are negative, so
 * that there are payees and invoices. The mini grid balances them.
 */
export async function bill(
  billing: BillingStore,
  amounts: Readonly<Record<string, bigint>>,
  { gridId = riverside, period = november }: About = {},
): Promise<FinalRun> {
  const people = Object.entries(amounts).map(([id, amount]) => accountOf(prosumerId(id), amount));
  const sum = people.reduce((before, { satoshi }) => before + satoshi, 0n);
  const last = await billing.lastRun(gridId);
  const about = { gridId, period, ...(last && { previousPeriod: last.period }) };
  const final = finalRunOf([...people, accountOf(miniGrid, -sum)], about);
  const { mark } = await billing.unbilled(gridId, period);
  const outcome = await billing.finalize(final, mark, entryOf());
  if (outcome !== 'finalized') throw new Error(`the sample run is not final: ${outcome}`);
  return final;
}

export function paymentOf(id: InvoiceId, change: Partial<Payment> = {}): Payment {
  return {
    txid: txid('a1'),
    vout: 0,
    invoiceId: id,
    amountSat: sat(1_000),
    state: 'seen',
    confirmations: 0,
    firstSeenAt: paidAt,
    ...change,
  };
}

export function coinOf(digits: string, change: Partial<Coin> = {}): Coin {
  const about = { keyChain: 0, index: 7, amountSat: sat(100_000), confirmations: 6 } as const;
  return { txid: txid(digits), vout: 0, ...about, ...change };
}

export function payoutId(n: number): PayoutId {
  return `0190163d-8694-739b-aea5-${String(n).padStart(12, '0')}` as PayoutId;
}

export function versionOf(
  payees: readonly (readonly [id: string, ...periods: BillingPeriod[]])[],
  coins: readonly Coin[],
  change: Partial<PayoutVersion> = {},
): PayoutVersion {
  return {
    outputs: payees.map(([id, ...periods]) => ({
      prosumerId: prosumerId(id),
      periods,
      amountSat: sat(4_000),
      feeSat: sat(100),
      to: { address: address(500), kind: 'p2wpkh', script: `0014${'ab'.repeat(20)}` },
    })),
    coins,
    change: { index: 3, amountSat: sat(95_000) },
    feeSat: sat(200),
    feeRate: 1_500 as PayoutVersion['feeRate'],
    anchor: hash('d'),
    txid: txid('f1'),
    psbtDocument: 'riverside/payouts/1.psbt',
    builtAt: paidAt,
    ...change,
  };
}

export function payoutOf(
  n: number,
  versions: Payout['versions'],
  change: Partial<Payout> = {},
): Payout {
  const about = { gridId: riverside, walletId: wallet, status: 'built' } as const;
  return { id: payoutId(n), ...about, versions, createdAt: paidAt, ...change };
}
