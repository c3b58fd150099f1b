import { describe, expect, test } from '@jest/globals';
import { Psbt, Transaction } from 'bitcoinjs-lib';
import fc from 'fast-check';
import { signPsbt, signPsbtWith } from '../../local/signer/signPsbt.ts';
import { openBitcoin } from '../../shared/adapters/bitcoin/openBitcoin.ts';
import type { ReadAddress } from '../../shared/domain/bitcoin.ts';
import type { PayoutPlan } from '../../shared/domain/payout.ts';
import type { Satoshi } from '../../shared/domain/units.ts';
import { payoutPlan } from './payoutPlan.ts';
import { testWallet } from './testWallet.ts';

const bitcoin = await openBitcoin('regtest');
const wallet = testWallet('payouts');
const payees = [paid(wallet.taprootKey(1).address), paid(wallet.key(0, 90).address)] as const;
const plan = payoutPlan({
  coinsSat: [60_000n, 50_000n, 1_000n],
  payees: [
    { to: payees[0], sat: 40_000n },
    { to: payees[1], sat: 30_000n, feeSat: 123n },
  ],
  changeSat: 40_000n,
});
const sent = bitcoin.buildPayout(plan, wallet.accountKey);
const signed = signPsbt(sent.psbt, wallet.account);

describe('the unsigned transaction', () => {
  const psbt = Psbt.fromBase64(sent.psbt);

  test('pays the payees in order, then the change, then the anchor', () => {
    const [change] = bitcoin.addressesAt(wallet.accountKey, 1, [7]);
    expect(psbt.txOutputs.map(({ script, value }) => [hexOf(script), value])).toEqual([
      [payees[0].script, 40_000n],
      [payees[1].script, 29_877n],
      [change?.script, 40_000n],
      [`6a20${plan.anchor}`, 0n],
    ]);
  });

  test('may be replaced, and is good from now on', () => {
    expect(psbt.version).toBe(2);
    expect(psbt.locktime).toBe(0);
    expect(psbt.txInputs.map(({ sequence }) => sequence)).toEqual(plan.coins.map(() => 0xfffffffd));
  });

  test('names the coins in order, and the keys of coins and change', () => {
    expect(psbt.txInputs.map(({ hash, index }) => `${hexOf(hash.toReversed())}:${index}`)).toEqual(
      plan.coins.map(({ txid, vout }) => `${txid}:${vout}`),
    );
    const origins = [...psbt.data.inputs, psbt.data.outputs[2]].map(
      (at) => at?.bip32Derivation?.[0],
    );
    expect(origins.map((origin) => origin?.path)).toEqual(
      ['0/0', '1/1', '0/2', '1/7'].map((end) => `m/84'/1'/0'/${end}`),
    );
    expect(origins.map((origin) => origin && hexOf(origin.pubkey))).toEqual(
      [wallet.key(0, 0), wallet.key(1, 1), wallet.key(0, 2), wallet.key(1, 7)].map(({ node }) =>
        hexOf(node.publicKey),
      ),
    );
  });

  test('has the id that it keeps when it is signed', () => {
    const finished = bitcoin.finishPayout(sent.psbt, signed);
    expect(finished).toMatchObject({ ok: true, value: { txid: sent.txid } });
  });

  test('is the same bytes for the same plan', () => {
    expect(bitcoin.buildPayout(plan, wallet.accountKey)).toEqual(sent);
  });
});

describe('a plan that must not be is a bug', () => {
  const [first, second] = plan.outputs;
  const foreign = { ...payees[0], address: 'bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu' };
  test.each<[string, Partial<PayoutPlan> | undefined]>([
    ['a satoshi too much', { feeSat: (plan.feeSat + 1n) as Satoshi }],
    ['a satoshi too little', { feeSat: (plan.feeSat - 1n) as Satoshi }],
    ['no fee', { feeSat: 0n as Satoshi, change: changeOf(40_000n + plan.feeSat) }],
    ['no coin', { coins: [] }],
    ['a coin twice', { coins: [...plan.coins, ...plan.coins.slice(0, 1)] }],
    ['nobody to pay', { outputs: [] }],
    ['change that is dust', shifted(293n)],
    ['a payee that is paid dust', paying(329n)],
    [
      'an address of another network',
      second && first && { outputs: [{ ...first, to: foreign as ReadAddress }, second] },
    ],
    [
      'an address with the script of another',
      second &&
        first && { outputs: [{ ...first, to: { ...first.to, script: second.to.script } }, second] },
    ],
    [
      'an address that is called another kind',
      second && first && { outputs: [{ ...first, to: { ...first.to, kind: 'p2wsh' } }, second] },
    ],
    ['an anchor that is no hash', { anchor: 'ff' as PayoutPlan['anchor'] }],
  ])('%s', (_fault, change) => {
    expect(change).toBeDefined();
    expect(() => bitcoin.buildPayout({ ...plan, ...change }, wallet.accountKey)).toThrow(
      expect.objectContaining({ name: 'AssertionError' }),
    );
  });

  test.each<[string, Partial<PayoutPlan>]>([
    ['change of as much as a node relays', shifted(294n)],
    ['a payee that is paid as much as a node relays', paying(330n)],
  ])('%s is none', (_fault, change) => {
    expect(bitcoin.buildPayout({ ...plan, ...change }, wallet.accountKey).txid).toHaveLength(64);
  });
});

