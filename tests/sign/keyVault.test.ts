import { describe, expect, test } from '@jest/globals';
import { Psbt } from 'bitcoinjs-lib';
import * as ecc from 'tiny-secp256k1';
import {
  keyVaultSigner,
  type VaultKey,
  type VaultSigning,
} from '../../local/signer/keyVaultSigner.ts';
import { readKeyUrl } from '../../local/signer/openKeyVault.ts';
import { signPsbtWith } from '../../local/signer/signPsbt.ts';
import { regtest } from '../bitcoin/testWallet.ts';
import { signerCase } from './signerCase.ts';

const order = 0xffffffff_ffffffff_ffffffff_fffffffe_baaedce6_af48a03b_bfd25e8c_d0364141n;

/** A vault as `CryptographyClient` is: R and S of 32 bytes each, with the high S of the two. */
function vaultOf(privateKey: Uint8Array): VaultSigning {
  return {
    sign: async (algorithm, digest) => {
      if (algorithm !== 'ES256K') throw new Error('the key signs by ES256K');
      return { result: withHighS(ecc.sign(digest, privateKey)) };
    },
  };
}

function withHighS(signature: Uint8Array): Uint8Array {
  const s = BigInt(`0x${Buffer.from(signature.subarray(32)).toString('hex')}`);
  const high = s > order / 2n ? s : order - s;
  const bytes = Buffer.from(high.toString(16).padStart(64, '0'), 'hex');
  return Uint8Array.from([...signature.subarray(0, 32), ...bytes]);
}

function publicPartOf(privateKey: Uint8Array): VaultKey {
  const point = ecc.pointFromScalar(privateKey, false);
  if (point === null) throw new Error('a key has a point');
  return { crv: 'P-256K', x: point.slice(1, 33), y: point.slice(33) };
}

describe('a key of a vault', () => {
  test('signs the coin of its address with a low S, and leaves the others', async () => {
    const given = await signerCase();
    const node = given.account.derive(0).derive(4);
    const { privateKey } = node;
    if (privateKey === undefined) throw new Error('the account is a private one');
    const signer = keyVaultSigner(vaultOf(privateKey), publicPartOf(privateKey));
    expect(Buffer.from(signer.publicKey)).toEqual(Buffer.from(node.publicKey));
    const psbt = Psbt.fromBase64(await signPsbtWith(given.psbt, signer), { network: regtest });
    expect(psbt.data.inputs[0]?.partialSig).toBeUndefined();
    // Strictly: with the high S that the vault gave it is none.
    expect(
      psbt.validateSignaturesOfInput(1, (key, hash, sig) => ecc.verify(hash, key, sig, true)),
    ).toBe(true);
    given.end();
  });

  test('signs nothing of a PSBT that spends none of its coins', async () => {
    const given = await signerCase();
    const key = Buffer.alloc(32, 9);
    const signer = keyVaultSigner(vaultOf(key), publicPartOf(key));
    await expect(signPsbtWith(given.psbt, signer)).rejects.toThrow('No input');
    given.end();
  });

  test('is not believed when it answers with the signature of another key', async () => {
    const signer = keyVaultSigner(vaultOf(Buffer.alloc(32, 8)), publicPartOf(Buffer.alloc(32, 9)));
    await expect(signer.sign(Buffer.alloc(32, 7))).rejects.toThrow('no signature of its key');
  });

  test.each([
    ['another curve', { ...publicPartOf(Buffer.alloc(32, 9)), crv: 'P-256' }],
    [
      'a point that is on no curve',
      { crv: 'P-256K', x: Buffer.alloc(32, 255), y: Buffer.alloc(32) },
    ],
    ['half a point', { crv: 'P-256K', x: Buffer.alloc(32, 1) }],
  ])('is refused with %s', (_what, key) => {
    expect(() => keyVaultSigner(vaultOf(Buffer.alloc(32, 9)), key)).toThrow(/P-256K|its curve/);
  });
});

test.each([
  ['https://my-vault.vault.azure.net/keys/payouts', { name: 'payouts' }],
  [
    `https://my-vault.vault.azure.net/keys/payouts/${'0a'.repeat(16)}`,
    { version: '0a'.repeat(16) },
  ],
])('reads the address of a key: %s', (url, part) => {
  expect(readKeyUrl(url)).toMatchObject({ vaultUrl: 'https://my-vault.vault.azure.net', ...part });
});

test.each([
  'http://my-vault.vault.azure.net/keys/payouts',
  'https://my-vault.vault.azure.net.evil.example/keys/payouts',
  'https://my-vault.vault.azure.net/secrets/payouts',
  'https://user:word@my-vault.vault.azure.net:8443/keys/payouts',
  'payouts',
])('refuses an address that is none of a key: %s', (url) => {
  expect(() => readKeyUrl(url)).toThrow('--key-vault');
});
