import { randomUUID } from 'node:crypto';
import { access, link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DocumentConflictError, type Documents } from '../../ports/documents.ts';
import type { Health } from '../../ports/health.ts';
import { assertDocumentName } from '../documentName.ts';

/** Documents as files of a folder. */
export type DocumentFiles = {
  readonly documents: Documents;
  readonly health: Health;
};

/**
 * Documents in the folder `documents` of a data directory, a file each. A document is written to a
 * file beside it first and then linked to its name, which takes it only where it is free: whatever
 * crashes or runs at the same time, a name has all of a content or none, and keeps what it has.
 */
export function openDocumentFiles(dataDirectory: string): DocumentFiles {
  const folder = resolve(dataDirectory, 'documents');
  return {
    documents: {
      async put(name, content) {
        const file = fileOf(folder, name);
        await mkdir(dirname(file), { recursive: true });
        const isNew = await createWhole(file, content);
        if (isNew || (await readFile(file, 'utf8')) === content) return syncFolders(folder, file);
        throw new DocumentConflictError(`The document ${name} is there with other content.`);
      },
      async get(name) {
        return unlessMissing(readFile(fileOf(folder, name), 'utf8'));
      },
    },
    health: {
      name: 'documents',
      async check() {
        await mkdir(folder, { recursive: true });
        await access(folder);
      },
    },
  };
}

/** No part of a name begins with a dot, so that what a crash left behind is no document. */
const unfinishedPrefix = '.unfinished-';

function fileOf(folder: string, name: string): string {
  assertDocumentName(name);
  return join(folder, ...name.split('/'));
}

/** Creates a file that has its whole content from its first moment on. False where there is one. */
async function createWhole(file: string, content: string): Promise<boolean> {
  const unfinished = join(dirname(file), `${unfinishedPrefix}${randomUUID()}`);
  try {
    const handle = await open(unfinished, 'wx');
    try {
      await handle.writeFile(content, 'utf8');
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(unfinished, file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** Makes names durable: that of the file, and those of the folders that were made for it. */
async function syncFolders(folder: string, file: string): Promise<void> {
  // Windows does not open folders, and keeps names by itself.
  if (process.platform === 'win32') return;
  const top = dirname(folder);
  for (let each = dirname(file); each.length >= top.length; each = dirname(each)) {
    const handle = await open(each, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (each === top) return;
  }
}

/** There is no such file, or the name is that of a folder, or leads through a file. */
const missingCodes = new Set<unknown>(['ENOENT', 'EISDIR', 'ENOTDIR']);

async function unlessMissing<Value>(read: Promise<Value>): Promise<Value | undefined> {
  try {
    return await read;
  } catch (error) {
    if (missingCodes.has(codeOf(error))) return undefined;
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