describe('a signed PSBT', () => {
  test('becomes a transaction with a valid witness for each input', () => {
    const finished = bitcoin.finishPayout(sent.psbt, signed);
    if (!finished.ok) throw new Error(finished.refusal);
    const { hex, txid, virtualSize } = finished.value;
    const transaction = Transaction.fromHex(hex);
    expect(transaction.getId()).toBe(txid);
    expect(virtualSize).toBe(Math.ceil(transaction.weight() / 4));
    const library = Psbt.fromBase64(signed).finalizeAllInputs().extractTransaction(true);
    expect(hex).toBe(library.toHex());
  });

  test('may be final already', () => {
    const final = Psbt.fromBase64(signed).finalizeAllInputs().toBase64();
    expect(bitcoin.finishPayout(sent.psbt, final)).toEqual(bitcoin.finishPayout(sent.psbt, signed));
  });

  test('may end in a new line', () => {
    expect(bitcoin.finishPayout(sent.psbt, `${signed}\n`)).toEqual(
      bitcoin.finishPayout(sent.psbt, signed),
    );
  });

  test('may have more in it, which is dropped', () => {
    const psbt = Psbt.fromBase64(signed);
    const keyVal = { key: Uint8Array.of(0xf0, 1), value: Uint8Array.of(2) };
    psbt.addUnknownKeyValToGlobal(keyVal).addUnknownKeyValToInput(0, keyVal);
    psbt.addUnknownKeyValToOutput(0, keyVal);
    expect(bitcoin.finishPayout(sent.psbt, psbt.toBase64())).toEqual(
      bitcoin.finishPayout(sent.psbt, signed),
    );
  });

  test('may be signed by keys that are elsewhere, with a high S', async () => {
    let text = sent.psbt;
    for (const { keyChain, index } of plan.coins) {
      const { node } = wallet.key(keyChain, index);
      const sign = async (hash: Uint8Array) => withHighS(node.sign(hash));
      text = await signPsbtWith(text, { publicKey: node.publicKey, sign });
    }
    expect(bitcoin.finishPayout(sent.psbt, text)).toEqual(bitcoin.finishPayout(sent.psbt, signed));
  });

  const other = bitcoin.buildPayout({ ...plan, ...shifted(39_999n) }, wallet.accountKey);
  test.each([
    ['nothing', '', 'It is no PSBT of version 0 in base64.'],
    ['no base64', 'not a psbt!', 'It is no PSBT of version 0 in base64.'],
    ['base64 of something else', 'AAAA', 'It is no PSBT of version 0 in base64.'],
    ['half of it', signed.slice(0, 400), 'It is no PSBT of version 0 in base64.'],
    ['too long', 'A'.repeat(4_000_001), 'The PSBT is longer than 4000000 characters.'],
    ['what was sent out', sent.psbt, 'Input 0 is not signed.'],
    [
      'another payout',
      signPsbt(other.psbt, wallet.account),
      'Its transaction is not the one that was sent out.',
    ],
    ['one signature missing', changed((psbt) => dropSignature(psbt, 1)), 'Input 1 is not signed.'],
    [
      'a signature by another key',
      changed((psbt) => {
        const key = wallet.key(0, 55).node.publicKey;
        for (const signature of psbt.data.inputs[2]?.partialSig ?? []) signature.pubkey = key;
      }),
      'Input 2 is not signed.',
    ],
    [
      'a signature of another input',
      changed((psbt) => {
        const [from] = psbt.data.inputs[0]?.partialSig ?? [];
        const [to] = psbt.data.inputs[1]?.partialSig ?? [];
        if (from !== undefined && to !== undefined) to.signature = from.signature;
      }),
      'Input 1 has an invalid signature.',
    ],
    [
      'a signature of less than all',
      signedAs(Transaction.SIGHASH_ALL | Transaction.SIGHASH_ANYONECANPAY),
      'Input 0 is not signed for the whole transaction.',
    ],
    [
      'a signature of no output',
      signedAs(Transaction.SIGHASH_NONE),
      'Input 0 is not signed for the whole transaction.',
    ],
    [
      'a wish for less than all',
      changed((psbt) => {
        const input = psbt.data.inputs[1];
        if (input !== undefined) input.sighashType = Transaction.SIGHASH_SINGLE;
      }),
      'Input 1 is not signed for the whole transaction.',
    ],
    [
      'a final witness of one item more',
      changed((psbt) => {
        psbt.finalizeAllInputs();
        const input = psbt.data.inputs[2];
        const witness = input?.finalScriptWitness ?? new Uint8Array();
        if (input !== undefined)
          input.finalScriptWitness = Uint8Array.from([3, ...witness.slice(1)]);
      }),
      'Input 2 is not signed.',
    ],
    [
      'another amount of a coin',
      changed((psbt) => {
        const coin = psbt.data.inputs[0]?.witnessUtxo;
        if (coin !== undefined) coin.value += 1n;
      }),
      'Input 0 has another coin than was sent out.',
    ],
    [
      'the transaction of another coin',
      changed((psbt) => {
        const input = psbt.data.inputs[0];
        if (input !== undefined) input.nonWitnessUtxo = fundingOf(60_000n).toBuffer();
      }),
      'Input 0 has another coin than was sent out.',
    ],
    [
      'a script',
      changed((psbt) => {
        const input = psbt.data.inputs[0];
        if (input !== undefined) input.finalScriptSig = Uint8Array.of(0x51);
      }),
      'Input 0 has a script, which P2WPKH has none of.',
    ],
  ])('is refused: %s', (_what, text, reason) => {
    expect(bitcoin.finishPayout(sent.psbt, text)).toEqual({ ok: false, refusal: reason });
  });
});

