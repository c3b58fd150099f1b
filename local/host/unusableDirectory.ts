import { errorCodeOf } from '../errorCode.ts';

/** Says what to do about a directory in which something failed. What it does not know stays as it is. */
export function unusableDirectory(directory: string, cause: unknown): unknown {
  const remedy = remedies[errorCodeOf(cause) ?? ''];
  if (remedy === undefined) return cause;
  return new Error(`The data directory ${directory} cannot be used: ${remedy}`, { cause });
}

const mayNot = 'nothing may be written there. Let this user write to it, or choose another';
/** What to do, by the system's code for what went wrong. */
const remedies: Readonly<Record<string, string>> = {
  EEXIST: 'it is a file. Choose a directory with --data.',
  ENOTDIR: 'there is a file on the way to it. Choose a directory with --data.',
  ENOSPC: 'the disk is full. Make room, and start again.',
  EDQUOT: 'the quota of the disk is used up. Make room, and start again.',
  EROFS: 'the disk is read-only. Mount it for writing, or choose another directory with --data.',
  EACCES: `${mayNot} directory with --data.`,
  EPERM: `${mayNot} directory with --data.`,
};
