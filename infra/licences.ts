import { readFile, writeFile } from 'node:fs/promises';
import { licencesDocument } from './licences/licencesDocument.ts';
import { type Lock, runtimePackages } from './licences/runtimePackages.ts';

/** Writes docs/licences.md anew: after a change of dependencies. */
const root = new URL('../', import.meta.url);
const lock = JSON.parse(await readFile(new URL('package-lock.json', root), 'utf8')) as Lock;
await writeFile(new URL('docs/licences.md', root), licencesDocument(runtimePackages(lock)));
console.log('docs/licences.md is up to date.');
