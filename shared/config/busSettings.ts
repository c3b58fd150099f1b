import { connectionStringParts } from './connectionString.ts';
import { type Environment, optional, refuseWithout, SettingsError } from './environment.ts';
import { isHostName, isLocal } from './hostNames.ts';
import { type Identity, identityOf } from './identity.ts';

/** The Service Bus namespace of the two queues. */
export type ServiceBusSettings = {
  readonly kind: 'serviceBus';
  readonly access:
    | (Identity & { readonly fullyQualifiedNamespace: string })
    | { readonly kind: 'emulator'; readonly connectionString: string };
};

const namespaceSetting = 'SERVICE_BUS__fullyQualifiedNamespace';
const clientIdSetting = 'SERVICE_BUS__clientId';

/**
 * Undefined where the queues are the embedded ones: where BUS says so, whatever else is set, or
 * where no Service Bus is named. Throws SettingsError.
 */
export function serviceBusSettings(environment: Environment): ServiceBusSettings | undefined {
  const bus = optional(environment, 'BUS');
  if (bus === 'embedded') return undefined;
  if (bus !== undefined && bus !== 'serviceBus') {
    throw new SettingsError(`BUS is "${bus}"; it must be embedded or serviceBus.`);
  }
  const connectionString = optional(environment, 'SERVICE_BUS');
  const fullyQualifiedNamespace = optional(environment, namespaceSetting);
  if (connectionString !== undefined && fullyQualifiedNamespace !== undefined) {
    throw new SettingsError(`Only one of SERVICE_BUS and ${namespaceSetting} may be set.`);
  }
  if (fullyQualifiedNamespace !== undefined) {
    return { kind: 'serviceBus', access: identityAccess(environment, fullyQualifiedNamespace) };
  }
  refuseWithout(environment, namespaceSetting, [clientIdSetting]);
  if (connectionString !== undefined) {
    return { kind: 'serviceBus', access: emulatorAccess(connectionString) };
  }
  if (bus === undefined) return undefined;
  throw new SettingsError(
    `BUS is "serviceBus", but neither ${namespaceSetting} nor SERVICE_BUS is set.`,
  );
}

function identityAccess(environment: Environment, fullyQualifiedNamespace: string) {
  if (!isHostName(fullyQualifiedNamespace) || !fullyQualifiedNamespace.includes('.')) {
    throw new SettingsError(
      `${namespaceSetting} must be the name of a host, like NAMESPACE.servicebus.windows.net.`,
    );
  }
  return {
    ...identityOf(environment, clientIdSetting, 'AZURE_CLIENT_ID'),
    fullyQualifiedNamespace,
  };
}

/** The key of an emulator is no secret. Any other is refused, and nothing of it is quoted. */
function emulatorAccess(connectionString: string) {
  const parts = connectionStringParts(connectionString);
  const host = /^sb:\/\/(\[[0-9a-f:]+\]|[^/:]+)(?::\d{1,5})?\/?$/i.exec(
    parts.get('endpoint') ?? '',
  )?.[1];
  if (host === undefined || !parts.has('sharedaccesskeyname') || !parts.has('sharedaccesskey')) {
    throw new SettingsError(
      'SERVICE_BUS must be a connection string with Endpoint=sb://HOST, SharedAccessKeyName and SharedAccessKey.',
    );
  }
  const isEmulator = parts.get('usedevelopmentemulator') === 'true' && !isInAzure(host);
  if (isEmulator || isLocal(host)) return { kind: 'emulator', connectionString } as const;
  throw new SettingsError(
    `SERVICE_BUS is accepted for an emulator only, with UseDevelopmentEmulator=true or on this machine: elsewhere set ${namespaceSetting}, and the app uses its identity.`,
  );
}

/** In every cloud of Azure. The flag of the emulator would send a real key without TLS. */
function isInAzure(host: string): boolean {
  return host.toLowerCase().includes('.servicebus.');
}
