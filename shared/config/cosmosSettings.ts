import {
  type Environment,
  optional,
  refuseWithout,
  required,
  SettingsError,
} from './environment.ts';
import { isLocal } from './hostNames.ts';
import { type Identity, identityOf } from './identity.ts';

/** The Cosmos DB account that holds Smart Grid Info and Trader Info, in a database each. */
export type CosmosSettings = {
  readonly kind: 'cosmos';
  /** A URL; `http` only for an emulator on this machine. */
  readonly endpoint: string;
  readonly databases: { readonly smartGridInfo: string; readonly traderInfo: string };
  readonly access: Identity | { readonly kind: 'key'; readonly key: string };
};

const databaseNamePattern = /^[^/\\#?\s]{1,255}$/;
const others = ['COSMOS_KEY', 'COSMOS_SMART_GRID_INFO_DATABASE', 'COSMOS_TRADER_INFO_DATABASE'];

/** Undefined where there is no COSMOS_ENDPOINT. Throws SettingsError. */
export function cosmosSettings(environment: Environment): CosmosSettings | undefined {
  const endpoint = optional(environment, 'COSMOS_ENDPOINT');
  if (endpoint === undefined) {
    refuseWithout(environment, 'COSMOS_ENDPOINT', others);
    return undefined;
  }
  return {
    kind: 'cosmos',
    endpoint,
    databases: {
      smartGridInfo: database(environment, 'COSMOS_SMART_GRID_INFO_DATABASE', 'smart-grid-info'),
      traderInfo: database(environment, 'COSMOS_TRADER_INFO_DATABASE', 'trader-info'),
    },
    access: access(environment, endpointUrl(endpoint)),
  };
}

// The endpoint is not quoted: a connection string with its key in it is easily put there.
function endpointUrl(endpoint: string): URL {
  const url = URL.parse(endpoint);
  const isPlain = url !== null && url.username === '' && url.pathname === '/' && url.search === '';
  if (
    isPlain &&
    (url.protocol === 'https:' || (url.protocol === 'http:' && isLocal(url.hostname)))
  ) {
    return url;
  }
  throw new SettingsError(
    'COSMOS_ENDPOINT must be a URL like https://ACCOUNT.documents.azure.com.',
  );
}

function access(environment: Environment, url: URL): CosmosSettings['access'] {
  if (isLocal(url.hostname)) {
    return { kind: 'key', key: required(environment, 'COSMOS_KEY', 'the key of the emulator') };
  }
  if (optional(environment, 'COSMOS_KEY') === undefined) {
    return identityOf(environment, 'AZURE_CLIENT_ID');
  }
  throw new SettingsError(
    'COSMOS_KEY is accepted for an emulator on this machine only: elsewhere the app uses its identity.',
  );
}

function database(environment: Environment, name: string, byDefault: string): string {
  const value = optional(environment, name) ?? byDefault;
  if (databaseNamePattern.test(value)) return value;
  throw new SettingsError(`${name} is "${value}", which is no name of a database.`);
}
