import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { SettingsError } from '../../shared/config/environment.ts';
import { refusePrivateKeys } from '../../shared/config/refusePrivateKeys.ts';
import { readSettings } from '../../shared/config.ts';

const digits = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** Base58Check by division, byte for byte: not as the code under test does it. */
function base58Check(content: Uint8Array): string {
  const bytes = [...content, ...sha256(sha256(content)).subarray(0, 4)];
  let text = '';
  while (bytes.some((byte) => byte !== 0)) {
    let rest = 0;
    for (const [index, byte] of bytes.entries()) {
      const value = rest * 256 + byte;
      bytes[index] = Math.floor(value / 58);
      rest = value % 58;
    }
    text = `${digits[rest]}${text}`;
  }
  return text;
}

/** Versions of extended private keys, by the prefix that they lead to. */
const extendedVersions = {
  xprv: '0488ade4',
  yprv: '049d7878',
  zprv: '04b2430c',
  Yprv: '0295b005',
  Zprv: '02aa7a99',
  tprv: '04358394',
  uprv: '044a4e28',
  vprv: '045f18bc',
  Uprv: '024285b5',
  Vprv: '02575048',
};
const publicVersions = { xpub: '0488b21e', zpub: '04b24746', tpub: '043587cf', vpub: '045f1cf6' };

function extendedKey(version: string): string {
  return base58Check(Buffer.concat([Buffer.from(version, 'hex'), randomBytes(74)]));
}

function wif(version: number, isCompressed: boolean): string {
  const parts = [Buffer.from([version]), randomBytes(32), Buffer.from(isCompressed ? [1] : [])];
  return base58Check(Buffer.concat(parts));
}

const privateKeys: readonly (readonly [string, () => string])[] = [
  ...Object.entries(extendedVersions).map(([prefix, version]) => {
    return [prefix, () => extendedKey(version)] as const;
  }),
  ['WIF, mainnet, uncompressed', () => wif(0x80, false)],
  ['WIF, mainnet, compressed', () => wif(0x80, true)],
  ['WIF, testnet, uncompressed', () => wif(0xef, false)],
  ['WIF, testnet, compressed', () => wif(0xef, true)],
];

describe.each(privateKeys)('a private key: %s', (kind, newKey) => {
  test('is of its kind', () => {
    const key = newKey();
    if (!kind.startsWith('WIF')) expect(key).toMatch(new RegExp(`^${kind}.{107}$`));
    else expect(key).toMatch(/^(?:[59].{50}|[KLc].{51})$/);
  });

  test.each<[string, (key: string) => string]>([
    ['alone', (key) => key],
    ['in a URL', (key) => `https://host/wallet/${key}?x=1`],
    ['in JSON', (key) => JSON.stringify({ wallets: [{ key }] })],
    ['in a descriptor', (key) => `wpkh([d34db33f/84h/0h/0h]${key}/0/*)#abcdefgh`],
    ['between other letters of its alphabet', (key) => `cK9xprv${key}K5c`],
  ])('is found %s, and not quoted', (_, textWith) => {
    const key = newKey();
    const refuse = () => refusePrivateKeys({ PATH: '/bin', SOME_SETTING: textWith(key) });
    expect(refuse).toThrow(SettingsError);
    expect(refuse).toThrow(/^SOME_SETTING holds a private key/);
    expect(refuse).not.toThrow(key.slice(0, 8));
  });

  test('with a typo in it is none', () => {
    const key = newKey();
    const last = key.at(-1) === '1' ? '2' : '1';
    expect(() => refusePrivateKeys({ A: `${key.slice(0, -1)}${last}` })).not.toThrow();
  });
});

describe('no private key', () => {
  test.each<[string, string | undefined]>([
    ['nothing', undefined],
    ['an empty text', ''],
    ...Object.entries(publicVersions)
      .map(([prefix, version]) => [prefix, extendedKey(version)] as const)
      .map(([prefix, key]): [string, string] => [prefix, key]),
    ['an address', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa'],
    [
      'a connection string',
      `Endpoint=sb://localhost;SharedAccessKeyName=K;SharedAccessKey=${randomBytes(32).toString('base64')};UseDevelopmentEmulator=true`,
    ],
    [
      'a signature',
      `https://x.blob.core.windows.net/?sv=2024-01-01&sig=${encodeURIComponent(randomBytes(32).toString('base64'))}`,
    ],
    ['a prefix and no more', 'xprv'],
    ['letters of the alphabet', 'xprvK5c9L'.repeat(100)],
  ])('%s', (_, value) => {
    expect(() => refusePrivateKeys({ A: value })).not.toThrow();
  });

  test('in 64 KB of chance, in whatever alphabet, and soon', () => {
    const base58 = [...randomBytes(65_536)].map((byte) => digits[byte % 58]).join('');
    const startedMs = performance.now();
    refusePrivateKeys({ A: base58, B: randomBytes(49_152).toString('base64') });
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });
});

test('no setting is read where there is one', () => {
  expect(() => readSettings({ OTHER: extendedKey(extendedVersions.zprv) })).toThrow(/^OTHER holds/);
});
