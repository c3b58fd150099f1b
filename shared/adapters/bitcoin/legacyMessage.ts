import { hash } from 'node:crypto';
import type { BitcoinLibrary } from './bitcoinLibrary.ts';
import { isSame } from './bytes.ts';

/** A header, R and S. */
export const legacySignatureBytes = 65;

/**
 * Is it a signature of the message by the key of a P2PKH script, as BIP137 has it? The key follows
 * from the signature; headers that BIP137 has for other addresses are not taken, as BIP322 says.
 */
export function isLegacySignature(
  { bitcoin, ecc }: BitcoinLibrary,
  script: Uint8Array,
  message: string,
  signature: Uint8Array,
): boolean {
  const kind = (signature[0] ?? 0) - headerMin;
  if (kind < 0 || kind > 7 || signature.length !== legacySignatureBytes) return false;
  const recoveryId = recoveryIds[kind % recoveryIds.length];
  if (recoveryId === undefined) return false;
  const isCompressed = kind >= recoveryIds.length;
  const publicKey = ecc.recover(
    legacyHash(message),
    signature.subarray(1),
    recoveryId,
    isCompressed,
  );
  if (publicKey === null) return false;
  return isSame(bitcoin.crypto.hash160(publicKey), script.subarray(3, 23));
}

const headerMin = 27;
const recoveryIds = [0, 1, 2, 3] as const;
const magic = '\x18Bitcoin Signed Message:\n';

/** SHA-256 twice, over the magic and the message with its length before it. */
function legacyHash(message: string): Uint8Array {
  const text = Buffer.from(message, 'utf8');
  const bytes = Buffer.concat([Buffer.from(magic, 'latin1'), lengthOf(text), text]);
  return hash('sha256', hash('sha256', bytes, 'buffer'), 'buffer');
}

/** As a compact size; messages are too short for its longer forms. */
function lengthOf(text: Uint8Array): Uint8Array {
  if (text.length < 0xfd) return Uint8Array.of(text.length);
  return Uint8Array.of(0xfd, text.length & 0xff, text.length >> 8);
}
