import { describe, expect, test } from '@jest/globals';
import { BIP32Factory } from 'bip32';
import { address, crypto, networks, Psbt } from 'bitcoinjs-lib';
import * as ecc from 'tiny-secp256k1';
import { lowS } from '../../local/signer/lowS.ts';
import { signMessage } from '../../local/signer/signMessage.ts';
import { signPsbt, signPsbtWith } from '../../local/signer/signPsbt.ts';
import { openBitcoin } from '../../shared/adapters/bitcoin/openBitcoin.ts';
import { validMessages } from './fixtures/signedMessages.ts';
import { payoutPlan } from './payoutPlan.ts';
import { testWallet } from './testWallet.ts';

const order = 0xffffffff_ffffffff_ffffffff_fffffffe_baaedce6_af48a03b_bfd25e8c_d0364141n;
/** The key of BIP322's examples. */
const exampleKey = BIP32Factory(ecc).fromPrivateKey(
  Buffer.from('bb051cd0dda0246f33c5a9e133ebd8e7bc02a92af6c41adc131ccd7826c5b004', 'hex'),
  new Uint8Array(32),
);
const examples = validMessages.filter(
  (given) => given.address === 'bc1q9vza2e8x573nczrlzms0wvx3gsqjx7vavgkx0l',
);

describe('a message', () => {
  test('is signed as BIP322 shows', () => {
    expect(examples).toHaveLength(4);
    const messages = new Set(examples.map(({ message }) => message));
    for (const message of messages) {
      const shown = examples.filter((given) => given.message === message);
      const signature = signMessage(exampleKey, 'p2wpkh', message);
      expect(shown.map((given) => given.signature)).toContain(`smp${signature}`);
    }
  });

  test('is signed for P2TR by the key that is tweaked as BIP86 has it', async () => {
    const mainnet = await openBitcoin('mainnet');
    const internal = exampleKey.publicKey.subarray(1);
    const tweaked = exampleKey.tweak(crypto.taggedHash('TapTweak', internal)).publicKey;
    const taproot = address.toBech32(tweaked.subarray(1), 1, networks.bitcoin.bech32);
    expect(taproot).toBe('bc1ppv609nr0vr25u07u95waq5lucwfm6tde4nydujnu8npg4q75mr5sxq8lt3');
    const signature = signMessage(exampleKey, 'p2tr', 'Hello World');
    expect(mainnet.isSignedBy(taproot, 'Hello World', signature)).toBe(true);
  });

  test('with half a surrogate pair is not signed', () => {
    expect(() => signMessage(exampleKey, 'p2wpkh', '\u{dfff}')).toThrow('surrogate');
  });
});

describe('the lower S', () => {
  const half = order / 2n;
  test.each([
    [1n, 1n],
    [half - 1n, half - 1n],
    [half, half],
    [half + 1n, half],
    [order - 1n, 1n],
  ])('of %s is %s', (s, low) => {
    expect(lowS(signatureOf(s))).toEqual(signatureOf(low));
  });

  test.each([0, 63, 65, 72])('is not that of %s bytes', (length) => {
    expect(() => lowS(new Uint8Array(length))).toThrow('64 bytes');
  });
});

describe('an input is not signed', () => {
  const wallet = testWallet('signer');
  const key = wallet.key(0, 0).node;
  const remote = { publicKey: key.publicKey, sign: async (hash: Uint8Array) => key.sign(hash) };

  test.each<[string, (psbt: Psbt) => void, string]>([
    ['without its coin', (psbt) => delete inputOf(psbt).witnessUtxo, 'does not say'],
    ['without its key', (psbt) => delete inputOf(psbt).bip32Derivation, 'does not say'],
    [
      'with two keys',
      (psbt) => {
        const { pubkey } = originOf(psbt, 1);
        inputOf(psbt).bip32Derivation?.push({ ...originOf(psbt, 0), pubkey });
      },
      'does not say',
    ],
    [
      'when its coin belongs to another key',
      (psbt) => {
        inputOf(psbt).witnessUtxo = { script: wallet.key(0, 9).script, value: 50_000n };
      },
      'another key',
    ],
    [
      'for less than the whole transaction',
      (psbt) => {
        inputOf(psbt).sighashType = 0x83;
      },
      'less than the whole',
    ],
  ])('%s', async (_what, change, reason) => {
    const psbt = Psbt.fromBase64(await unsigned());
    change(psbt);
    expect(() => signPsbt(psbt.toBase64(), wallet.account)).toThrow(reason);
    await expect(signPsbtWith(psbt.toBase64(), remote)).rejects.toThrow(reason);
  });

  test.each([
    "m/84'/1'/0'/2/0",
    "m/84'/1'/0'/0",
    "m/84'/1'/0'/0/0'",
    "m/49'/1'/0'/0/0",
    "m/84'/1'/0'/0/1",
  ])('at the path %s', async (path) => {
    const psbt = Psbt.fromBase64(await unsigned());
    originOf(psbt, 0).path = path;
    expect(() => signPsbt(psbt.toBase64(), wallet.account)).toThrow(path);
  });

  async function unsigned(): Promise<string> {
    const regtest = await openBitcoin('regtest');
    const to = regtest.readAddress(wallet.taprootKey(0).address);
    if (!to.ok) throw new Error(to.refusal);
    const payees = [{ to: to.value, sat: 80_000n }];
    const plan = payoutPlan({ coinsSat: [50_000n, 40_000n], payees });
    return regtest.buildPayout(plan, wallet.accountKey).psbt;
  }
});

function inputOf(psbt: Psbt, at = 0): Psbt['data']['inputs'][number] {
  const input = psbt.data.inputs[at];
  if (input === undefined) throw new Error(`there is no input ${at}`);
  return input;
}

function originOf(psbt: Psbt, at: number) {
  const origin = inputOf(psbt, at).bip32Derivation?.[0];
  if (origin === undefined) throw new Error(`input ${at} has no origin`);
  return origin;
}

function signatureOf(s: bigint): Uint8Array {
  const hex = s.toString(16).padStart(64, '0');
  return Uint8Array.from([...new Uint8Array(32).fill(1), ...Buffer.from(hex, 'hex')]);
}
