import type { Candidate } from './candidate.ts';
import { dustCount } from './checkTransaction.ts';
import { feeAt, policy } from './policy.ts';

/** Why the fee of a transaction is not taken. One output of dust may be where there is no fee at all. */
export function feeFault({ content, feeSat, virtualSize }: Candidate): string | undefined {
  if (feeSat > 0n && dustCount(content) > 0) return 'dust';
  const leastSat = feeAt(policy.relaySatPerKvb, virtualSize);
  return feeSat < leastSat ? 'min relay fee not met' : undefined;
}