test('the transaction of a coin may come along, when it has the coin', () => {
  const funding = fundingOf(60_000n);
  const [coin, ...coins] = plan.coins;
  if (coin === undefined) throw new Error('a plan has coins');
  const funded = { ...coin, txid: funding.getId() as typeof coin.txid, vout: 0 };
  const own = bitcoin.buildPayout({ ...plan, coins: [funded, ...coins] }, wallet.accountKey);
  const psbt = Psbt.fromBase64(signPsbt(own.psbt, wallet.account));
  psbt.updateInput(0, { nonWitnessUtxo: funding.toBuffer() });
  expect(bitcoin.finishPayout(own.psbt, psbt.toBase64()).ok).toBe(true);
});

test('signers sign for their own account and key alone', async () => {
  const stranger = testWallet('stranger');
  expect(() => signPsbt(sent.psbt, stranger.account)).toThrow('does not have');
  const { node } = stranger.key(0, 0);
  const key = { publicKey: node.publicKey, sign: async (hash: Uint8Array) => node.sign(hash) };
  await expect(signPsbtWith(sent.psbt, key)).rejects.toThrow('No input');
});

test('every plan that is signed is finished, to the satoshi', () => {
  const amount = fc.bigInt({ min: 1_000n, max: 2_000_000_000n });
  const payee = fc.record({ to: fc.constantFrom(...payees), sat: amount });
  fc.assert(
    fc.property(
      fc.array(payee, { minLength: 1, maxLength: 8 }),
      fc.array(amount, { maxLength: 4 }),
      fc.option(amount, { nil: undefined }),
      fc.bigInt({ min: 1n, max: 100_000n }),
      (paidTo, coinsSat, changeSat, feeSat) => {
        const owedSat = paidTo.reduce((sum, { sat }) => sum + sat, (changeSat ?? 0n) + feeSat);
        const made = payoutPlan({
          coinsSat: [owedSat, ...coinsSat],
          payees: [...paidTo, ...coinsSat.map((sat) => ({ to: payees[0], sat }))],
          ...(changeSat !== undefined && { changeSat }),
        });
        expect(made.feeSat).toBe(feeSat);
        const { psbt, txid } = bitcoin.buildPayout(made, wallet.accountKey);
        const finished = bitcoin.finishPayout(psbt, signPsbt(psbt, wallet.account));
        if (!finished.ok) throw new Error(finished.refusal);
        const { outs } = Transaction.fromHex(finished.value.hex);
        const sentSat = outs.reduce((sum, { value }) => sum + value, 0n);
        expect(finished.value.txid).toBe(txid);
        expect(sentSat + feeSat).toBe(made.coins.reduce((sum, coin) => sum + coin.amountSat, 0n));
      },
    ),
    { numRuns: 20 },
  );
});

