import { connectionStringParts } from './connectionString.ts';
import { type Environment, optional, refuseWithout, SettingsError } from './environment.ts';
import { isLocal } from './hostNames.ts';
import { type Identity, identityOf } from './identity.ts';

/** The container of Blob Storage that documents are written to. */
export type BlobSettings = {
  readonly kind: 'blob';
  readonly container: string;
  readonly access:
    | (Identity & { readonly endpoint: string })
    | { readonly kind: 'emulator'; readonly connectionString: string };
};

const containerDefault = 'documents';
const containerPattern = /^(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** Undefined where there is neither BLOB_ENDPOINT nor BLOB_CONNECTION_STRING. Throws SettingsError. */
export function documentSettings(environment: Environment): BlobSettings | undefined {
  const endpoint = optional(environment, 'BLOB_ENDPOINT');
  const connectionString = optional(environment, 'BLOB_CONNECTION_STRING');
  if (endpoint !== undefined && connectionString !== undefined) {
    throw new SettingsError('Only one of BLOB_ENDPOINT and BLOB_CONNECTION_STRING may be set.');
  }
  if (endpoint !== undefined) {
    const access = identityAccess(environment, endpoint);
    return { kind: 'blob', container: containerOf(environment), access };
  }
  if (connectionString !== undefined) {
    const access = emulatorAccess(connectionString);
    return { kind: 'blob', container: containerOf(environment), access };
  }
  refuseWithout(environment, 'BLOB_ENDPOINT', ['DOCUMENTS_CONTAINER']);
  return undefined;
}

function containerOf(environment: Environment): string {
  const container = optional(environment, 'DOCUMENTS_CONTAINER') ?? containerDefault;
  if (containerPattern.test(container)) return container;
  throw new SettingsError(
    `DOCUMENTS_CONTAINER is "${container}", which is no name of a container.`,
  );
}

// The endpoint is not quoted: a URL with a signature in it is easily put there.
function identityAccess(environment: Environment, endpoint: string) {
  const url = URL.parse(endpoint);
  if (url === null || url.href !== `https://${url.host}/`) {
    throw new SettingsError(
      'BLOB_ENDPOINT must be a URL like https://ACCOUNT.blob.core.windows.net.',
    );
  }
  return { ...identityOf(environment, 'AZURE_CLIENT_ID'), endpoint: url.href };
}

/** The key of an emulator is no secret. Any other is refused, and nothing of it is quoted. */
function emulatorAccess(connectionString: string) {
  const parts = connectionStringParts(connectionString);
  const isShort = parts.size === 1 && parts.get('usedevelopmentstorage')?.toLowerCase() === 'true';
  const host = URL.parse(parts.get('blobendpoint') ?? '')?.hostname;
  if (isShort || (host !== undefined && isLocal(host))) {
    return { kind: 'emulator', connectionString } as const;
  }
  throw new SettingsError(
    'BLOB_CONNECTION_STRING is accepted for an emulator only, as UseDevelopmentStorage=true or with a BlobEndpoint on this machine: elsewhere set BLOB_ENDPOINT, and the app uses its identity.',
  );
}
