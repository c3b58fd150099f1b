import { readFileSync, writeFileSync } from 'node:fs';
import {
  type BitcoinLibrary,
  loadBitcoinLibrary,
} from '../../shared/adapters/bitcoin/bitcoinLibrary.ts';
import { openBitcoin } from '../../shared/adapters/bitcoin/openBitcoin.ts';
import type { PayoutManifest } from '../../shared/domain/payoutManifest.ts';
import { accountOfSecret } from './accountOfSecret.ts';
import { addressChanges } from './addressChanges.ts';
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
  const { psbtFile, manifestFile, outFile, feeRateMaxSatPerVb, isAgreed } = given;
  const manifest = parseManifest(readFileSync(manifestFile, 'utf8'));
  const psbt = readFileSync(psbtFile, 'utf8').trim();
  const { network } = manifest;
  const [library, bitcoin] = await Promise.all([loadBitcoinLibrary(network), openBitcoin(network)]);
  const { sums } = checkPayout(library, bitcoin, psbt, manifest, feeRateMaxSatPerVb);
  terminal.show(`${payoutTable(manifest, sums)}\n`);
  terminal.show('Every proof of an address, the change and all sums are right.\n');
  const isKnown = showChanges(given, terminal, manifest);
  if (isAgreed && !isKnown) {
    throw new SignerError('--yes agrees to no address that is new. Nothing was signed.');
  }
  if (!isAgreed && (await terminal.ask('Sign it? Type yes: ')).trim() !== 'yes') {
    throw new SignerError('Not agreed to. Nothing was signed.');
  }
  const signWith = await openKey(given, terminal, library, manifest);
  const signed = await signOrExplain(() => signWith(psbt));
  writeFileSync(outFile, `${signed}\n`);
  terminal.show(`Signed. The signed PSBT is in ${outFile}\n`);
}

/** False where a payee is paid elsewhere than before; true also where nobody says what was before. */
function showChanges(
  { knownFiles }: Pick<SignArguments, 'knownFiles'>,
  terminal: Terminal,
  manifest: PayoutManifest,
): boolean {
  if (knownFiles.length === 0) return true;
  const earlier = knownFiles.map((file) => parseManifest(readFileSync(file, 'utf8')));
  const changes = addressChanges(manifest, earlier);
  const summary = `${changes.length} of ${manifest.payees.length} addresses are not as before:`;
  if (changes.length > 0) terminal.show(`${[summary, ...changes].join('\n')}\n`);
  return changes.length === 0;
}

/** The key, as something that signs a PSBT. */
async function openKey(
  { key }: SignArguments,
  terminal: Terminal,
  library: BitcoinLibrary,
  { accountKey }: PayoutManifest,
): Promise<(psbt: string) => string | Promise<string>> {
  if (key.from === 'vault') {
    const remote = await openKeyVault(key.key);
    return (psbt) => signPsbtWith(psbt, remote);
  }
  const account = accountOfSecret(library, await readSecret(key, terminal), accountKey);
  return (psbt) => signPsbt(psbt, account);
}

async function signOrExplain(sign: () => string | Promise<string>): Promise<string> {
  try {
    return await sign();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SignerError(`It cannot be signed with this key: ${reason}`, { cause });
  }
}