test.each([
  ['signed', signed],
  ['final', Psbt.fromBase64(signed).finalizeAllInputs().toBase64()],
])('a byte of a %s PSBT that is flipped is refused, or changes nothing', (_form, text) => {
  const bytes = Buffer.from(text, 'base64');
  const whole = bitcoin.finishPayout(sent.psbt, signed);
  let refused = 0;
  for (const [at, byte] of bytes.entries()) {
    const flipped = Buffer.from(bytes);
    flipped[at] = byte ^ (1 << (at % 8));
    const finished = bitcoin.finishPayout(sent.psbt, flipped.toString('base64'));
    if (finished.ok) expect(finished).toEqual(whole);
    else refused += 1;
  }
  expect(refused).toBeGreaterThan(bytes.length / 2);
});

test('nothing that comes back makes it throw', () => {
  const bytes = Buffer.from(signed, 'base64');
  const edit = fc.tuple(fc.nat(bytes.length - 1), fc.nat(8), fc.uint8Array({ maxLength: 8 }));
  const edited = fc.array(edit, { minLength: 1, maxLength: 4 }).map((edits) => {
    let text = bytes;
    for (const [at, length, by] of edits) {
      text = Buffer.concat([text.subarray(0, at), by, text.subarray(at + length)]);
    }
    return text.toString('base64');
  });
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String(), edited), (text) => {
      const finished = bitcoin.finishPayout(sent.psbt, text);
      if (finished.ok) expect(finished.value.txid).toBe(sent.txid);
    }),
    { numRuns: 500 },
  );
});

function paid(address: string): ReadAddress {
  const read = bitcoin.readAddress(address);
  if (!read.ok) throw new Error(read.refusal);
  return read.value;
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function changeOf(sat: bigint): { readonly index: number; readonly amountSat: Satoshi } {
  return { index: 7, amountSat: sat as Satoshi };
}

/** The plan with so much change; the fee takes the difference. */
function shifted(changeSat: bigint): Partial<PayoutPlan> {
  const feeSat = (plan.feeSat + 40_000n - changeSat) as Satoshi;
  return { change: changeOf(changeSat), feeSat };
}

/** The plan with so much for its first payee; the fee takes the difference. */
function paying(sat: bigint): Partial<PayoutPlan> {
  const [first, ...others] = plan.outputs;
  if (first === undefined) throw new Error('a plan pays somebody');
  const feeSat = (plan.feeSat + 40_000n - sat) as Satoshi;
  return { outputs: [{ ...first, amountSat: sat as Satoshi }, ...others], feeSat };
}

/** What comes back, with something changed in it. */
function changed(change: (psbt: Psbt) => void): string {
  const psbt = Psbt.fromBase64(signed);
  change(psbt);
  return psbt.toBase64();
}

function dropSignature(psbt: Psbt, at: number): void {
  const input = psbt.data.inputs[at];
  if (input !== undefined) delete input.partialSig;
}

function signedAs(hashType: number): string {
  const psbt = Psbt.fromBase64(sent.psbt);
  for (const [at, { keyChain, index }] of plan.coins.entries()) {
    psbt.updateInput(at, { sighashType: hashType });
    psbt.signInput(at, wallet.key(keyChain, index).node, [hashType]);
    const input = psbt.data.inputs[at];
    if (input !== undefined) delete input.sighashType;
  }
  return psbt.toBase64();
}

/** A transaction with the first coin of the plan, worth so much, at 0. */
function fundingOf(sat: bigint): Transaction {
  const funding = new Transaction();
  funding.addInput(new Uint8Array(32).fill(1), 0);
  funding.addOutput(wallet.key(0, 0).script, sat);
  return funding;
}

function withHighS(signature: Uint8Array): Uint8Array {
  const order = 0xffffffff_ffffffff_ffffffff_fffffffe_baaedce6_af48a03b_bfd25e8c_d0364141n;
  const s = BigInt(`0x${hexOf(signature.slice(32))}`);
  const high = (order - s).toString(16).padStart(64, '0');
  return Uint8Array.from([...signature.slice(0, 32), ...Buffer.from(high, 'hex')]);
}
