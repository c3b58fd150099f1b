import { assert } from '../domain/assert.ts';
import { documentNamePattern } from '../ports/documents.ts';

/** Throws on a name that is none of a document: it comes from code, and never from who asks. */
export function assertDocumentName(name: string): void {
  assert(documentNamePattern.test(name), () => `"${name}" is no name of a document`);
}
