import type { ManifestPayee, PayoutManifest } from '../../shared/domain/payoutManifest.ts';
import { SignerError } from './signerError.ts';

/**
 * Whose address is new, or another than before, by the manifests of earlier payouts, the oldest first;
 * a line for each, in the order of the payout. A proof does not say it: whoever makes the manifest can
 * sign for an address of their own. Throws SignerError where one of them is of another grid.
 */
export function addressChanges(
  { gridId, payees }: Pick<PayoutManifest, 'gridId' | 'payees'>,
  earlier: readonly Pick<PayoutManifest, 'gridId' | 'payees'>[],
): readonly string[] {
  const before = new Map<string, string>();
  for (const manifest of earlier) {
    if (manifest.gridId !== gridId) {
      throw new SignerError(`A manifest of --known is of the grid ${manifest.gridId}.`);
    }
    for (const { prosumerId, address } of manifest.payees) before.set(prosumerId, address);
  }
  return payees.flatMap((payee) => changeOf(payee, before.get(payee.prosumerId)));
}

function changeOf({ prosumerId, address }: ManifestPayee, before: string | undefined) {
  if (before === address) return [];
  const was = before === undefined ? 'was not paid before' : `was paid at ${before}`;
  return [`  ${prosumerId} ${was}, and is now at ${address}`];
}
