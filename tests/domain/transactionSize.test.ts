import { expect, test } from '@jest/globals';
import { Transaction } from 'bitcoinjs-lib';
import fc from 'fast-check';
import type { FeeRate } from '../../shared/domain/bitcoin.ts';
import {
  anchorScriptBytes,
  changeScriptBytes,
  feeOf,
  outputBytesOf,
  virtualSizeOf,
  weightOf,
} from '../../shared/domain/transactionSize.ts';

test('one P2WPKH input and two P2WPKH outputs: 141 vB', () => {
  const shape = { inputCount: 1, outputCount: 2, outputBytes: 2 * outputBytesOf(22) };
  expect([weightOf(shape), virtualSizeOf(shape)]).toEqual([562, 141]);
});

test.each([
  ['p2pkh', 25, 34],
  ['p2sh', 23, 32],
  ['p2wpkh', changeScriptBytes, 31],
  ['p2wsh and p2tr', 34, 43],
  ['the anchor', anchorScriptBytes, 43],
])('an output of %s, script %i bytes: %i vB', (_, scriptBytes, expected) => {
  expect(outputBytesOf(scriptBytes)).toBe(expected);
});

test('is the size of the transaction that another library builds', () => {
  const anyScripts = fc.oneof(
    fc.array(fc.constantFrom(22, 23, 25, 34), { minLength: 1, maxLength: 20 }),
    fc.constantFrom(251, 252, 253, 254).map((count) => new Array<number>(count).fill(22)),
  );
  const anyInputs = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(252, 253));
  fc.assert(
    fc.property(anyInputs, anyScripts, (inputCount, scripts) => {
      const shape = {
        inputCount,
        outputCount: scripts.length,
        outputBytes: scripts.reduce((sum, bytes) => sum + outputBytesOf(bytes), 0),
      };
      const transaction = builtOf(inputCount, scripts);
      expect(weightOf(shape)).toBe(transaction.weight());
      expect(virtualSizeOf(shape)).toBe(transaction.virtualSize());
    }),
    { numRuns: 60 },
  );
});

test.each([
  [141, 1000, 141n],
  [141, 1001, 142n],
  [1000, 1, 1n],
  [999, 1, 1n],
  [1001, 1, 2n],
  [0, 5000, 0n],
  [100_000, 2_000_000, 200_000_000n],
])('%i vB at %i sat/kvB cost %s sat', (virtualSize, feeRate, expected) => {
  expect(feeOf(virtualSize, feeRate as FeeRate)).toBe(expected);
});

function builtOf(inputCount: number, scripts: readonly number[]): Transaction {
  const transaction = new Transaction();
  for (let index = 0; index < inputCount; index += 1) {
    transaction.addInput(new Uint8Array(32).fill(1), index);
    transaction.setWitness(index, [new Uint8Array(72), new Uint8Array(33)]);
  }
  for (const bytes of scripts) transaction.addOutput(new Uint8Array(bytes), 1n);
  return transaction;
}
