import { readFileSync, writeFileSync } from 'node:fs';
import { loadBitcoinLibrary } from '../../shared/adapters/bitcoin/bitcoinLibrary.ts';
import { openBitcoin } from '../../shared/adapters/bitcoin/openBitcoin.ts';
import { accountOfSecret } from './accountOfSecret.ts';
import { checkPayout } from './checkPayout.ts';
import { openKeyVault } from './openKeyVault.ts';
import { parseManifest } from './parseManifest.ts';
import { payoutTable } from './payoutTable.ts';
import { readSecret } from './readSecret.ts';
import type { SignArguments } from './signArguments.ts';
import { SignerError } from './signerError.ts';
import { signPsbt, signPsbtWith } from './signPsbt.ts';
import type { Terminal } from './terminal.ts';

/**
 * Checks a payout, shows it, asks, signs, and writes the signed PSBT. No key is read before everything
 * has been checked and agreed to. Throws SignerError where it does not sign.
 */
export async function runSigner(given: SignArguments, terminal: Terminal): Promise<void> {
  const { psbtFile, manifestFile, outFile, key, isAgreed } = given;
  const manifest = parseManifest(readFileSync(manifestFile, 'utf8'));
  const psbt = readFileSync(psbtFile, 'utf8').trim();
  const { network } = manifest;
  const [library, bitcoin] = await Promise.all([loadBitcoinLibrary(network), openBitcoin(network)]);
  const { sums } = checkPayout(library, bitcoin, psbt, manifest);
  terminal.show(`${payoutTable(manifest, sums)}\n`);
  terminal.show('Every proof of an address, the change and all sums are right.\n');
  if (!isAgreed && (await terminal.ask('Sign it? Type yes: ')).trim() !== 'yes') {
    throw new SignerError('Not agreed to. Nothing was signed.');
  }
  const signed =
    key.from === 'vault'
      ? await signPsbtWith(psbt, await openKeyVault(key.key))
      : signPsbt(
          psbt,
          accountOfSecret(library, await readSecret(key, terminal), manifest.accountKey),
        );
  writeFileSync(outFile, `${signed}\n`);
  terminal.show(`Signed. The signed PSBT is in ${outFile}\n`);
}
