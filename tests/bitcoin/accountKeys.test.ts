import { describe, expect, test } from '@jest/globals';
import { mnemonicToSeedSync } from '@scure/bip39';
import { BIP32Factory } from 'bip32';
import { networks as parameters } from 'bitcoinjs-lib';
import * as ecc from 'tiny-secp256k1';
import { openBitcoin } from '../../shared/adapters/bitcoin/openBitcoin.ts';
import type { AccountKey } from '../../shared/domain/bitcoin.ts';
import { looksPrivate } from '../../shared/domain/looksPrivate.ts';
import { versions } from './fixtures/keyVersions.ts';

/** The seed, account and addresses of BIP84. */
const words =
  'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about';
const seed = mnemonicToSeedSync(words);
const zpub =
  'zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf31mGDtKsAYz2oz2AGutZYs';
const xpub =
  'xpub6CatWdiZiodmUeTDp8LT5or8nmbKNcuyvz7WyksVFkKB4RHwCD3XyuvPEbvqAQY3rAPshWcMLoP2fMFMKHPJ4ZeZXYVUhLv1VMrjPC7PW6V';
const tpub = extendedKey('tpub', "m/84'/1'/0'");
const mainnet = await openBitcoin('mainnet');
const regtest = await openBitcoin('regtest');
const wallet = {
  walletId: '6b3ac4bc7086bb6c',
  accountKey: xpub,
};

describe('an account key', () => {
  test.each([zpub, xpub, extendedKey('xpub', "m/84'/0'/0'")])('%s is that of BIP84', (text) => {
    expect(mainnet.readAccountKey(text)).toEqual({ ok: true, value: wallet });
  });

  test.each(['testnet', 'signet', 'regtest'] as const)('of %s is a tpub or vpub', async (name) => {
    const bitcoin = await openBitcoin(name);
    for (const kind of ['tpub', 'vpub'] as const) {
      const read = bitcoin.readAccountKey(extendedKey(kind, "m/84'/1'/0'"));
      expect(read).toMatchObject({ ok: true, value: { accountKey: tpub } });
    }
    expect(bitcoin.readAccountKey(zpub)).toEqual({ ok: false, refusal: 'wrong_network' });
  });

  test.each([
    ['a master key', extendedKey('zpub', 'm'), 'not_an_account'],
    ['a coin', extendedKey('zpub', "m/84'/0'"), 'not_an_account'],
    ['a chain', extendedKey('zpub', "m/84'/0'/0'/0"), 'not_an_account'],
    ['an account that is not hardened', extendedKey('zpub', "m/84'/0'/0"), 'not_an_account'],
    ['ypub', extendedKey('ypub', "m/49'/0'/0'"), 'not_an_account'],
    ['Ypub', extendedKey('Ypub', "m/48'/0'/0'"), 'not_an_account'],
    ['Zpub', extendedKey('Zpub', "m/48'/0'/0'"), 'not_an_account'],
    ['upub', extendedKey('upub', "m/49'/1'/0'"), 'not_an_account'],
    ['Upub', extendedKey('Upub', "m/48'/1'/0'"), 'not_an_account'],
    ['Vpub', extendedKey('Vpub', "m/48'/1'/0'"), 'not_an_account'],
    ['tpub', tpub, 'wrong_network'],
    ['vpub', extendedKey('vpub', "m/84'/1'/0'"), 'wrong_network'],
    ['a typing error', zpub.replace('Qq', 'QQ').replace('6r', '6s'), 'malformed'],
    ['another prefix', zpub.replace('zpub', 'xpub'), 'malformed'],
    ['a space at its end', `${zpub} `, 'malformed'],
    ['half of it', zpub.slice(0, 60), 'malformed'],
    ['nothing', '', 'malformed'],
    ['a name of every object', 'constructor', 'malformed'],
    ['too long', zpub.repeat(5), 'malformed'],
  ])('is refused: %s', (_what, text, refusal) => {
    expect(mainnet.readAccountKey(text)).toEqual({ ok: false, refusal });
  });

  test.each([
    ...Object.keys(versions).map((kind) => extendedKey(kind, "m/84'/0'/0'", true)),
    nodeAt("m/84'/0'/0'/0/0").toWIF(),
    `5${'J'.repeat(50)}`,
    `6P${'R'.repeat(56)}`,
    Buffer.from(nodeAt("m/84'/0'/0'/0/0").privateKey ?? []).toString('hex'),
    words,
    `wpkh(${extendedKey('xpub', "m/84'/0'/0'", true)}/0/*)`,
    extendedKey('xpub', "m/84'/0'/0'", true).slice(0, 50),
  ])('is refused as private: %s', (text) => {
    expect(looksPrivate(text)).toBe(true);
    for (const bitcoin of [mainnet, regtest]) {
      expect(bitcoin.readAccountKey(text)).toEqual({ ok: false, refusal: 'private_key' });
    }
  });

  test.each([zpub, tpub, 'a grid of three homes', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa'])(
    'is not taken for private: %s',
    (text) => {
      expect(looksPrivate(text)).toBe(false);
    },
  );
});

describe('addresses of an account', () => {
  test('are those of BIP84', () => {
    const addresses = [0, 1] as const;
    const [receiving, change] = addresses.map((keyChain) =>
      mainnet.addressesAt(xpub as AccountKey, keyChain, [0, 1]),
    );
    expect(receiving).toEqual([
      {
        keyChain: 0,
        index: 0,
        address: 'bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu',
        script: '0014c0cebcd6c3d3ca8c75dc5ec62ebe55330ef910e2',
      },
      {
        keyChain: 0,
        index: 1,
        address: 'bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g',
        script: '00149c90f934ea51fa0f6504177043e0908da6929983',
      },
    ]);
    expect(change?.[0]?.address).toBe('bc1q8c6fshw2dlwun7ekn9qwf37cu2rn755upcp6el');
  });

  test('come in the order of the indexes, and can be read', () => {
    const indexes = [7, 0, 2_147_483_647, 3];
    const addresses = regtest.addressesAt(tpub as AccountKey, 1, indexes);
    expect(addresses.map(({ index }) => index)).toEqual(indexes);
    for (const { address, script } of addresses) {
      expect(regtest.readAddress(address)).toEqual({
        ok: true,
        value: { address, kind: 'p2wpkh', script },
      });
    }
  });

  test.each([-1, 0.5, 2_147_483_648])('have no index %s', (index) => {
    expect(() => mainnet.addressesAt(xpub as AccountKey, 0, [index])).toThrow('index');
  });
});

function extendedKey(kind: string, path: string, isPrivate = false): string {
  const node = nodeAt(path, kind);
  return isPrivate ? node.toBase58() : node.neutered().toBase58();
}

function nodeAt(path: string, kind = 'xpub') {
  const [publicVersion = 0, privateVersion = 0] = versions[kind] ?? [];
  const bip32 = { public: publicVersion, private: privateVersion };
  const master = BIP32Factory(ecc).fromSeed(seed, { ...parameters.bitcoin, bip32 });
  return path === 'm' ? master : master.derivePath(path);
}
