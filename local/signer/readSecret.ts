import { readFileSync } from 'node:fs';
import type { KeyChoice, PassphraseChoice } from './signArguments.ts';
import type { Terminal } from './terminal.ts';

export type Secret = { readonly secret: string; readonly passphrase: string };

/** The secret that signs, from where the command line says. It stays in this process. */
export async function readSecret(
  choice: Exclude<KeyChoice, { readonly from: 'vault' }>,
  terminal: Terminal,
): Promise<Secret> {
  const secret =
    choice.from === 'file'
      ? readFileSync(choice.file, 'utf8')
      : await terminal.askSecret('Words of the seed, or extended private key (not shown): ');
  return { secret, passphrase: await readPassphrase(choice.passphrase, terminal) };
}

async function readPassphrase(choice: PassphraseChoice, terminal: Terminal): Promise<string> {
  if (choice === 'none') return '';
  if (choice === 'prompt') return terminal.askSecret('Passphrase of the seed (not shown): ');
  // Blanks may be part of it; the end of the line is not.
  return readFileSync(choice.file, 'utf8').replace(/\r?\n$/, '');
}
