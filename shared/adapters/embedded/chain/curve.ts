import { hex } from './bytes.ts';

/** The order of secp256k1, as hex. */
const order = 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141';

/** Is this number of 32 bytes one of the curve's scalars? The library throws on others. */
export function isBelowOrder(number: Uint8Array): boolean {
  return hex(number) < order;
}
