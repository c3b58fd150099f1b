import { DatabaseFileError } from './database.ts';

/**
 * SQLite's result codes for what passes by itself, or when an operator makes room or mends the disk:
 * not permitted, busy, locked, read-only, an I/O error, corrupt, disk full, cannot open, no database.
 * The low byte of an extended code is its kind.
 */
const passingCodes = new Set([3, 5, 6, 8, 10, 11, 13, 14, 26]);

/**
 * Is this failure of an embedded store one after which the same request may well succeed, without
 * another program?
 */
export function isSqliteTransient(error: unknown): boolean {
  if (error instanceof DatabaseFileError) return true;
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return false;
  const { errcode } = error;
  return typeof errcode === 'number' && passingCodes.has(errcode & 0xff);
}
