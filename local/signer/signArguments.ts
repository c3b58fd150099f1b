import { parseArgs } from 'node:util';
import { errorCodeOf } from '../errorCode.ts';
import { feeRateMaxSatPerVbDefault } from './checkFee.ts';
import { readKeyUrl, type VaultKeyName } from './openKeyVault.ts';
import { SignerUsageError } from './signerError.ts';

export type SignArguments = {
  readonly psbtFile: string;
  readonly manifestFile: string;
  /** Manifests of earlier payouts, the oldest first. */
  readonly knownFiles: readonly string[];
  /** Where the signed PSBT goes. */
  readonly outFile: string;
  readonly key: KeyChoice;
  /** What is not signed when its fee is higher. */
  readonly feeRateMaxSatPerVb: number;
  /** Signs without asking. */
  readonly isAgreed: boolean;
};

/** Where the key comes from: a file, a prompt without echo, or Azure Key Vault. */
export type KeyChoice =
  | { readonly from: 'file'; readonly file: string; readonly passphrase: PassphraseChoice }
  | { readonly from: 'prompt'; readonly passphrase: PassphraseChoice }
  | { readonly from: 'vault'; readonly key: VaultKeyName };

export type PassphraseChoice = 'none' | 'prompt' | { readonly file: string };

export const signUsage = `Checks a payout against its manifest, shows what it pays, and signs it. Works without a network.

  npm run sign -- --psbt FILE --manifest FILE [options]

  --psbt FILE             the PSBT of a payout, base64: GET …/payouts/{id}/psbt
  --manifest FILE         its manifest: GET …/payouts/{id}/manifest
  --known FILE            the manifest of an earlier payout: shows whose address is new, or another
                          than there. Give it once for each, the oldest first
  --seed-file FILE        the words of a BIP39 seed, or an extended private key of the master or of
                          the account; without it they are asked for and not shown
  --passphrase            asks for the passphrase of the seed
  --passphrase-file FILE  reads it from a file
  --key-vault URL         signs with a P-256K key of Azure Key Vault instead, as
                          https://VAULT.vault.azure.net/keys/NAME; this needs the network, and a
                          wallet of that one key
  --fee-rate-max SAT      the most that the fee may be, in sat/vB (${feeRateMaxSatPerVbDefault})
  --out FILE              the signed PSBT (the PSBT's name with .signed.psbt)
  --yes                   signs without asking; not where --known shows something

Every output, the change and every proof of an address are checked before anything is asked.
Exit code: 0 signed, 1 refused or not agreed to, 2 wrong usage.
`;

/** Reads the command line; undefined when help was asked for. Throws SignerUsageError. */
export function readSignArguments(args: readonly string[]): SignArguments | undefined {
  const values = parse(args);
  if (values.help === true) return undefined;
  if (values.psbt === undefined) throw new SignerUsageError('Which PSBT? Give --psbt FILE.');
  if (values.manifest === undefined) {
    throw new SignerUsageError('Against what is it to be checked? Give --manifest FILE.');
  }
  return {
    psbtFile: values.psbt,
    manifestFile: values.manifest,
    knownFiles: values.known ?? [],
    outFile: values.out ?? `${values.psbt.replace(/\.psbt$/, '')}.signed.psbt`,
    key: keyOf(values),
    feeRateMaxSatPerVb: feeRateMaxOf(values['fee-rate-max']),
    isAgreed: values.yes === true,
  };
}

function feeRateMaxOf(text: string | undefined): number {
  if (text === undefined) return feeRateMaxSatPerVbDefault;
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new SignerUsageError('--fee-rate-max is a whole number of sat/vB, from 1 to 99999.');
}

type Values = ReturnType<typeof parse>;

function keyOf(values: Values): KeyChoice {
  const vault = values['key-vault'];
  const file = values['seed-file'];
  const passphrase = passphraseOf(values);
  if (vault !== undefined) {
    if (file !== undefined || passphrase !== 'none') {
      throw new SignerUsageError('Give either a seed or --key-vault.');
    }
    return { from: 'vault', key: readKeyUrl(vault) };
  }
  return file === undefined ? { from: 'prompt', passphrase } : { from: 'file', file, passphrase };
}

function passphraseOf(values: Values): PassphraseChoice {
  const file = values['passphrase-file'];
  if (values.passphrase !== true) return file === undefined ? 'none' : { file };
  if (file === undefined) return 'prompt';
  throw new SignerUsageError('Give either --passphrase or --passphrase-file.');
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        psbt: text,
        manifest: text,
        known: { ...text, multiple: true },
        'seed-file': text,
        passphrase: flag,
        'passphrase-file': text,
        'key-vault': text,
        'fee-rate-max': text,
        out: text,
        yes: flag,
        help: { type: 'boolean', short: 'h' },
      },
    });
    return values;
  } catch (error) {
    if (errorCodeOf(error)?.startsWith('ERR_PARSE_ARGS') !== true) throw error;
    throw new SignerUsageError(`${error instanceof Error ? error.message : error}.`, {
      cause: error,
    });
  }
}
