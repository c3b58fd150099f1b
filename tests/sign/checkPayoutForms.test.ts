import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Psbt, Transaction } from 'bitcoinjs-lib';
import { feeRateMaxSatPerVbDefault } from '../../local/signer/checkFee.ts';
import { checkPayout } from '../../local/signer/checkPayout.ts';
import { parseManifest } from '../../local/signer/parseManifest.ts';
import { signPsbt } from '../../local/signer/signPsbt.ts';
import { loadBitcoinLibrary } from '../../shared/adapters/bitcoin/bitcoinLibrary.ts';
import type { PayoutPlan } from '../../shared/domain/payout.ts';
import { manifestOf, type PayoutManifest } from '../../shared/domain/payoutManifest.ts';
import { satoshi } from '../../shared/domain/units.ts';
import { regtest } from '../bitcoin/testWallet.ts';
import { type SignerCase, signerCase } from './signerCase.ts';

const library = await loadBitcoinLibrary('regtest');
let given: SignerCase;
beforeEach(async () => {
  given = await signerCase();
});
afterEach(() => given.end());

type Offer = { readonly psbt: string; readonly manifest: PayoutManifest };

/** What a server that is no longer the operator's may hand out: its two files agree. */
function offered(change: Partial<PayoutPlan>): Offer {
  const { bitcoin, wallet, manifest } = given;
  const plan = { ...given.plan, ...change };
  const { psbt, txid } = bitcoin.buildPayout(plan, wallet.accountKey);
  const index = plan.change?.index;
  const own = index === undefined ? [] : bitcoin.addressesAt(wallet.accountKey, 1, [index]);
  const proofs = new Map(manifest.payees.map((payee) => [payee.prosumerId, payee]));
  const { gridId, payoutId, network } = manifest;
  const context = { gridId, payoutId, network, ...wallet, txid, changeAddress: own[0]?.address };
  const proofOf: Parameters<typeof manifestOf>[1]['proofOf'] = (id) => {
    const { message, signature } = proofs.get(id) ?? { message: '', signature: '' };
    return { message, signature };
  };
  return { psbt, manifest: manifestOf(plan, { ...context, proofOf }) };
}

function check({ psbt, manifest }: Offer, feeRateMaxSatPerVb?: number) {
  const read = parseManifest(JSON.stringify(manifest));
  return checkPayout(library, given.bitcoin, psbt, read, feeRateMaxSatPerVb);
}

/** The coins are 200 000 sat, and 150 000 of them are paid. */
function withFee(feeSat: bigint): Offer {
  const { plan } = given;
  const index = plan.change?.index ?? 0;
  const change = { index, amountSat: satoshi(50_000n - feeSat) };
  return offered({ feeSat: satoshi(feeSat), change });
}

describe('a fee', () => {
  /** Two inputs, two P2WPKH payees, change and the anchor, with signatures of 72 bytes. */
  const virtualSize = 283n;
  const mostSat = virtualSize * BigInt(feeRateMaxSatPerVbDefault / 10);

  test('is refused from one satoshi over the rate on', () => {
    const rate = feeRateMaxSatPerVbDefault / 10;
    expect(check(withFee(mostSat - 1n), rate).sums.feeSat).toBe(mostSat - 1n);
    expect(check(withFee(mostSat), rate).sums.feeSat).toBe(mostSat);
    expect(() => check(withFee(mostSat + 1n), rate)).toThrow('--fee-rate-max');
  });

  test('that eats the change is refused without being asked to', () => {
    const { change: _, ...plan } = given.plan;
    const coins = plan.coins.map((coin) => ({ ...coin, amountSat: satoshi(5_000_000n) }));
    const feeSat = satoshi(10_000_000n - 150_000n);
    const eaten = { ...offered({ coins, feeSat, change: undefined as never }) };
    expect(() => check(eaten)).toThrow('--fee-rate-max');
  });
});

describe('a payout is refused', () => {
  test('with change where nobody would look for it', () => {
    const amountSat = given.plan.change?.amountSat ?? satoshi(0n);
    const far = (index: number) => offered({ change: { index, amountSat } });
    expect(check(far(999_999)).sums.changeSat).toBe(amountSat);
    expect(() => check(far(1_000_000))).toThrow('change');
  });

  test('with one payee twice', () => {
    const [first] = given.plan.outputs;
    if (first === undefined) throw new Error('there is a payee');
    const coins = given.plan.coins.map((coin) => ({ ...coin, amountSat: satoshi(137_500n) }));
    const twice = offered({ outputs: [...given.plan.outputs, first], coins });
    expect(() => check(twice)).toThrow('house-1 twice');
  });

  test.each([
    [
      'time before which it cannot be mined',
      (sent: Transaction) => {
        sent.locktime = 1;
      },
    ],
    [
      'number of blocks that its coins have to be old',
      (sent: Transaction) => {
        for (const input of sent.ins) input.sequence = 9;
      },
    ],
  ])('with a %s', (_what, delay) => {
    const psbt = Psbt.fromBase64(given.psbt, { network: regtest });
    const transaction = Transaction.fromBuffer(psbt.data.getTransaction());
    delay(transaction);
    const delayed = rebuilt(psbt, transaction);
    const manifest = { ...given.manifest, txid: transaction.getId() };
    expect(() => check({ psbt: delayed, manifest })).toThrow('wait');
  });

  test.each([
    ['tapInternalKey', { tapInternalKey: Buffer.alloc(32, 1) }],
    ['tapMerkleRoot', { tapMerkleRoot: Buffer.alloc(32, 1) }],
    ['witnessScript', { witnessScript: Buffer.from([0x51]) }],
    ['redeemScript', { redeemScript: Buffer.from([0x51]) }],
    ['finalScriptWitness', { finalScriptWitness: Buffer.from([0x00]) }],
    ['unknownKeyVals', { unknownKeyVals: [{ key: Buffer.from([0xfc]), value: Buffer.from([1]) }] }],
  ])('with the field %s in an input, and it is not signed', (name, field) => {
    const psbt = Psbt.fromBase64(given.psbt, { network: regtest });
    Object.assign(psbt.data.inputs[1] ?? {}, field);
    const strange = psbt.toBase64();
    expect(() => check({ psbt: strange, manifest: given.manifest })).toThrow(name);
    expect(() => signPsbt(strange, given.account)).toThrow(name);
  });

  test.each([
    ['gridId', 'sunny street'],
    ['payoutId', '019aa0c4\u202e'],
    ['payoutId', `a${'9'.repeat(63)}`],
  ])('with %s %j', (name, text) => {
    const manifest = { ...given.manifest, [name]: text };
    expect(() => check({ psbt: given.psbt, manifest })).toThrow(name);
  });

  test('with a prosumer whose name is more than a name', () => {
    const payees = given.manifest.payees.map((payee) => {
      return { ...payee, prosumerId: `${payee.prosumerId} \u{202e}` as typeof payee.prosumerId };
    });
    const manifest = { ...given.manifest, payees };
    expect(() => check({ psbt: given.psbt, manifest })).toThrow('prosumerId');
  });
});

/** The same PSBT over another transaction. */
function rebuilt(psbt: Psbt, transaction: Transaction): string {
  const other = new Psbt({ network: regtest });
  other.setVersion(transaction.version);
  other.setLocktime(transaction.locktime);
  for (const { script, value } of transaction.outs) other.addOutput({ script, value });
  for (const [at, { hash, index, sequence }] of transaction.ins.entries()) {
    other.addInput({ ...psbt.data.inputs[at], hash, index, sequence });
  }
  return other.toBase64();
}
