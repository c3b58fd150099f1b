/**
 * An ECDSA signature (R and S, 32 bytes each) with the lower of its two possible S: nodes relay no
 * other (BIP146), and either is valid.
 */
export function lowS(signature: Uint8Array): Uint8Array {
  if (signature.length !== 64) {
    throw new Error(`A signature has 64 bytes, and not ${signature.length}.`);
  }
  const s = BigInt(`0x${Buffer.from(signature.subarray(32)).toString('hex')}`);
  if (s <= order / 2n) return signature;
  const low = (order - s).toString(16).padStart(64, '0');
  return Uint8Array.from([...signature.subarray(0, 32), ...Buffer.from(low, 'hex')]);
}

/** How many points secp256k1 has. */
const order = 0xffffffff_ffffffff_ffffffff_fffffffe_baaedce6_af48a03b_bfd25e8c_d0364141n;
