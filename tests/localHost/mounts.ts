import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const mounted: string[] = [];

/** May this process mount file systems? Only root on Linux, and there not in every container. */
export function canMount(): boolean {
  try {
    mountSmallDisk(64);
    return true;
  } catch {
    return false;
  } finally {
    unmountAll();
  }
}

/** A disk in memory of so many KiB; answers where it is. */
export function mountSmallDisk(kib: number): string {
  const place = mkdtempSync(join(tmpdir(), 'small-disk-'));
  mkdirSync(place, { recursive: true });
  run('mount', '-t', 'tmpfs', '-o', `size=${kib}k`, 'tmpfs', place);
  mounted.push(place);
  return place;
}

/** Makes a disk read-only, or writable again. */
export function remount(place: string, mode: 'ro' | 'rw'): void {
  run('mount', '-o', `remount,${mode}`, place);
}

/** For `afterAll`. */
export function unmountAll(): void {
  for (const place of mounted.splice(0)) {
    run('umount', '--lazy', place);
    rmSync(place, { recursive: true });
  }
}

function run(program: string, ...args: readonly string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'ignore'] });
}
