import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mnemonicToSeedSync } from '@scure/bip39';
import { BIP32Factory, type BIP32Interface } from 'bip32';
import { payments } from 'bitcoinjs-lib';
import * as ecc from 'tiny-secp256k1';
import { signMessage } from '../../local/signer/signMessage.ts';
import { openBitcoin } from '../../shared/adapters/bitcoin/openBitcoin.ts';
import type { BillingPeriod } from '../../shared/domain/billingPeriod.ts';
import type { FeeRate, OwnAddress, TransactionId } from '../../shared/domain/bitcoin.ts';
import type { GridId, Hash, ProsumerId } from '../../shared/domain/ids.ts';
import type { AddressChallenge, PayoutId, PayoutPlan } from '../../shared/domain/payout.ts';
import { challengeMessage } from '../../shared/domain/payoutAddress.ts';
import { manifestOf, type PayoutManifest } from '../../shared/domain/payoutManifest.ts';
import type { Instant } from '../../shared/domain/timeframe.ts';
import { satoshi } from '../../shared/domain/units.ts';
import type { Bitcoin, Wallet } from '../../shared/ports/bitcoin.ts';
import { regtest } from '../bitcoin/testWallet.ts';

/** The first test vector of BIP39: everybody has it. */
export const words = `${'abandon '.repeat(11)}about`;
export const passphrase = 'TREZOR';

const bip32 = BIP32Factory(ecc);
const gridId = 'sunny-street' as GridId;
const payoutId = '019aa0c4-5a00-7000-8000-000000000001' as PayoutId;

/** A payout as it leaves the server, in files, with the keys that sign it. */
export type SignerCase = {
  readonly directory: string;
  readonly bitcoin: Bitcoin;
  readonly master: BIP32Interface;
  readonly account: BIP32Interface;
  readonly wallet: Wallet;
  readonly plan: PayoutPlan;
  readonly psbt: string;
  readonly manifest: PayoutManifest;
  readonly files: { readonly psbt: string; readonly manifest: string; readonly out: string };
  end(): void;
};

/** Two coins of the account pay two prosumers, the rest goes back. */
export async function signerCase(secretPassphrase = ''): Promise<SignerCase> {
  const bitcoin = await openBitcoin('regtest');
  const master = bip32.fromSeed(mnemonicToSeedSync(words, secretPassphrase), regtest);
  const account = master.derivePath("m/84'/1'/2'");
  const read = bitcoin.readAccountKey(account.neutered().toBase58());
  if (!read.ok) throw new Error(read.refusal);
  const wallet = read.value;
  const proven = ['house-1', 'house-2'].map((id, index) => provenPayee(bitcoin, id, index));
  const plan: PayoutPlan = {
    outputs: proven.map(({ output }) => output),
    coins: [0, 1].map((index) => ({
      txid: String(index + 1).repeat(64) as TransactionId,
      vout: index,
      keyChain: 0,
      index: 3 + index,
      amountSat: satoshi(100_000n),
      confirmations: 6,
    })),
    change: { index: 1, amountSat: satoshi(48_600n) },
    feeSat: satoshi(1_400n),
    feeRate: 5_000 as FeeRate,
    anchor: 'ab'.repeat(32) as Hash,
  };
  const { psbt, txid } = bitcoin.buildPayout(plan, wallet.accountKey);
  const proofs = new Map(proven.map(({ output, proof }) => [output.prosumerId, proof]));
  const manifest = manifestOf(plan, {
    gridId,
    payoutId,
    network: 'regtest',
    ...wallet,
    txid,
    changeAddress: ownAddress(bitcoin, wallet).address,
    proofOf: (id) => proofs.get(id) ?? { message: '', signature: '' },
  });
  const files = writeFiles(psbt, manifest);
  const end = () => rmSync(files.directory, { recursive: true });
  return { bitcoin, master, account, wallet, plan, psbt, manifest, ...files, end };
}

function ownAddress(bitcoin: Bitcoin, { accountKey }: Wallet): OwnAddress {
  const [own] = bitcoin.addressesAt(accountKey, 1, [1]);
  if (own === undefined) throw new Error('there is an address');
  return own;
}

function writeFiles(psbt: string, manifest: PayoutManifest) {
  const directory = mkdtempSync(join(tmpdir(), 'sign-'));
  const files = {
    psbt: join(directory, 'payout.psbt'),
    manifest: join(directory, 'payout.manifest.json'),
    out: join(directory, 'payout.signed.psbt'),
  };
  writeFileSync(files.psbt, `${psbt}\n`);
  writeFileSync(files.manifest, JSON.stringify(manifest));
  return { directory, files };
}

function provenPayee(bitcoin: Bitcoin, id: string, index: number) {
  const prosumerId = id as ProsumerId;
  const key = bip32.fromSeed(Buffer.alloc(32, index + 1), regtest);
  const { address = '' } = payments.p2wpkh({ pubkey: key.publicKey, network: regtest });
  const to = bitcoin.readAddress(address);
  if (!to.ok) throw new Error(to.refusal);
  const challenge: AddressChallenge = {
    prosumerId,
    gridId,
    address: to.value.address,
    nonce: '019aa0c4-5a00-7000-8000-00000000000a',
    expiresAt: '2026-11-23T10:00:00Z' as Instant,
  };
  const message = challengeMessage(challenge);
  const output = {
    prosumerId,
    periods: ['2026-10' as BillingPeriod],
    amountSat: satoshi(75_000n + BigInt(index) * 700n),
    feeSat: satoshi(BigInt(index) * 700n),
    to: to.value,
  };
  return { output, proof: { message, signature: signMessage(key, 'p2wpkh', message) } };
}
