import { hash } from 'node:crypto';
import { type Environment, SettingsError } from './environment.ts';

/**
 * Refuses an environment with a private key of bitcoin in it: an extended one (BIP32, or with the
 * prefixes of SLIP-0132) or a WIF, of whatever network, anywhere inside a value. Keys belong to who
 * signs, and nothing here ever does. What only looks like one and has a wrong checksum passes.
 * Throws SettingsError, which names the setting and quotes nothing of it.
 */
export function refusePrivateKeys(environment: Environment): void {
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || !holdsPrivateKey(value)) continue;
    throw new SettingsError(
      `${name} holds a private key of bitcoin. The app never signs and refuses to start: give it the public key (xpub or zpub), and treat the private one as no longer secret.`,
    );
  }
}

const digits = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
/** Bytes of what is encoded, its checksum of 4 left out. */
const extendedKeyBytes = 78;
const wifBytes = { uncompressed: 33, compressed: 34 };
const checksumBytes = 4;

/** A look-ahead, so that keys are found that begin inside of another candidate. */
const candidates = [
  { pattern: keyPattern('[xyztuvYZUV]prv', 111 - 4), bytes: extendedKeyBytes },
  { pattern: keyPattern('[59]', 51 - 1), bytes: wifBytes.uncompressed },
  { pattern: keyPattern('[KLc]', 52 - 1), bytes: wifBytes.compressed },
];

function keyPattern(start: string, more: number): RegExp {
  return new RegExp(`(?=(${start}[${digits}]{${more}}))`, 'g');
}

function holdsPrivateKey(value: string): boolean {
  return candidates.some(({ pattern, bytes }) => {
    for (const [, text = ''] of value.matchAll(pattern)) if (isChecked(text, bytes)) return true;
    return false;
  });
}

/** Base58Check: do the last 4 bytes belong to those before? */
function isChecked(text: string, bytes: number): boolean {
  let number = 0n;
  for (const digit of text) number = number * 58n + BigInt(digits.indexOf(digit));
  const hex = number.toString(16).padStart((bytes + checksumBytes) * 2, '0');
  if (hex.length !== (bytes + checksumBytes) * 2) return false;
  const content = Buffer.from(hex.slice(0, bytes * 2), 'hex');
  const checksum = hash('sha256', hash('sha256', content, 'buffer'), 'hex').slice(0, 8);
  return hex.endsWith(checksum);
}
