import { payments, script, type Transaction } from 'bitcoinjs-lib';
import { pointCompress } from 'tiny-secp256k1';
import { regtest, signInput, type TestInput } from '../testWallet.ts';
import { below, type Kitchen, oneOf, pay, type Recipes } from './recipe.ts';

/** The order of the curve. */
const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const feeSat = 1_000n;

/** Witnesses that are wrong, and a few that only look so. */
export const signatureRecipes: Recipes = {
  'the key of another': (kitchen) => {
    const coin = kitchen.takeCoin();
    const { wallet } = kitchen;
    const key = coin.key.kind === 'p2tr' ? wallet.taprootKey(77) : wallet.key(0, 77);
    return [pay(kitchen, { inputs: [{ ...coin, key }], feeSat })];
  },
  'an amount that is not the coin’s': (kitchen) => {
    const coin = kitchen.takeCoin();
    return [pay(kitchen, { inputs: [{ ...coin, amountSat: coin.amountSat - 1n }], feeSat })];
  },
  'changed after it was signed': (kitchen) =>
    changed(kitchen, undefined, (transaction) => {
      const [output] = transaction.outs;
      if (output !== undefined) output.value -= 1n;
    }),
  'a sighash type that there is not': (kitchen) =>
    changed(kitchen, undefined, (transaction, input) => {
      const hashType = oneOf(kitchen, [0x04, 0x41, 0x80, 0x84, 0xff]);
      editSignature(transaction, (signature) =>
        input.key.kind === 'p2tr'
          ? Uint8Array.from([...signature, hashType])
          : signedAs(transaction, input, hashType),
      );
    }),
  'a sighash type of another signature': (kitchen) =>
    changed(kitchen, 'p2wpkh', (transaction) =>
      editSignature(transaction, (signature) => {
        signature[signature.length - 1] = oneOf(kitchen, [0x02, 0x03, 0x81]);
        return signature;
      }),
    ),
  'one output for the second of two inputs': (kitchen) => {
    const inputs = [kitchen.takeCoin(), { ...kitchen.takeCoin('p2wpkh'), hashType: 0x03 }];
    return [pay(kitchen, { inputs, feeSat })];
  },
  'a high S': (kitchen) =>
    changed(kitchen, 'p2wpkh', (transaction) => editSignature(transaction, withHighS)),
  'a bit of a signature': (kitchen) =>
    changed(kitchen, undefined, (transaction) =>
      editSignature(transaction, (signature) => {
        const at = below(kitchen, signature.length - 1);
        signature[at] = (signature[at] ?? 0) ^ (1 << below(kitchen, 8));
        return signature;
      }),
    ),
  'a signature of another length': (kitchen) =>
    changed(kitchen, undefined, (transaction) =>
      editSignature(transaction, (signature) =>
        oneOf(kitchen, [
          signature.subarray(1),
          signature.subarray(0, -1),
          new Uint8Array(),
          Uint8Array.from([...signature, 0]),
        ]),
      ),
    ),
  'no witness': (kitchen) =>
    changed(kitchen, undefined, (transaction) => transaction.setWitness(0, [])),
  'more in the witness': (kitchen) =>
    changed(kitchen, 'p2wpkh', (transaction) => {
      const witness = transaction.ins[0]?.witness ?? [];
      transaction.setWitness(0, [Uint8Array.from([1]), ...witness]);
    }),
  'an annex': (kitchen) =>
    changed(kitchen, 'p2tr', (transaction) => {
      const witness = transaction.ins[0]?.witness ?? [];
      transaction.setWitness(0, [...witness, Uint8Array.from([0x50, 1, 2])]);
    }),
  'an uncompressed key': (kitchen) =>
    changed(kitchen, 'p2wpkh', (transaction) => {
      const [signature = new Uint8Array(), key = new Uint8Array()] =
        transaction.ins[0]?.witness ?? [];
      transaction.setWitness(0, [signature, pointCompress(key, false)]);
    }),
  'a script where a witness is enough': (kitchen) =>
    changed(kitchen, undefined, (transaction) => {
      const [input] = transaction.ins;
      if (input !== undefined)
        input.script = Uint8Array.from(oneOf(kitchen, [[0x51], [0x01, 7], [0xac]]));
    }),
  'the same but for its witness': (kitchen) => {
    const coin: TestInput = { ...kitchen.takeCoin('p2tr'), hashType: 0x01 };
    const first = pay(kitchen, { inputs: [coin], feeSat });
    const second = first.clone();
    signInput(second, [{ ...coin, hashType: 0x00 }], 0);
    return [first, second];
  },
};

/** A good transaction of one input, and what becomes of it. */
function changed(
  kitchen: Kitchen,
  kind: 'p2wpkh' | 'p2tr' | undefined,
  change: (transaction: Transaction, input: TestInput) => void,
): readonly Transaction[] {
  const input = kitchen.takeCoin(kind);
  const transaction = pay(kitchen, { inputs: [input], feeSat });
  change(transaction, input);
  return [transaction];
}

function editSignature(
  transaction: Transaction,
  edit: (signature: Uint8Array) => Uint8Array,
): void {
  const [signature = new Uint8Array(), ...others] = transaction.ins[0]?.witness ?? [];
  transaction.setWitness(0, [edit(Uint8Array.from(signature)), ...others]);
}

/** Signs with a type that the library refuses to write. */
function signedAs(transaction: Transaction, { key, amountSat }: TestInput, hashType: number) {
  const { output } = payments.p2pkh({ pubkey: key.node.publicKey, network: regtest });
  const hash = transaction.hashForWitnessV0(0, output ?? new Uint8Array(), amountSat, hashType);
  const encoded = script.signature.encode(key.node.sign(hash), 0x01);
  return Uint8Array.from([...encoded.subarray(0, -1), hashType]);
}

function withHighS(signature: Uint8Array): Uint8Array {
  const { signature: compact, hashType } = script.signature.decode(signature);
  const s = BigInt(`0x${Buffer.from(compact.subarray(32)).toString('hex')}`);
  const high = Buffer.from((order - s).toString(16).padStart(64, '0'), 'hex');
  return script.signature.encode(Uint8Array.from([...compact.subarray(0, 32), ...high]), hashType);
}
