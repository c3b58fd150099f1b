import type { Transaction } from 'bitcoinjs-lib';
import { consensus, policy } from './policy.ts';
import type { ReadTransaction } from './readTransaction.ts';
import { isPushOnly, isUnspendable, isWitnessProgram, scriptKindOf } from './scriptKind.ts';

/**
 * Why a transaction is refused for what it is, whatever the chain; undefined where it may pass. The
 * reasons and their order are those of Bitcoin Core's CheckTransaction and IsStandardTx.
 */
export function transactionFault(read: ReadTransaction): string | undefined {
  if (read.content.ins.length === 0) return 'bad-txns-vin-empty';
  if (read.content.outs.length === 0) return 'bad-txns-vout-empty';
  const strippedBytes = read.content.byteLength(false);
  if (strippedBytes * consensus.witnessScale > consensus.blockWeightMax) {
    return 'bad-txns-oversize';
  }
  return (
    amountFault(read.content) ??
    inputFault(read) ??
    standardFault(read) ??
    (strippedBytes < policy.strippedBytesMin ? 'tx-size-small' : undefined)
  );
}

/** The least that an output must hold for nodes to relay it, in satoshi. */
export function dustLimitSat(script: Uint8Array): bigint {
  if (isUnspendable(script)) return 0n;
  const outputBytes = 8 + varuintBytes(script.length) + script.length;
  const spendingBytes = isWitnessProgram(script) ? witnessInputBytes : inputBytes;
  return (policy.dustSatPerKvb * BigInt(outputBytes + spendingBytes)) / 1_000n;
}

/** How many outputs hold less than their spending would cost. */
export function dustCount({ outs }: Transaction): number {
  return outs.filter(({ value, script }) => value < dustLimitSat(script)).length;
}

/** An input with a signature and a key: 107 bytes of them, or a quarter of it as a witness. */
const inputBytes = 32 + 4 + 1 + 107 + 4;
const witnessInputBytes = 32 + 4 + 1 + 26 + 4;

function amountFault({ outs }: Transaction): string | undefined {
  let totalSat = 0n;
  for (const { value } of outs) {
    if (value < 0n) return 'bad-txns-vout-negative';
    if (value > consensus.moneySatMax) return 'bad-txns-vout-toolarge';
    totalSat += value;
    if (totalSat > consensus.moneySatMax) return 'bad-txns-txouttotal-toolarge';
  }
  return undefined;
}

function inputFault({ content, spends }: ReadTransaction): string | undefined {
  const outPoints = new Set(spends.map(({ txid, vout }) => `${txid}:${vout}`));
  if (outPoints.size < spends.length) return 'bad-txns-inputs-duplicate';
  const nullCount = spends.filter(({ txid, vout }) => vout === noVout && txid === noTxid).length;
  if (nullCount === 0) return undefined;
  if (spends.length > 1) return 'bad-txns-prevout-null';
  const length = content.ins[0]?.script.length ?? 0;
  return length < 2 || length > 100 ? 'bad-cb-length' : 'coinbase';
}

const noTxid = '0'.repeat(64);
const noVout = 0xffffffff;

function standardFault({ content, weight }: ReadTransaction): string | undefined {
  if (content.version < policy.versionMin || content.version > policy.versionMax) return 'version';
  if (weight > policy.weightMax) return 'tx-size';
  for (const { script } of content.ins) {
    if (script.length > policy.scriptSigBytesMax) return 'scriptsig-size';
    if (!isPushOnly(script)) return 'scriptsig-not-pushonly';
  }
  const kinds = content.outs.map(({ script }) => {
    const kind = scriptKindOf(script);
    const isTooLong = kind === 'data' && script.length > policy.dataScriptBytesMax;
    return isTooLong ? 'nonstandard' : kind;
  });
  if (kinds.includes('nonstandard')) return 'scriptpubkey';
  if (dustCount(content) > 1) return 'dust';
  return kinds.filter((kind) => kind === 'data').length > 1 ? 'multi-op-return' : undefined;
}

function varuintBytes(value: number): number {
  if (value < 0xfd) return 1;
  return value <= 0xffff ? 3 : 5;
}
