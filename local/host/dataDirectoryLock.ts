import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCodeOf } from '../errorCode.ts';
import { unusableDirectory } from './unusableDirectory.ts';

/** Another process, or this one, already uses the data directory. */
export class DataDirectoryInUseError extends Error {
  override readonly name = 'DataDirectoryInUseError';
}

const heldHere = new Set<string>();
const ATTEMPTS_MAX = 5;
const CONTENT_WAIT_MS = 20;

/**
 * Makes the directory where it is not there and takes it for this process; answers how to let go.
 * The lock of a process that was killed is taken over. Throws DataDirectoryInUseError otherwise, and
 * says what to do where nothing can be written there.
 */
export function lockDataDirectory(directory: string): () => void {
  try {
    return lock(directory);
  } catch (error) {
    throw unusableDirectory(directory, error);
  }
}

function lock(directory: string): () => void {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'host.lock');
  if (heldHere.has(file)) throw inUse(directory, process.pid);
  const mine = JSON.stringify({ pid: process.pid, started: startOf(process.pid) });
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    if (createIfAbsent(file, mine)) {
      heldHere.add(file);
      return () => {
        if (heldHere.delete(file)) rmSync(file, { force: true });
      };
    }
    const holder = readIfThere(file);
    if (holder === undefined) continue;
    if (holder === '' && attempt < ATTEMPTS_MAX - 1) {
      waitForContent();
      continue;
    }
    const pid = livingHolder(holder);
    if (pid !== undefined) throw inUse(directory, pid);
    removeStale(file, holder);
  }
  throw new DataDirectoryInUseError(`The data directory ${directory} is being taken by others.`);
}

/** A lock without content is one that is being written, or whose writer died in between. */
function waitForContent(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, CONTENT_WAIT_MS);
}

function inUse(directory: string, pid: number): DataDirectoryInUseError {
  return new DataDirectoryInUseError(
    `The data directory ${directory} is in use by process ${pid}. Stop it, or choose another directory with --data.`,
  );
}

/** The holder's process id while it lives. One that only has the same number is not the holder. */
function livingHolder(content: string): number | undefined {
  const { pid, started } = parseHolder(content);
  if (pid === undefined || pid === process.pid || !isAlive(pid)) return undefined;
  const now = startOf(pid);
  return started !== undefined && now !== undefined && started !== now ? undefined : pid;
}

function parseHolder(content: string): { pid?: number; started?: string } {
  const match = /^\{"pid":(\d+)(?:,"started":"(\d+)")?\}$/.exec(content);
  const [, pid, started] = match ?? [];
  return { ...(pid && { pid: Number(pid) }), ...(started && { started }) };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, but belongs to another user.
    return errorCodeOf(error) === 'EPERM';
  }
}

/** When the process began, in the kernel's own count; undefined where the system does not tell. */
function startOf(pid: number): string | undefined {
  const stat = process.platform === 'linux' ? readIfThere(`/proc/${pid}/stat`) : undefined;
  // The name, second, is in parentheses and may hold spaces; the start is field 22 of all.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

/** Moves the stale lock aside first: if it is another one by now, two are taking over at once. */
function removeStale(file: string, content: string): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return;
    throw error;
  }
  const moved = readIfThere(aside);
  if (moved !== undefined && moved !== content) createIfAbsent(file, moved);
  rmSync(aside, { force: true });
}

function createIfAbsent(file: string, content: string): boolean {
  try {
    writeFileSync(file, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if (errorCodeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT' || errorCodeOf(error) === 'ESRCH') return undefined;
    throw error;
  }
}
