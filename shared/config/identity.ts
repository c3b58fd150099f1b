import { type Environment, optional, SettingsError } from './environment.ts';

/** Who the app is to Azure. There is no secret in it. */
export type Identity = {
  readonly kind: 'identity';
  /** The managed identity of the host; elsewhere, whoever is signed in on the machine. */
  readonly isManaged: boolean;
  /** Which of several managed identities; absent: the one that the host itself has. */
  readonly clientId?: string;
};

const guidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The identity that the first of these settings names which is set. Throws SettingsError. */
export function identityOf(environment: Environment, ...names: readonly string[]): Identity {
  // Azure sets it where an app has a managed identity, and nobody else does.
  const isManaged = optional(environment, 'IDENTITY_ENDPOINT') !== undefined;
  const name = names.find((each) => optional(environment, each) !== undefined);
  if (name === undefined) return { kind: 'identity', isManaged };
  const clientId = optional(environment, name) ?? '';
  if (guidPattern.test(clientId)) return { kind: 'identity', isManaged, clientId };
  throw new SettingsError(`${name} is no client id of an identity: it must be a GUID.`);
}
