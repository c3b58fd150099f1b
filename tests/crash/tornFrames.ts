import { readFileSync } from 'node:fs';

const headerBytes = 32;
const frameHeaderBytes = 24;
const saltAt = 16;
const saltBytes = 8;

/**
 * Pages in a write-ahead log of SQLite that were written after its last commit: the beginning of a
 * transaction whose process died in the middle of it. A page belongs to the log while it has its salt;
 * the last page of a commit says how large the database is then. See https://sqlite.org/fileformat2.html#walformat.
 */
export function tornFrames(file: string): number {
  const log = readFileSync(file);
  if (log.length < headerBytes) return 0;
  const frameBytes = frameHeaderBytes + log.readUInt32BE(8);
  const salt = log.subarray(saltAt, saltAt + saltBytes);
  let torn = 0;
  for (let at = headerBytes; at + frameHeaderBytes <= log.length; at += frameBytes) {
    if (!log.subarray(at + 8, at + 8 + saltBytes).equals(salt)) break;
    const isCommit = log.readUInt32BE(at + 4) !== 0;
    torn = isCommit ? 0 : torn + 1;
  }
  return torn;
}
