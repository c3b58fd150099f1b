import {
  AzureCliCredential,
  ManagedIdentityCredential,
  type TokenCredential,
} from '@azure/identity';
import type { Identity } from '../../config/identity.ts';

/**
 * The credential of the app. One of two and no chain of guesses: in Azure a chain would hide why
 * the identity got no token, and on a machine it would ask addresses that are not there.
 */
export function azureCredential({ isManaged, clientId }: Identity): TokenCredential {
  if (!isManaged) return new AzureCliCredential();
  return new ManagedIdentityCredential(clientId === undefined ? {} : { clientId });
}
