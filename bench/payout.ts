import { createHash } from 'node:crypto';
import { BIP32Factory } from 'bip32';
import { networks } from 'bitcoinjs-lib';
import * as ecc from 'tiny-secp256k1';
import { signPsbt } from '../local/signer/signPsbt.ts';
import { openBitcoin } from '../shared/adapters/bitcoin/openBitcoin.ts';
import type { BillingPeriod } from '../shared/domain/billingPeriod.ts';
import type { AccountKey, FeeRate, ReadAddress, TransactionId } from '../shared/domain/bitcoin.ts';
import type { Hash } from '../shared/domain/ids.ts';
import type { PayoutPlan } from '../shared/domain/payout.ts';
import type { Satoshi } from '../shared/domain/units.ts';
import type { Bitcoin } from '../shared/ports/bitcoin.ts';
import type { Benchmark, BenchRow } from './benchmark.ts';
import { measure } from './measure.ts';
import { prosumerIds } from './population.ts';

const goalMsBySize = new Map([[2_500, 500]]);
const payeesPerCoin = 25;
const paidSat = 10_000n;
const feeSat = 100_000n;

/** A plan in memory → the PSBT that is sent out. With a coin for every 25 payees. */
export const payout: Benchmark = {
  title: 'payout: plan → PSBT, in memory',
  async *run(sizes = [100, 1_000, 2_500]) {
    const bitcoin = await openBitcoin('regtest');
    for (const size of sizes) yield build(bitcoin, size);
  },
};

function build(bitcoin: Bitcoin, size: number): BenchRow {
  const account = BIP32Factory(ecc)
    .fromSeed(Buffer.from(digest('seed'), 'hex'), networks.regtest)
    .derivePath("m/84'/1'/0'");
  const accountKey = account.neutered().toBase58() as AccountKey;
  const plan = planOf(bitcoin, accountKey, size);
  const { ms, runs, value } = measure(() => bitcoin.buildPayout(plan, accountKey));
  const signed = signPsbt(value.psbt, account);
  const start = performance.now();
  const finished = bitcoin.finishPayout(value.psbt, signed);
  const finishMs = performance.now() - start;
  if (!finished.ok) throw new Error(finished.refusal);
  const goalMs = goalMsBySize.get(size);
  return {
    size,
    unit: 'payees',
    ms,
    runs,
    ...(goalMs !== undefined && { goalMs }),
    notes: `${plan.coins.length} coins; taken back signed in ${finishMs.toFixed(1)} ms`,
    hash: digest(value.psbt),
  };
}

function planOf(bitcoin: Bitcoin, accountKey: AccountKey, size: number): PayoutPlan {
  const payees = bitcoin.addressesAt(accountKey, 0, [...Array(size).keys()]);
  const coinCount = Math.ceil(size / payeesPerCoin);
  const coinSat = paidSat * BigInt(payeesPerCoin) + feeSat;
  const sentSat = paidSat * BigInt(size) + feeSat;
  return {
    outputs: prosumerIds(size).map((prosumerId, at) => ({
      prosumerId,
      periods: ['2026-10' as BillingPeriod],
      amountSat: paidSat as Satoshi,
      feeSat: 0n as Satoshi,
      to: { ...payees[at], kind: 'p2wpkh' } as ReadAddress,
    })),
    coins: Array.from({ length: coinCount }, (_, index) => ({
      txid: digest(`coin ${index}`) as TransactionId,
      vout: 0,
      keyChain: 0,
      index,
      amountSat: coinSat as Satoshi,
      confirmations: 6,
    })),
    change: { index: 0, amountSat: (coinSat * BigInt(coinCount) - sentSat) as Satoshi },
    feeSat: feeSat as Satoshi,
    feeRate: 1_000 as FeeRate,
    anchor: digest('anchor') as Hash,
  };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
