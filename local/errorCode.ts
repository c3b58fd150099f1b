/** The code that Node.js gives an error, as `ENOENT`; asked by shape, as realms have their own Error. */
export function errorCodeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
