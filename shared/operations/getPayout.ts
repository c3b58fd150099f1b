import { assert } from '../domain/assert.ts';
import type { GridId } from '../domain/ids.ts';
import type { Payee, Payout, PayoutId } from '../domain/payout.ts';
import { newestVersion } from '../domain/payoutVersions.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import type { Page, PageRequest, Versioned } from '../ports/page.ts';
import type { PayeeKey } from '../ports/payoutStore.ts';
import type { Ports } from '../ports/ports.ts';
import { gridNotFound } from './getGrid.ts';
import { manifestDocumentOf } from './payoutDocuments.ts';

/** A payout of a grid, with its tag. */
export async function getPayout(
  { payouts }: Pick<Ports, 'payouts'>,
  gridId: GridId,
  payoutId: PayoutId,
): Promise<Result<Versioned<Payout>, Refusal>> {
  const stored = await payouts.get(payoutId);
  if (stored?.value.gridId === gridId) return accept(stored);
  const detail = `The grid ${gridId} has no payout ${payoutId}.`;
  return refuse({ code: 'payout_not_found', detail });
}

/** Payouts of a grid in order of their making. */
export async function listPayouts(
  { grids, payouts }: Pick<Ports, 'grids' | 'payouts'>,
  gridId: GridId,
  page: PageRequest<PayoutId>,
): Promise<Result<Page<Versioned<Payout>, PayoutId>, Refusal>> {
  if ((await grids.get(gridId)) === undefined) return refuse(gridNotFound(gridId));
  return accept(await payouts.list(gridId, page));
}

/** What final runs of a grid owe prosumers, by period and prosumer ascending. */
export async function listPayees(
  { grids, payouts }: Pick<Ports, 'grids' | 'payouts'>,
  gridId: GridId,
  page: PageRequest<PayeeKey>,
): Promise<Result<Page<Payee, PayeeKey>, Refusal>> {
  if ((await grids.get(gridId)) === undefined) return refuse(gridNotFound(gridId));
  return accept(await payouts.listPayees(gridId, page));
}

/** What goes to the signer: the PSBT of a payout's last version, or the manifest beside it. */
export async function getPayoutDocument(
  ports: Pick<Ports, 'payouts' | 'documents'>,
  gridId: GridId,
  payoutId: PayoutId,
  kind: 'psbt' | 'manifest',
): Promise<Result<string, Refusal>> {
  const found = await getPayout(ports, gridId, payoutId);
  if (!found.ok) return found;
  const { psbtDocument } = newestVersion(found.value.value);
  const name = kind === 'psbt' ? psbtDocument : manifestDocumentOf(psbtDocument);
  const content = await ports.documents.get(name);
  // Documents are written before the payout that names them: one without the other cannot be.
  assert(content !== undefined, `the document ${name} of a payout is there`);
  return accept(content);
}
