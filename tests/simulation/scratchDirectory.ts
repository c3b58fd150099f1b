import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';

const memory = '/dev/shm';

/** Where simulations have their files: in memory, where the system has a folder for that. */
export const scratchDirectory = isWritable(memory) ? memory : tmpdir();

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
