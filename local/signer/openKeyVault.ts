import { keyVaultSigner } from './keyVaultSigner.ts';
import { SignerError, SignerUsageError } from './signerError.ts';
import type { RemoteKey } from './signPsbt.ts';

/** Vaults and managed HSMs, in the clouds of Azure: a login is sent nowhere else. */
const hostPattern =
  /^[a-z0-9-]{3,24}\.(?:vault|managedhsm)\.(?:azure\.net|azure\.cn|usgovcloudapi\.net)$/;
const pathPattern = /^\/keys\/([A-Za-z0-9-]{1,127})(?:\/([0-9a-f]{32}))?$/;

export type VaultKeyName = {
  readonly vaultUrl: string;
  readonly name: string;
  readonly version?: string;
};

/** Reads the address of a key. Throws SignerUsageError where it is none. */
export function readKeyUrl(text: string): VaultKeyName {
  const url = URL.parse(text);
  const [, name, version] = pathPattern.exec(url?.pathname ?? '') ?? [];
  if (url?.protocol !== 'https:' || !hostPattern.test(url.host) || name === undefined) {
    const example = 'https://VAULT.vault.azure.net/keys/NAME';
    throw new SignerUsageError(`--key-vault is the address of a key, as ${example}.`);
  }
  return { vaultUrl: `https://${url.host}`, name, ...(version !== undefined && { version }) };
}

/**
 * A key of Azure Key Vault, with the login of `az login`. It needs the permissions `get` and `sign`.
 * The packages that speak to the network are loaded here and nowhere else in the signer.
 */
export async function openKeyVault({ vaultUrl, name, version }: VaultKeyName): Promise<RemoteKey> {
  const [{ CryptographyClient, KeyClient }, { AzureCliCredential }] = await Promise.all([
    import('@azure/keyvault-keys'),
    import('@azure/identity'),
  ]);
  const credential = new AzureCliCredential();
  const client = new KeyClient(vaultUrl, credential);
  const key = await client.getKey(name, version === undefined ? {} : { version });
  if (key.key === undefined) throw new SignerError(`The vault has no key ${name}.`);
  return keyVaultSigner(new CryptographyClient(key, credential), key.key);
}
