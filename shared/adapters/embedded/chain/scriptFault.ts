import type { Transaction } from 'bitcoinjs-lib';

/** A transaction, what its inputs spend, in their order, and the input that is looked at. */
export type InputToVerify = {
  readonly content: Transaction;
  readonly scripts: Uint8Array[];
  readonly amountsSat: bigint[];
  readonly index: number;
};

/** A fault by the rules of all nodes, in Bitcoin Core's words. */
export function mandatory(error: string): string {
  return `mandatory-script-verify-flag-failed (${error})`;
}

/** A fault by what nodes relay, where the rules of all nodes would let it pass. */
export function nonMandatory(error: string): string {
  return `non-mandatory-script-verify-flag (${error})`;
}
