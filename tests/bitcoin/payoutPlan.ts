import { createHash } from 'node:crypto';
import type { BillingPeriod } from '../../shared/domain/billingPeriod.ts';
import type { FeeRate, ReadAddress, TransactionId } from '../../shared/domain/bitcoin.ts';
import type { Hash, ProsumerId } from '../../shared/domain/ids.ts';
import type { PayoutPlan } from '../../shared/domain/payout.ts';
import type { Satoshi } from '../../shared/domain/units.ts';

/** What a plan of tests is made of: amounts in satoshi. */
export type PlanShape = {
  readonly coinsSat: readonly bigint[];
  readonly payees: readonly {
    readonly to: ReadAddress;
    readonly sat: bigint;
    readonly feeSat?: bigint;
  }[];
  readonly changeSat?: bigint;
};

/** A plan that adds up: what is left of its coins is the fee. */
export function payoutPlan({ coinsSat, payees, changeSat }: PlanShape): PayoutPlan {
  const inSat = coinsSat.reduce((sum, sat) => sum + sat, 0n);
  const sentSat = payees.reduce((sum, { sat, feeSat = 0n }) => sum + sat - feeSat, 0n);
  return {
    outputs: payees.map(({ to, sat, feeSat = 0n }, at) => ({
      prosumerId: `prosumer-${at}` as ProsumerId,
      periods: ['2026-10' as BillingPeriod],
      amountSat: sat as Satoshi,
      feeSat: feeSat as Satoshi,
      to,
    })),
    coins: coinsSat.map((sat, at) => ({
      txid: digest(`coin ${at}`) as TransactionId,
      vout: at % 3,
      keyChain: at % 2 === 0 ? 0 : 1,
      index: at,
      amountSat: sat as Satoshi,
      confirmations: 6,
    })),
    ...(changeSat !== undefined && { change: { index: 7, amountSat: changeSat as Satoshi } }),
    feeSat: (inSat - sentSat - (changeSat ?? 0n)) as Satoshi,
    feeRate: 1_000 as FeeRate,
    anchor: digest('anchor') as Hash,
  };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
