import { createHash } from 'node:crypto';
import { BIP32Factory, type BIP32Interface } from 'bip32';
import {
  address,
  crypto,
  initEccLib,
  networks,
  payments,
  script,
  Transaction,
} from 'bitcoinjs-lib';
import * as ecc from 'tiny-secp256k1';
import type {
  AccountKey,
  Address,
  KeyChain,
  OutPoint,
  WalletId,
} from '../../shared/domain/bitcoin.ts';
import type { Instant } from '../../shared/domain/timeframe.ts';
import type { Wallet } from '../../shared/ports/bitcoin.ts';
import type { WatchedWallet } from '../../shared/ports/chain.ts';

initEccLib(ecc);

export const regtest = networks.regtest;
const bip32 = BIP32Factory(ecc);
const since = '2020-01-01T00:00:00Z' as Instant;

/** A key of a test wallet, and the address that it can spend from. */
export type TestKey = {
  readonly kind: 'p2wpkh' | 'p2tr';
  readonly address: Address;
  readonly script: Uint8Array;
  readonly node: BIP32Interface;
};

/** A wallet with its private keys, for tests alone: the app watches its account key. */
export type TestWallet = Wallet & {
  /** The key of the account at m/84'/1'/0', with the private part. */
  readonly account: BIP32Interface;
  /** Fingerprint of the master key, as an origin in a PSBT has it. */
  readonly fingerprint: Uint8Array;
  key(keyChain: KeyChain, index: number): TestKey;
  /** A key of the wallet that pays by key path; no account key of a grid knows it. */
  taprootKey(index: number): TestKey;
  watched(receiveCount: number, changeCount?: number): WatchedWallet;
};

/** The wallet of a name: the same name gives the same keys. */
export function testWallet(name: string): TestWallet {
  const master = bip32.fromSeed(createHash('sha256').update(name).digest(), regtest);
  const account = master.derivePath("m/84'/1'/0'");
  const taproot = master.derivePath("m/86'/1'/0'");
  const accountKey = account.neutered().toBase58() as AccountKey;
  const walletId = createHash('sha256').update(accountKey).digest('hex').slice(0, 16) as WalletId;
  return {
    walletId,
    accountKey,
    account,
    fingerprint: master.fingerprint,
    key: (keyChain, index) => witnessKey(account.derive(keyChain).derive(index)),
    taprootKey: (index) => taprootKey(taproot.derive(0).derive(index)),
    watched: (receiveCount, changeCount = 0) => {
      return { walletId, accountKey, receiveCount, changeCount, since };
    },
  };
}

/** An output and the key that it pays to. */
export type Spendable = OutPoint & { readonly amountSat: bigint; readonly key: TestKey };

export type TestInput = Spendable & {
  readonly sequence?: number;
  /** SIGHASH_ALL unless it says otherwise; of P2TR, SIGHASH_DEFAULT. */
  readonly hashType?: number;
};

export type TestOutput = {
  /** An address or an output script. */
  readonly to: string | Uint8Array;
  readonly amountSat: bigint;
};

export type TestSpend = {
  readonly inputs: readonly TestInput[];
  readonly outputs: readonly TestOutput[];
  readonly version?: number;
  readonly locktime?: number;
};

/** Signs a transaction as it is, be it good or bad. */
export function signSpend(spend: TestSpend): Transaction {
  const transaction = new Transaction();
  transaction.version = spend.version ?? 2;
  transaction.locktime = spend.locktime ?? 0;
  for (const { txid, vout, sequence = 0xfffffffd } of spend.inputs) {
    transaction.addInput(Buffer.from(txid, 'hex').reverse(), vout, sequence);
  }
  for (const { to, amountSat } of spend.outputs) {
    transaction.outs.push({ script: scriptOf(to), value: amountSat });
  }
  for (const index of spend.inputs.keys()) signInput(transaction, spend.inputs, index);
  return transaction;
}

/** Signs one input anew, for instance after a test has changed the transaction. */
export function signInput(
  transaction: Transaction,
  inputs: readonly TestInput[],
  index: number,
): void {
  const input = inputs[index];
  if (input === undefined) throw new Error(`there is no input ${index}`);
  const { kind } = input.key;
  const witness =
    kind === 'p2wpkh'
      ? witnessV0(transaction, input, index)
      : witnessV1(transaction, inputs, index);
  transaction.setWitness(index, witness);
}

/** The script of an address, or the script itself. */
export function scriptOf(to: string | Uint8Array): Uint8Array {
  return typeof to === 'string' ? address.toOutputScript(to, regtest) : to;
}

function witnessV0(transaction: Transaction, input: TestInput, index: number): Uint8Array[] {
  const { node } = input.key;
  const hashType = input.hashType ?? Transaction.SIGHASH_ALL;
  const code = payments.p2pkh({ pubkey: node.publicKey, network: regtest }).output;
  if (code === undefined) throw new Error('a key has a script');
  const hash = transaction.hashForWitnessV0(index, code, input.amountSat, hashType);
  return [script.signature.encode(node.sign(hash), hashType), node.publicKey];
}

function witnessV1(
  transaction: Transaction,
  inputs: readonly TestInput[],
  index: number,
): Uint8Array[] {
  const scripts = inputs.map(({ key }) => key.script);
  const amounts = inputs.map(({ amountSat }) => amountSat);
  const hashType = inputs[index]?.hashType ?? Transaction.SIGHASH_DEFAULT;
  const hash = transaction.hashForWitnessV1(index, scripts, amounts, hashType);
  const node = inputs[index]?.key.node;
  if (node === undefined) throw new Error(`there is no input ${index}`);
  const tweak = crypto.taggedHash('TapTweak', node.publicKey.subarray(1));
  const signature = node.tweak(tweak).signSchnorr(hash);
  if (hashType === Transaction.SIGHASH_DEFAULT) return [signature];
  return [Uint8Array.from([...signature, hashType])];
}

function witnessKey(node: BIP32Interface): TestKey {
  return keyOf('p2wpkh', node, payments.p2wpkh({ pubkey: node.publicKey, network: regtest }));
}

function taprootKey(node: BIP32Interface): TestKey {
  const internalPubkey = node.publicKey.subarray(1);
  return keyOf('p2tr', node, payments.p2tr({ internalPubkey, network: regtest }));
}

function keyOf(
  kind: TestKey['kind'],
  node: BIP32Interface,
  { address: text, output }: { address?: string | undefined; output?: Uint8Array | undefined },
): TestKey {
  if (text === undefined || output === undefined) throw new Error('a key has an address');
  return { kind, address: text as Address, script: output, node };
}
