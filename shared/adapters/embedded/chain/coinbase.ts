import type { Transaction } from 'bitcoinjs-lib';
import type { ChainLibrary } from './chainLibrary.ts';
import { consensus } from './policy.ts';

/** What a block pays to whoever mined it. */
export type Reward = {
  readonly height: number;
  /** Sets apart blocks of one height that would pay the same. */
  readonly extraNonce: number;
  readonly script: Uint8Array;
  readonly feesSat: bigint;
};

/** The first transaction of a block, which says its height (BIP34) and commits to all witnesses. */
export function coinbaseOf(
  library: ChainLibrary,
  { height, extraNonce, script, feesSat }: Reward,
  others: readonly Transaction[],
): Transaction {
  const { Block, Transaction, script: scripts } = library.bitcoin;
  const coinbase = new Transaction();
  coinbase.version = 2;
  const input = scripts.compile([numberPush(library, height), numberPush(library, extraNonce)]);
  coinbase.addInput(new Uint8Array(32), noVout, Transaction.DEFAULT_SEQUENCE, input);
  coinbase.setWitness(0, [new Uint8Array(32)]);
  coinbase.addOutput(script, subsidySatAt(height) + feesSat);
  const commitment = Block.calculateMerkleRoot([coinbase, ...others], true);
  coinbase.addOutput(Uint8Array.from([...commitmentHeader, ...commitment]), 0n);
  return coinbase;
}

/** New coins of a block: they halve, and end when they are less than a satoshi. */
export function subsidySatAt(height: number): bigint {
  return consensus.subsidySat >> BigInt(Math.floor(height / consensus.halvingBlocks));
}

const noVout = 0xffffffff;
/** OP_RETURN, a push of 36 bytes, and the tag of BIP141. */
const commitmentHeader = [0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed];
const smallNumberMax = 16;
const opReserved = 0x50;

/** Pushes a number in the shortest way: up to 16 as an operation of its own. */
function numberPush({ bitcoin }: ChainLibrary, value: number): number | Uint8Array {
  if (value === 0) return 0;
  return value <= smallNumberMax ? opReserved + value : bitcoin.script.number.encode(value);
}
