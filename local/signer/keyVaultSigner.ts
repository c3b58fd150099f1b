import type { JsonWebKey } from '@azure/keyvault-keys';
import * as ecc from 'tiny-secp256k1';
import { SignerError } from './signerError.ts';
import type { RemoteKey } from './signPsbt.ts';

/** What is asked of `CryptographyClient`: a signature of a digest, as R and S of 32 bytes each. */
export type VaultSigning = {
  sign(algorithm: 'ES256K', digest: Uint8Array): Promise<{ readonly result: Uint8Array }>;
};

/** A key of a vault as it is told to others: its public part. */
export type VaultKey = Pick<JsonWebKey, 'crv' | 'x' | 'y'>;

/**
 * A P-256K key of Azure Key Vault as a signer. The private key never leaves the vault. It is one key
 * and derives no others, so that it serves one address of an account: the coins must lie there, as in
 * a wallet whose descriptor is `wpkh(KEY)`, or the key was imported as that of one index. What the
 * vault answers is verified before it is used.
 */
export function keyVaultSigner(vault: VaultSigning, key: VaultKey): RemoteKey {
  const publicKey = publicKeyOf(key);
  return {
    publicKey,
    async sign(hash) {
      const { result } = await vault.sign('ES256K', hash);
      const signature = Uint8Array.from(result);
      // With either S: which of the two is taken is for the one who asked.
      if (signature.length !== signatureBytes || !ecc.verify(hash, publicKey, signature)) {
        throw new SignerError('The vault answered with something that is no signature of its key.');
      }
      return signature;
    },
  };
}
const signatureBytes = 64;
const coordinateBytes = 32;

/** The compressed form: 02 or 03 by the last bit of y, then x. */
function publicKeyOf({ crv, x, y }: VaultKey): Uint8Array {
  const isWhole = x?.length === coordinateBytes && y?.length === coordinateBytes;
  if (crv !== 'P-256K' || !isWhole) {
    throw new SignerError('The key of the vault is not one of the curve P-256K.');
  }
  const publicKey = Uint8Array.from([0x02 + ((y[coordinateBytes - 1] ?? 0) & 1), ...x]);
  if (!ecc.isPoint(publicKey)) throw new SignerError('The key of the vault is not on its curve.');
  return publicKey;
}
