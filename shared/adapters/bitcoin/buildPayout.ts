import { assert } from '../../domain/assert.ts';
import { type AccountKey, dustSat, type TransactionId } from '../../domain/bitcoin.ts';
import { isHash } from '../../domain/hashChain.ts';
import type { PayoutOutput, PayoutPlan } from '../../domain/payout.ts';
import type { UnsignedPayout } from '../../ports/bitcoin.ts';
import type { BitcoinLibrary } from './bitcoinLibrary.ts';
import { fromHex } from './bytes.ts';
import { accountOrigins } from './keyOrigins.ts';
import { readAddress } from './readAddress.ts';

/**
 * The unsigned transaction of a plan, version 2 and open to replacement (BIP125). The same plan gives
 * the same bytes. A plan that loses a satoshi, or that no node would relay, is a bug and throws.
 */
export function buildPayout(
  library: BitcoinLibrary,
  plan: PayoutPlan,
  accountKey: AccountKey,
): UnsignedPayout {
  assertSound(library, plan);
  const { bitcoin, parameters } = library;
  const { account, originAt } = accountOrigins(library, accountKey);
  const scriptOf = (publicKey: Uint8Array) =>
    Uint8Array.from([0x00, 0x14, ...bitcoin.crypto.hash160(publicKey)]);
  const psbt = new bitcoin.Psbt({ network: parameters });
  psbt.setVersion(transactionVersion);
  psbt.updateGlobal({ globalXpub: [{ ...account }] });
  // Outputs come first: each that is added looks through all inputs.
  for (const output of plan.outputs) {
    psbt.addOutput({ script: fromHex(output.to.script), value: sentSat(output) });
  }
  if (plan.change !== undefined) {
    const origin = originAt(1, plan.change.index);
    const change = { script: scriptOf(origin.pubkey), value: plan.change.amountSat };
    psbt.addOutput({ ...change, bip32Derivation: [{ ...origin }] });
  }
  psbt.addOutput({ script: anchorScript(plan.anchor), value: 0n });
  for (const { txid, vout, keyChain, index, amountSat } of plan.coins) {
    const origin = originAt(keyChain, index);
    psbt.addInput({
      hash: txid,
      index: vout,
      sequence: sequenceReplaceable,
      witnessUtxo: { script: scriptOf(origin.pubkey), value: amountSat },
      bip32Derivation: [{ ...origin }],
    });
  }
  const unsigned = bitcoin.Transaction.fromBuffer(psbt.data.getTransaction());
  return { psbt: psbt.toBase64(), txid: unsigned.getId() as TransactionId };
}

const transactionVersion = 2;
/** The highest that still says that the transaction may be replaced. */
const sequenceReplaceable = 0xffff_fffd;

/** What arrives: the amount less the fee that the payee bears. */
function sentSat({ amountSat, feeSat }: PayoutOutput): bigint {
  return amountSat - feeSat;
}

/** OP_RETURN and a push of the 32 bytes of the hash */
function anchorScript(anchor: string): Uint8Array {
  return Uint8Array.from([0x6a, 0x20, ...fromHex(anchor)]);
}

/** The library takes dust, outputs of nothing and more out than in without a word. */
function assertSound(library: BitcoinLibrary, plan: PayoutPlan): void {
  const { outputs, coins, change, feeSat, anchor } = plan;
  assert(outputs.length > 0 && coins.length > 0, 'a payout spends something and pays somebody');
  assert(isHash(anchor), 'an anchor is a SHA-256');
  assert(feeSat > 0n, 'a payout pays a fee');
  let leftSat = -feeSat;
  const spent = new Set<string>();
  for (const { txid, vout, amountSat } of coins) {
    assert(amountSat > 0n, () => `the coin ${txid}:${vout} is worth nothing`);
    assert(!spent.has(`${txid}:${vout}`), () => `the coin ${txid}:${vout} is spent twice`);
    spent.add(`${txid}:${vout}`);
    leftSat += amountSat;
  }
  for (const output of outputs) {
    assertPayable(library, output);
    leftSat -= sentSat(output);
  }
  if (change !== undefined) {
    assert(change.amountSat >= dustSat.p2wpkh, () => `a change of ${change.amountSat} sat is dust`);
    leftSat -= change.amountSat;
  }
  // Σ coins = Σ (amountSat − feeSat) + change + fee
  assert(leftSat === 0n, () => `a payout must add up, and not be ${leftSat} sat off`);
}

function assertPayable(library: BitcoinLibrary, output: PayoutOutput): void {
  const { prosumerId, to, feeSat } = output;
  const read = readAddress(library, to.address);
  assert(
    read.ok && read.value.script === to.script && read.value.kind === to.kind,
    () => `the address of ${prosumerId} does not belong to its script on ${library.network}`,
  );
  assert(feeSat >= 0n, () => `the share of ${prosumerId} in the fee is negative`);
  const sent = sentSat(output);
  assert(sent >= dustSat[to.kind], () => `${sent} sat to ${prosumerId} are dust`);
}
