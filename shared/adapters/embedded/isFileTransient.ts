/**
 * The system's codes for a disk that is full, over its quota, failing or read-only, for files that may
 * not be written, and for too many open ones: an operator can make room or mend it.
 */
const passingCodes: ReadonlySet<unknown> = new Set([
  ...['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO', 'EROFS'],
  ...['EACCES', 'EPERM', 'EMFILE', 'ENFILE'],
]);

/** Is this failure of a file or folder one after which the same request may well succeed? */
export function isFileTransient(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  return 'syscall' in error && 'code' in error && passingCodes.has(error.code);
}
