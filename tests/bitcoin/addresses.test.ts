import { expect, test } from '@jest/globals';
import { address as packageAddress } from 'bitcoinjs-lib';
import fc from 'fast-check';
import { openBitcoin } from '../../shared/adapters/bitcoin/openBitcoin.ts';
import { networks } from '../../shared/domain/bitcoin.ts';
import { invalidAddresses, validAddresses } from './fixtures/addresses.ts';

const opened = await Promise.all(networks.map(openBitcoin));
const [mainnet] = opened;

test.each(validAddresses)('$text of $network is $kind', ({ text, network, kind, script }) => {
  const bitcoin = opened.find((one) => one.network === network);
  const address = /^(?:bc|tb)1/i.test(text) ? text.toLowerCase() : text;
  expect(bitcoin?.readAddress(text)).toEqual({ ok: true, value: { address, kind, script } });
});

test.each(invalidAddresses)('%s is refused: %s, %s', (text, refusal) => {
  expect(mainnet?.readAddress(text)).toEqual({ ok: false, refusal });
});

test('an output key that is no point is refused: what it is paid is lost', () => {
  const noPoint = packageAddress.toBech32(new Uint8Array(32).fill(0xff), 1, 'bc');
  expect(mainnet?.readAddress(noPoint)).toEqual({ ok: false, refusal: 'malformed' });
});

test('an address of one network is none of another, but where they are written alike', () => {
  for (const { text, network } of validAddresses) {
    const takenBy = opened.filter((bitcoin) => bitcoin.readAddress(text).ok);
    const alike = network === 'mainnet' ? ['mainnet'] : ['testnet', 'signet'];
    const isBase58 = network !== 'mainnet' && !text.startsWith('tb1');
    const expected = isBase58 ? [...alike, 'regtest'] : alike;
    expect(takenBy.map((bitcoin) => bitcoin.network)).toEqual(expected);
  }
});

test('a typing error in an address is always found', () => {
  const own = validAddresses.filter(({ network }) => network === 'mainnet');
  fc.assert(
    fc.property(
      fc.constantFrom(...own),
      fc.nat(61),
      fc.constantFrom(...'qpzry9x8gf23AZ'),
      ({ text }, at, character) => {
        const typed = text.slice(0, at) + character + text.slice(at + 1);
        fc.pre(at < text.length && typed.toLowerCase() !== text.toLowerCase());
        expect(mainnet?.readAddress(typed).ok).toBe(false);
      },
    ),
    { numRuns: 300 },
  );
});

test('nothing makes it throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
      for (const bitcoin of opened) {
        expect(bitcoin.readAddress(text).ok).toBe(false);
        expect(bitcoin.readAddress(`bc1${text}`).ok).toBe(false);
      }
    }),
  );
});
