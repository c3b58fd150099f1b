import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Psbt } from 'bitcoinjs-lib';
import { checkPayout } from '../../local/signer/checkPayout.ts';
import { parseManifest } from '../../local/signer/parseManifest.ts';
import { SignerError } from '../../local/signer/signerError.ts';
import { loadBitcoinLibrary } from '../../shared/adapters/bitcoin/bitcoinLibrary.ts';
import { satoshi } from '../../shared/domain/units.ts';
import { readSources } from '../architecture/sourceFile.ts';
import { regtest } from '../bitcoin/testWallet.ts';
import { type SignerCase, signerCase } from './signerCase.ts';

const library = await loadBitcoinLibrary('regtest');
let given: SignerCase;
beforeEach(async () => {
  given = await signerCase();
});
afterEach(() => given.end());

function check(manifest: unknown, psbt = given.psbt) {
  const read = parseManifest(JSON.stringify(manifest));
  return checkPayout(library, given.bitcoin, psbt, read);
}

describe('a payout', () => {
  test('is taken as it left the server', () => {
    expect(check(given.manifest).sums).toEqual({
      payeeCount: 2,
      coinsSat: 200_000n,
      payeesSat: 150_000n,
      changeSat: 48_600n,
      feeSat: 1_400n,
    });
  });

  test('is refused when anything in the manifest is another', () => {
    const taken = leavesOf(given.manifest).filter((path) => {
      const changed = structuredClone(given.manifest);
      changeAt(changed, path);
      try {
        check(changed);
        return true;
      } catch (error) {
        if (error instanceof SignerError) return false;
        throw error;
      }
    });
    // A name for people, which no key and no proof knows.
    expect(taken).toEqual([['payoutId']]);
  });

  test.each(['format', 'network', 'coins', 'payees', 'change', 'anchor', 'feeSat'] as const)(
    'is refused when the manifest has no %s',
    (field) => {
      const { [field]: _, ...rest } = given.manifest;
      expect(() => check(rest)).toThrow(SignerError);
    },
  );

  test('is refused when payees are to bear more than the fee', () => {
    const payees = given.manifest.payees.map((payee) => ({
      ...payee,
      amountSat: String(BigInt(payee.amountSat) + 701n),
      feeSat: String(BigInt(payee.feeSat) + 701n),
    }));
    expect(() => check({ ...given.manifest, payees })).toThrow('bear 2102 sat');
  });

  test('is refused when a payee takes what another gives', () => {
    const { payees, ...rest } = given.manifest;
    expect(() => check({ ...rest, payees: payees.toReversed() })).toThrow('Output 0');
  });

  test('is refused when the PSBT pays more to one and less to the change', () => {
    const { bitcoin, plan, wallet, manifest } = given;
    const [first, ...others] = plan.outputs;
    if (first === undefined || plan.change === undefined) throw new Error('there are outputs');
    const outputs = [{ ...first, amountSat: satoshi(first.amountSat + 1n) }, ...others];
    const change = { ...plan.change, amountSat: satoshi(plan.change.amountSat - 1n) };
    const other = bitcoin.buildPayout({ ...plan, outputs, change }, wallet.accountKey);
    expect(() => check(manifest, other.psbt)).toThrow('another transaction');
    expect(() => check({ ...manifest, txid: other.txid }, other.psbt)).toThrow('Output 0');
  });

  test.each([
    ['another amount of a coin', { value: 100_001n }],
    ['another script of a coin', { script: Buffer.alloc(22) }],
  ])('is refused with %s in the PSBT', (_what, part) => {
    const psbt = Psbt.fromBase64(given.psbt, { network: regtest });
    const utxo = psbt.data.inputs[1]?.witnessUtxo;
    if (utxo === undefined) throw new Error('there is a coin');
    Object.assign(utxo, part);
    expect(() => check(given.manifest, psbt.toBase64())).toThrow('Input 1');
  });

  test('is refused when the PSBT asks for a signature of a part', () => {
    const psbt = Psbt.fromBase64(given.psbt, { network: regtest });
    psbt.updateInput(0, { sighashType: 0x82 });
    expect(() => check(given.manifest, psbt.toBase64())).toThrow('less than the whole');
  });

  test.each(['', 'no PSBT', 'cHNidP8='])('is refused when the PSBT is %j', (text) => {
    expect(() => check(given.manifest, text)).toThrow('no PSBT');
  });
});

test('the signer names no package that speaks to a network where it is not asked to', () => {
  const sources = readSources().filter(({ path }) => /^local\/sign(?:er\/|\.ts)/.test(path));
  expect(sources.length).toBeGreaterThan(10);
  for (const { path, text } of sources) {
    const names = [...text.matchAll(/from '([^'.][^']*)'/g)].map(([, name]) => name);
    expect([
      path,
      names.filter((name) => /http|net|tls|dgram|dns|@azure/.test(name ?? '')),
    ]).toEqual(
      path === 'local/signer/keyVaultSigner.ts' ? [path, ['@azure/keyvault-keys']] : [path, []],
    );
    expect(text).not.toMatch(/\bfetch\(/);
  }
});

type Path = readonly (string | number)[];

/** Where every text and number of a document is. */
function leavesOf(value: unknown, at: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  return Object.entries(value).flatMap(([key, part]) => leavesOf(part, [...at, key]));
}

function changeAt(document: object, path: Path): void {
  let at: object = document;
  for (const key of path.slice(0, -1)) at = Reflect.get(at, key);
  const last = path.at(-1) ?? '';
  Reflect.set(at, last, another(Reflect.get(at, last)));
}

/** The same kind of thing, and not the same: its last character or digit is another. */
function another(value: unknown): unknown {
  if (typeof value === 'number') return value === 0 ? 1 : value - 1;
  const text = String(value);
  const last = text.at(-1) === '1' ? '2' : '1';
  return text.endsWith('=')
    ? `${text.slice(0, 4)}A${text.slice(5)}`
    : `${text.slice(0, -1)}${last}`;
}
