/** Bytes as lower-case hex. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

/** The bytes of a hex text. */
export function fromHex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'hex'));
}

/** A hash as it is shown: its bytes reversed, as hex. */
export function shownHash(bytes: Uint8Array): string {
  return hex(bytes.toReversed());
}

/** The bytes of a hash that is shown. */
export function fromShownHash(text: string): Uint8Array {
  return fromHex(text).reverse();
}

/** Are they the same bytes? */
export function isSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
