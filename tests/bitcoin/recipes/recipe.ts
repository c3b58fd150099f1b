import { payments, type Transaction } from 'bitcoinjs-lib';
import {
  regtest,
  type Spendable,
  scriptOf,
  signSpend,
  type TestInput,
  type TestKey,
  type TestOutput,
  type TestWallet,
} from '../testWallet.ts';

/** What a recipe makes transactions of. */
export type Kitchen = {
  /** From 0 to 1, from the seed of the test. */
  readonly random: () => number;
  readonly wallet: TestWallet;
  /** Height of the last block. */
  readonly height: number;
  /** A confirmed coin that nothing spends and no other recipe gets. */
  takeCoin(kind?: TestKey['kind']): Spendable;
  /** A coinbase that may be spent long since, and its height; no other recipe gets it. */
  takeCoinbase(): { readonly coin: Spendable; readonly height: number };
  /** The coinbase of one of the last 100 blocks, which pays to the first key of the wallet. */
  coinbaseAt(height: number): Spendable;
  /** The output of a block that is spent in a block. */
  readonly spentCoin: Spendable;
};

/** Transactions for both chains, one after another; the first ones prepare what the last one tries. */
export type Recipe = (kitchen: Kitchen) => readonly Transaction[];
export type Recipes = Readonly<Record<string, Recipe>>;

/** A whole number from 0 to below the bound. */
export function below({ random }: Kitchen, bound: number): number {
  return Math.floor(random() * bound);
}

export function oneOf<Item>(kitchen: Kitchen, items: readonly Item[]): Item {
  const item = items[below(kitchen, items.length)];
  if (item === undefined) throw new Error('there is nothing to choose from');
  return item;
}

export type Payment = {
  readonly inputs: readonly TestInput[];
  readonly feeSat: bigint;
  /** Paid before what is left over, which goes to the wallet. */
  readonly outputs?: readonly TestOutput[];
  readonly version?: number;
  readonly locktime?: number;
};

/** A signed transaction with exactly this fee. */
export function pay(
  { wallet }: Kitchen,
  { inputs, feeSat, outputs = [], ...rest }: Payment,
): Transaction {
  const inSat = inputs.reduce((sum, { amountSat }) => sum + amountSat, 0n);
  const outSat = outputs.reduce((sum, { amountSat }) => sum + amountSat, 0n);
  const left = { to: wallet.key(0, 1).address, amountSat: inSat - outSat - feeSat };
  return signSpend({ inputs, outputs: [...outputs, left], ...rest });
}

/** The fee that a transaction like this pays at a rate in sat/vB, and some satoshi more or less. */
export function feeFor(
  kitchen: Kitchen,
  payment: Omit<Payment, 'feeSat'>,
  satPerVb: bigint,
  moreSat = 0n,
): bigint {
  const size = pay(kitchen, { ...payment, feeSat: 1_000n }).virtualSize();
  return BigInt(size) * satPerVb + moreSat;
}

/** What a transaction of `pay` leaves over for the wallet, to be spent on. */
export function leftOver({ wallet }: Kitchen, transaction: Transaction): Spendable {
  const vout = transaction.outs.length - 1;
  const amountSat = transaction.outs[vout]?.value ?? 0n;
  return { txid: idOf(transaction), vout, amountSat, key: wallet.key(0, 1) };
}

export function idOf(transaction: Transaction): Spendable['txid'] {
  return transaction.getId() as Spendable['txid'];
}

/**
 * One script of each kind that an address can name, and of those that a later version may give a
 * meaning, with the least that nodes relay to it. Bare keys are left out: not every node relays them.
 */
export function payableScripts({ wallet }: Kitchen): readonly PayableScript[] {
  const { node, script: p2wpkh, address } = wallet.key(0, 2);
  const pubkey = node.publicKey;
  const redeem = { output: p2wpkh, network: regtest };
  const known = [
    [payments.p2pkh({ pubkey, network: regtest }).output, 546n],
    [payments.p2sh({ redeem, network: regtest }).output, 540n],
    [payments.p2wsh({ redeem, network: regtest }).output, 330n],
  ] as const;
  return [
    ...known.map(([script, dustSat]) => ({ script: script ?? new Uint8Array(), dustSat })),
    { script: scriptOf(address), dustSat: 294n },
    { script: wallet.taprootKey(0).script, dustSat: 330n },
    // Of version 2, of version 16 with a short program, and one that anybody can spend
    { script: Uint8Array.from([0x52, 0x20, ...pubkey.subarray(1)]), dustSat: 330n },
    { script: Uint8Array.from([0x60, 0x02, 0xab, 0xcd]), dustSat: 240n },
    { script: Uint8Array.from([0x51, 0x02, 0x4e, 0x73]), dustSat: 240n },
  ];
}
export type PayableScript = { readonly script: Uint8Array; readonly dustSat: bigint };

/** An output script that carries data: OP_RETURN and one push. */
export function dataScript(length: number): Uint8Array {
  const data = new Uint8Array(length).fill(7);
  const push = length <= 75 ? [length] : [0x4c, length];
  return Uint8Array.from([0x6a, ...push, ...data]);
}
