import type { Address, KeyChain } from '../../shared/domain/bitcoin.ts';
import { claims } from '../../shared/domain/payoutAddress.ts';
import type { ManifestPayee, PayoutManifest } from '../../shared/domain/payoutManifest.ts';
import type { Bitcoin } from '../../shared/ports/bitcoin.ts';
import { SignerError } from './signerError.ts';

/** An output of a transaction; its script as hex. */
export type Output = { readonly script: string; readonly amountSat: bigint };

/**
 * Are these the payees in order, each once and with a good proof, then the account's own change, then
 * the anchor? Throws SignerError at the first output that is not.
 */
export function checkOutputs(
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

const changeChain: KeyChain = 1;
/** Each payout takes one index: nobody would look for change beyond so many. */
const changeIndexMax = 999_999;

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
