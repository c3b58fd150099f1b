import type { Psbt, Transaction } from 'bitcoinjs-lib';
import type { BitcoinLibrary } from '../../shared/adapters/bitcoin/bitcoinLibrary.ts';
import type { Address, KeyChain } from '../../shared/domain/bitcoin.ts';
import { claims } from '../../shared/domain/payoutAddress.ts';
import type { ManifestPayee, PayoutManifest } from '../../shared/domain/payoutManifest.ts';
import type { Bitcoin } from '../../shared/ports/bitcoin.ts';
import { checkFee, feeRateMaxSatPerVbDefault } from './checkFee.ts';
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

type Output = { readonly script: string; readonly amountSat: bigint };

const changeChain: KeyChain = 1;
/** Each payout takes one index: nobody would look for change beyond so many. */
const changeIndexMax = 999_999;
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

/** The payees in order, each with a good proof, then the account's own change, then the anchor. */
function checkOutputs(
  outputs: readonly Output[],
  bitcoin: Bitcoin,
  manifest: PayoutManifest,
): void {
  const { accountKey, payees, change, anchor } = manifest;
  checkEachOnce(payees);
  const expected = payees.map((payee) => ({
    what: `the payment to ${payee.prosumerId}`,
    script: provenScript(bitcoin, manifest, payee),
    amountSat: BigInt(payee.amountSat) - BigInt(payee.feeSat),
  }));
  if (change !== undefined) {
    const own = bitcoin.addressesAt(accountKey, changeChain, [change.index])[0];
    if (own === undefined || own.address !== change.address || change.index > changeIndexMax) {
      throw new SignerError('The change does not go to an address that the account uses.');
    }
    const amountSat = BigInt(change.amountSat);
    expected.push({ what: 'the change', script: own.script, amountSat });
  }
  expected.push({ what: 'the anchor', script: `6a20${anchor}`, amountSat: 0n });
  if (expected.length !== outputs.length) {
    throw new SignerError(
      `The PSBT has ${outputs.length} outputs where the manifest has ${expected.length}.`,
    );
  }
  for (const [at, { what, script, amountSat }] of expected.entries()) {
    const output = outputs[at];
    if (output?.script !== script || output.amountSat !== amountSat) {
      throw new SignerError(`Output ${at} is not ${what} as the manifest has it.`);
    }
  }
}

function checkEachOnce(payees: readonly ManifestPayee[]): void {
  const seen = new Set<string>();
  for (const { prosumerId } of payees) {
    if (seen.has(prosumerId)) throw new SignerError(`The payout pays ${prosumerId} twice.`);
    seen.add(prosumerId);
  }
}

/** The script of a payee's address, which has proven that it is the payee's own. */
function provenScript(
  bitcoin: Bitcoin,
  { gridId }: PayoutManifest,
  { prosumerId, address, message, signature }: ManifestPayee,
): string {
  const read = bitcoin.readAddress(address);
  if (!read.ok || read.value.address !== address) {
    throw new SignerError(`The address of ${prosumerId} is none of this network.`);
  }
  const isClaimed = claims(message, { gridId, prosumerId, address: address as Address });
  if (!isClaimed || !bitcoin.isSignedBy(address, message, signature)) {
    throw new SignerError(`The address of ${prosumerId} has no valid proof that it is its own.`);
  }
  return read.value.script;
}

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
