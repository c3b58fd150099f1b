import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { signMessage } from '../../local/signer/signMessage.ts';
import { loadBitcoinLibrary } from '../../shared/adapters/bitcoin/bitcoinLibrary.ts';
import { hex } from '../../shared/adapters/bitcoin/bytes.ts';
import {
  messageHash,
  messageTransactions,
} from '../../shared/adapters/bitcoin/messageTransactions.ts';
import { openBitcoin } from '../../shared/adapters/bitcoin/openBitcoin.ts';
import { messageHashes } from './fixtures/messageHashes.ts';
import { invalidMessages, unknownScripts, validMessages } from './fixtures/signedMessages.ts';
import { testWallet } from './testWallet.ts';

const library = await loadBitcoinLibrary('mainnet');
const bitcoin = await openBitcoin('mainnet');
const regtest = await openBitcoin('regtest');
const wallet = testWallet('messages');

test.each(messageHashes)('$message has the hashes that BIP322 gives', (given) => {
  const script = Uint8Array.from(library.bitcoin.address.toOutputScript(given.address));
  const { toSpend, toSign } = messageTransactions(library, script, given.message);
  expect({
    hash: hex(messageHash(given.message)),
    toSpend: toSpend.getId(),
    toSign: toSign.getId(),
  }).toEqual({ hash: given.hash, toSpend: given.toSpend, toSign: given.toSign });
});

test.each(validMessages)('$name is signed: $message', ({ address, message, signature }) => {
  expect(bitcoin.isSignedBy(address, message, signature)).toBe(true);
  expect(bitcoin.isSignedBy(address, `${message} `, signature)).toBe(false);
});

test.each([...unknownScripts, ...invalidMessages])('$name is not signed: $message', (given) => {
  const { address, message, signature } = given;
  expect(bitcoin.isSignedBy(address, message, signature)).toBe(false);
});

test('a signature is for the network of its address alone', () => {
  const { address, node } = wallet.key(0, 0);
  const signature = signMessage(node, 'p2wpkh', 'hello');
  expect(regtest.isSignedBy(address, 'hello', signature)).toBe(true);
  expect(bitcoin.isSignedBy(address, 'hello', signature)).toBe(false);
});

describe('a valid signature in another form is none', () => {
  const { address, message, signature } = validMessages[0] ?? never();
  const bare = signature.replace(/^smp/, '');
  const bytes = [...Buffer.from(bare, 'base64')];
  test.each([
    ['without its prefix it is one', bare, true],
    ['as a full one', `ful${bare}`, false],
    ['with a space', `${bare} `, false],
    ['without padding', bare.replace(/=+$/, ''), false],
    ['with a byte more', encode([...bytes, 0]), false],
    ['with a byte less', encode(bytes.slice(0, -1)), false],
    ['with an item more', encode([3, ...bytes.slice(1), 0]), false],
    ['with another hash type', encode(withHashType(bytes, 0x81)), false],
    ['too long', bare.padEnd(20_001, 'A'), false],
  ])('%s', (_form, text, isValid) => {
    expect(bitcoin.isSignedBy(address, message, text)).toBe(isValid);
  });

  test('with its S negated', () => {
    const [count = 0, length = 0] = bytes;
    const der = Uint8Array.from(bytes.slice(2, 2 + length));
    const { signature: compact } = library.bitcoin.script.signature.decode(der);
    const s = library.ecc.privateNegate(compact.slice(32));
    const high = library.bitcoin.script.signature.encode(
      Uint8Array.from([...compact.slice(0, 32), ...s]),
      1,
    );
    const text = encode([count, high.length, ...high, ...bytes.slice(2 + length)]);
    expect(bitcoin.isSignedBy(address, message, text)).toBe(false);
  });
});

test('messages that differ in half a surrogate pair have no signature', () => {
  const { address, node } = wallet.key(0, 0);
  const signature = signMessage(node, 'p2wpkh', '\u{fffd}');
  expect(regtest.isSignedBy(address, '\u{fffd}', signature)).toBe(true);
  expect(regtest.isSignedBy(address, '\u{d800}', signature)).toBe(false);
});

test('what is signed for P2WPKH and P2TR is signed, and not for another message or key', () => {
  const message = fc.string({ unit: 'grapheme', maxLength: 80 });
  fc.assert(
    fc.property(message, message, fc.nat(20), (text, other, index) => {
      for (const key of [wallet.key(0, index), wallet.taprootKey(index)]) {
        const signature = signMessage(key.node, key.kind, text);
        expect(regtest.isSignedBy(key.address, text, signature)).toBe(true);
        expect(regtest.isSignedBy(key.address, other, signature)).toBe(other === text);
        expect(regtest.isSignedBy(wallet.key(1, index).address, text, signature)).toBe(false);
      }
    }),
    { numRuns: 30 },
  );
});

test('no text at all makes it throw', () => {
  const signed = validMessages.map(({ signature }) => signature);
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.base64String(),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('base64')),
    fc
      .tuple(fc.constantFrom(...signed), fc.nat(200), fc.constantFrom('A', '/', '='))
      .map(([signature, at, digit]) => signature.slice(0, at) + digit + signature.slice(at + 1)),
  );
  const address = fc.constantFrom(...validMessages.map((given) => given.address));
  fc.assert(
    fc.property(address, text, (to, signature) => {
      expect(bitcoin.isSignedBy(to, 'never signed', signature)).toBe(false);
    }),
    { numRuns: 500 },
  );
});

function encode(bytes: readonly number[]): string {
  return Buffer.from(bytes).toString('base64');
}

/** The hash type is the last byte of the first item of a witness. */
function withHashType(bytes: readonly number[], hashType: number): readonly number[] {
  return bytes.with(1 + (bytes[1] ?? 0), hashType);
}

function never(): never {
  throw new Error('there is a first example');
}
