import { hash } from 'node:crypto';

/** SHA-256 of bytes, or of a text in UTF-8, by the platform, in one call without a stream object. */
export function sha256(content: string | Uint8Array): string {
  return hash('sha256', content, 'hex');
}
