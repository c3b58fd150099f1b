/**
 * Does a text hold what looks like a private key: an extended private key of any kind, WIF, a BIP38
 * key, 32 bytes of hex or the words of a seed? In doubt yes: such a text is neither kept nor shown.
 */
export function looksPrivate(text: string): boolean {
  return patterns.some((pattern) => pattern.test(text));
}

const base58 = '[1-9A-HJ-NP-Za-km-z]';

const patterns: readonly RegExp[] = [
  /[tuvxyz]prv[1-9A-Z]/i,
  new RegExp(`(?<!${base58})(?:[59]${base58}{50}|[KLc]${base58}{51}|6P${base58}{56})(?!${base58})`),
  /^\s*(?:0x)?[0-9a-f]{64}\s*$/i,
  /^\s*(?:[a-z]{3,8}\s+){11,23}[a-z]{3,8}\s*$/i,
];
