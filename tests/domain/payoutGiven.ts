import fc from 'fast-check';
import { parseBillingPeriod } from '../../shared/domain/billingPeriod.ts';
import type {
  Address,
  AddressKind,
  Coin,
  FeeRate,
  ReadAddress,
  TransactionId,
} from '../../shared/domain/bitcoin.ts';
import type { Hash } from '../../shared/domain/ids.ts';
import type { WaitingPayee } from '../../shared/domain/payoutDue.ts';
import {
  type PayoutTerms,
  type PlannedPayout,
  planPayout,
} from '../../shared/domain/planPayout.ts';
import { satoshi } from '../../shared/domain/units.ts';
import { gridId, prosumerId, sha256 } from './given.ts';

/** What the tests of payouts start from: payees, coins and terms in few words. */
const scriptBytes = { p2pkh: 25, p2sh: 23, p2wpkh: 22, p2wsh: 34, p2tr: 34 } as const;

export function payee(
  id: string,
  amountSat: bigint,
  given: { readonly period?: string; readonly kind?: AddressKind } = {},
): WaitingPayee {
  const period = parseBillingPeriod(given.period ?? '2026-10');
  if (period === undefined) throw new Error(`the test names no period: ${given.period}`);
  return {
    gridId: gridId('village'),
    period,
    prosumerId: prosumerId(id),
    amountSat: satoshi(amountSat),
    to: addressOf(id, given.kind ?? 'p2wpkh'),
  };
}

export function coin(index: number, amountSat: bigint): Coin {
  return {
    txid: sha256(`coin ${index}`) as TransactionId,
    vout: 0,
    keyChain: 0,
    index,
    amountSat: satoshi(amountSat),
    confirmations: 6,
  };
}

/** At 1 sat/vB, paid by the payees, no minimum but dust. */
export function termsOf(
  payees: readonly WaitingPayee[],
  coins: readonly bigint[],
  more: Partial<Omit<PayoutTerms, 'feeRate' | 'minimumSat'>> & {
    readonly feeRate?: number;
    readonly minimumSat?: bigint;
  } = {},
): PayoutTerms {
  return {
    payees,
    coins: coins.map((amountSat, index) => coin(index, amountSat)),
    feePaidBy: 'payees',
    anchor: sha256('the last trade') as Hash,
    changeIndex: 7,
    ...more,
    feeRate: (more.feeRate ?? 1000) as FeeRate,
    minimumSat: satoshi(more.minimumSat ?? 0n),
  };
}

/** The plan, where the test knows that there is one. */
export function planned(terms: PayoutTerms): PlannedPayout {
  const result = planPayout(terms);
  if (!result.ok) throw new Error(`there is no plan: ${result.refusal}`);
  return result.value;
}

const anyPayee = fc
  .tuple(
    fc.integer({ min: 0, max: 30 }),
    fc.oneof(fc.bigInt({ min: 1n, max: 1000n }), fc.bigInt({ min: 1n, max: 10_000_000n })),
    fc.constantFrom('2026-09', '2026-10'),
  )
  .map(([id, amountSat, period]) => {
    const kinds = ['p2wpkh', 'p2tr', 'p2pkh'] as const;
    return payee(`p${id}`, amountSat, { period, kind: kinds[id % kinds.length] ?? 'p2wpkh' });
  });

/** Payees of a few prosumers, coins that may or may not suffice, all rates and both who pay. */
export const anyTerms = fc
  .record({
    payees: fc.uniqueArray(anyPayee, {
      maxLength: 30,
      selector: ({ period, prosumerId: id }) => `${period}.${id}`,
    }),
    coins: fc.array(fc.bigInt({ min: 300n, max: 20_000_000n }), { maxLength: 12 }),
    feeRate: fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 300_000 })),
    feePaidBy: fc.constantFrom('payees' as const, 'operator' as const),
    minimumSat: fc.constantFrom(0n, 500n, 10_000n),
  })
  .map(({ payees, coins, ...more }) => termsOf(payees, coins, more));

function addressOf(id: string, kind: AddressKind): ReadAddress {
  const script = sha256(id)
    .slice(0, 2 * scriptBytes[kind])
    .padEnd(2 * scriptBytes[kind], '0');
  return { address: `address of ${id}` as Address, kind, script };
}
