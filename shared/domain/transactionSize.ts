import type { FeeRate } from './bitcoin.ts';
import { type Satoshi, satoshi } from './units.ts';

/** What the size of a transaction that spends P2WPKH coins depends on. */
export type TransactionShape = {
  readonly inputCount: number;
  readonly outputCount: number;
  /** Σ `outputBytes` of its outputs. */
  readonly outputBytes: number;
};

/** The heaviest transaction that nodes relay, in weight units. */
export const weightMax = 400_000;
/** OP_RETURN and a push of the 32 bytes of a hash. */
export const anchorScriptBytes = 34;
/** OP_0 and a push of the 20 bytes of a P2WPKH address. */
export const changeScriptBytes = 22;

/**
 * The weight of a signed transaction (BIP141): four times what is no witness, and the witness once.
 * A signature counts 72 bytes, the most that DER takes of a low S with its hash type; most have one
 * less, so that the transaction pays its fee rate or a trifle more, never less.
 */
export function weightOf({ inputCount, outputCount, outputBytes }: TransactionShape): number {
  const inputs = compactSizeBytes(inputCount) + inputCount * inputBytes;
  const outputs = compactSizeBytes(outputCount) + outputBytes;
  const base = versionBytes + inputs + outputs + lockTimeBytes;
  return 4 * base + markerAndFlagBytes + inputCount * witnessBytes;
}

/** Its virtual size in vB: a quarter of the weight, rounded up. */
export function virtualSizeOf(shape: TransactionShape): number {
  return Math.ceil(weightOf(shape) / 4);
}

/** The size of an output whose script is so many bytes long. */
export function outputBytesOf(scriptBytes: number): number {
  return amountBytes + compactSizeBytes(scriptBytes) + scriptBytes;
}

/** What so many vB cost at a rate, rounded up to whole satoshi. */
export function feeOf(virtualSize: number, feeRate: FeeRate): Satoshi {
  return satoshi((BigInt(virtualSize) * BigInt(feeRate) + 999n) / 1000n);
}

const versionBytes = 4;
const lockTimeBytes = 4;
const amountBytes = 8;
const markerAndFlagBytes = 2;
/** Output point (36), an empty script's length, sequence (4). */
const inputBytes = 36 + 1 + 4;
/** Two items with their lengths: a signature of up to 72 bytes, a public key of 33. */
const witnessBytes = 1 + (1 + 72) + (1 + 33);

/** How long a count is written: no transaction that is relayed counts to 65 536. */
function compactSizeBytes(count: number): number {
  return count < 253 ? 1 : 3;
}
