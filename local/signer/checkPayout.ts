import type { Psbt, Transaction } from 'bitcoinjs-lib';
import type { BitcoinLibrary } from '../../shared/adapters/bitcoin/bitcoinLibrary.ts';
import type { PayoutManifest } from '../../shared/domain/payoutManifest.ts';
import type { Bitcoin } from '../../shared/ports/bitcoin.ts';
import { checkFee, feeRateMaxSatPerVbDefault } from './checkFee.ts';
import { checkOutputs, type Output } from './checkOutputs.ts';
import { SignerError } from './signerError.ts';
import { strangeFields } from './strangeFields.ts';

/** What a payout comes to, computed from the PSBT itself. */
export type PayoutSums = {
  readonly payeeCount: number;
  readonly coinsSat: bigint;
  readonly payeesSat: bigint;
  readonly changeSat: bigint;
  readonly feeSat: bigint;
};

export type Checked = {
  readonly psbt: Psbt;
  readonly manifest: PayoutManifest;
  readonly sums: PayoutSums;
};

/** What is at least this much is no age that a coin has to have (BIP68). */
const sequenceMin = 0x8000_0000;

/**
 * Holds a PSBT against its manifest, and both against the account key and the proofs: every input is
 * a coin of the account, every output a payee with a good proof, the account's own change or the
 * anchor, and what is left over is the fee, of no more than a rate. Throws SignerError at the first
 * thing that is not so.
 */
export function checkPayout(
  library: BitcoinLibrary,
  bitcoin: Bitcoin,
  psbtText: string,
  manifest: PayoutManifest,
  feeRateMaxSatPerVb = feeRateMaxSatPerVbDefault,
): Checked {
  const psbt = readPsbt(library, psbtText);
  const wallet = bitcoin.readAccountKey(manifest.accountKey);
  if (!wallet.ok || wallet.value.walletId !== manifest.walletId) {
    throw new SignerError('The account key of the manifest is not that of its wallet.');
  }
  const { Transaction } = library.bitcoin;
  const unsigned = Transaction.fromBuffer(psbt.data.getTransaction());
  if (unsigned.getId() !== manifest.txid) {
    throw new SignerError('The PSBT is of another transaction than the manifest.');
  }
  checkNoWait(unsigned);
  const coinsSat = checkInputs(psbt, bitcoin, manifest);
  const outputs = unsigned.outs.map(({ script, value }) => ({
    script: Buffer.from(script).toString('hex'),
    amountSat: value,
  }));
  checkOutputs(outputs, bitcoin, manifest);
  const sums = sumsOf(outputs, manifest, coinsSat);
  if (sums.feeSat !== BigInt(manifest.feeSat)) {
    throw new SignerError(
      `The fee is ${sums.feeSat} sat, not ${manifest.feeSat} as the manifest has it.`,
    );
  }
  const sharesSat = manifest.payees.reduce((sum, { feeSat }) => sum + BigInt(feeSat), 0n);
  if (sharesSat > sums.feeSat) {
    throw new SignerError(`The payees bear ${sharesSat} sat of a fee of ${sums.feeSat} sat.`);
  }
  checkFee(unsigned, sums.feeSat, feeRateMaxSatPerVb);
  return { psbt, manifest, sums };
}

function readPsbt({ bitcoin, parameters }: BitcoinLibrary, text: string): Psbt {
  try {
    return bitcoin.Psbt.fromBase64(text.trim(), { network: parameters });
  } catch (cause) {
    throw new SignerError('The file is no PSBT in base64.', { cause });
  }
}

/** It can be mined as soon as it is signed: one that is kept back pays when nobody expects it. */
function checkNoWait({ locktime, ins }: Transaction): void {
  if (locktime === 0 && ins.every(({ sequence }) => sequence >= sequenceMin)) return;
  throw new SignerError('The transaction is made to wait before it can be mined.');
}

/** Every input is the coin that the manifest has at its place, and belongs to the account. */
function checkInputs(psbt: Psbt, bitcoin: Bitcoin, { accountKey, coins }: PayoutManifest): bigint {
  if (psbt.inputCount !== coins.length) {
    throw new SignerError(`The PSBT has ${psbt.inputCount} inputs, the manifest ${coins.length}.`);
  }
  let coinsSat = 0n;
  for (const [at, coin] of coins.entries()) {
    const input = psbt.txInputs[at];
    const data = psbt.data.inputs[at];
    const txid = Buffer.from(input?.hash ?? [])
      .reverse()
      .toString('hex');
    const own = bitcoin.addressesAt(accountKey, coin.keyChain, [coin.index])[0];
    const spent = data?.witnessUtxo;
    const isCoin =
      txid === coin.txid &&
      input?.index === coin.vout &&
      spent?.value === BigInt(coin.amountSat) &&
      Buffer.from(spent.script).toString('hex') === own?.script;
    if (!isCoin) throw new SignerError(`Input ${at} is not the account's coin of the manifest.`);
    const [strange] = strangeFields(data);
    if (strange !== undefined) throw new SignerError(`Input ${at} has a field ${strange}.`);
    if (data?.sighashType !== undefined && data.sighashType !== sighashAll) {
      throw new SignerError(`Input ${at} asks for a signature of less than the whole transaction.`);
    }
    coinsSat += spent.value;
  }
  return coinsSat;
}
const sighashAll = 1;

function sumsOf(
  outputs: readonly Output[],
  { payees, change }: PayoutManifest,
  coinsSat: bigint,
): PayoutSums {
  const sum = (some: readonly Output[]) =>
    some.reduce((total, { amountSat }) => total + amountSat, 0n);
  const payeesSat = sum(outputs.slice(0, payees.length));
  const changeSat = change === undefined ? 0n : BigInt(change.amountSat);
  const feeSat = coinsSat - sum(outputs);
  return { payeeCount: payees.length, coinsSat, payeesSat, changeSat, feeSat };
}
