import type { Transaction } from 'bitcoinjs-lib';
import type { FeeRate } from '../../shared/domain/bitcoin.ts';
import { feeOf, outputBytesOf, virtualSizeOf } from '../../shared/domain/transactionSize.ts';
import { SignerError } from './signerError.ts';

/** Fee rates were higher for hours at most, and a payout can wait. */
export const feeRateMaxSatPerVbDefault = 200;

/**
 * Holds the fee of a transaction of P2WPKH coins against a rate. Nobody is robbed by a fee without
 * losing it to a miner, but a server that is not the operator's any more may be a miner's.
 */
export function checkFee(
  { ins, outs }: Pick<Transaction, 'ins' | 'outs'>,
  feeSat: bigint,
  feeRateMaxSatPerVb: number,
): void {
  const outputBytes = outs.reduce((sum, { script }) => sum + outputBytesOf(script.length), 0);
  const shape = { inputCount: ins.length, outputCount: outs.length, outputBytes };
  const virtualSize = virtualSizeOf(shape);
  if (feeSat <= feeOf(virtualSize, (feeRateMaxSatPerVb * 1000) as FeeRate)) return;
  const rate = feeSat / BigInt(virtualSize);
  throw new SignerError(
    `The fee of ${feeSat} sat is about ${rate} sat/vB: more than the ${feeRateMaxSatPerVb} of --fee-rate-max.`,
  );
}
