/** Bytes as lower-case hex. */
export function hex(bytes: Uint8Array): string {
  return view(bytes).toString('hex');
}

/** The bytes of a hex text. */
export function fromHex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'hex'));
}

/** The bytes of a base64 text as RFC 4648 has it, with its padding; undefined of any other. */
export function fromBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? Uint8Array.from(bytes) : undefined;
}

/** Are they the same bytes? */
export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return view(a).equals(b);
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
