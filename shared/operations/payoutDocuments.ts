import { assert } from '../domain/assert.ts';
import type { GridId } from '../domain/ids.ts';
import type { PayoutId } from '../domain/payout.ts';
import type { PayoutManifest } from '../domain/payoutManifest.ts';
import { DocumentConflictError } from '../ports/documents.ts';
import type { Ports } from '../ports/ports.ts';

/** How many pairs of documents one payout can have: one per version, and one per crash at building. */
const documentsMax = 100;
const psbtEnding = '.psbt';
const manifestEnding = '.manifest.json';

/**
 * Writes the PSBT of a version and its manifest under the first number that is free, or that has
 * the same content from an attempt that did not come to its end. Answers the name of the PSBT.
 */
export async function putPayoutDocuments(
  { documents }: Pick<Ports, 'documents'>,
  { gridId, payoutId }: { readonly gridId: GridId; readonly payoutId: PayoutId },
  { psbt, manifest }: { readonly psbt: string; readonly manifest: PayoutManifest },
): Promise<string> {
  const json = `${JSON.stringify(manifest, undefined, 2)}\n`;
  for (let number = 1; number <= documentsMax; number += 1) {
    const name = `payouts/${gridId}/${payoutId}.${number}${psbtEnding}`;
    // The manifest first: whoever finds a PSBT finds what to check it with.
    const isManifestPut = await isPut(() =>
      documents.put(manifestDocumentOf(name), json, 'application/json'),
    );
    if (isManifestPut && (await isPut(() => documents.put(name, psbt, 'text/plain')))) return name;
  }
  throw new Error(`payout ${payoutId} has ${documentsMax} documents already`);
}

/** The manifest that a payout's PSBT was sent out with. */
export async function readManifest(
  { documents }: Pick<Ports, 'documents'>,
  psbtDocument: string,
): Promise<PayoutManifest> {
  const name = manifestDocumentOf(psbtDocument);
  const content = await documents.get(name);
  assert(content !== undefined, `the document ${name} of a payout is there`);
  return JSON.parse(content) as PayoutManifest;
}

/** The name of the manifest that belongs to a PSBT. */
export function manifestDocumentOf(psbtDocument: string): string {
  return `${psbtDocument.slice(0, -psbtEnding.length)}${manifestEnding}`;
}

async function isPut(put: () => Promise<void>): Promise<boolean> {
  try {
    await put();
    return true;
  } catch (error) {
    if (error instanceof DocumentConflictError) return false;
    throw error;
  }
}
