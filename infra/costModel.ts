import { writeFile } from 'node:fs/promises';
import { costDocument } from './cost/costDocument.ts';

/** Writes docs/cost.md anew: after a change of stores, operations or prices. */
const document = new URL('../docs/cost.md', import.meta.url);
await writeFile(document, await costDocument());
console.log('docs/cost.md is up to date.');
