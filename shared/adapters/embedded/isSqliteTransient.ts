/**
 * SQLite's result codes for what passes by itself or when an operator makes room: busy, locked,
 * an I/O error, disk full. The low byte of an extended code is its kind.
 */
const passingCodes = new Set([5, 6, 10, 13]);

/** Is this failure of an embedded store one after which the same request may well succeed? */
export function isSqliteTransient(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return false;
  const { errcode } = error;
  return typeof errcode === 'number' && passingCodes.has(errcode & 0xff);
}
