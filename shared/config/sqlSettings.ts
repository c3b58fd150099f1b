import {
  type Environment,
  givenOf,
  optional,
  refuseWithout,
  required,
  SettingsError,
  wholeNumber,
} from './environment.ts';
import { isHostName, isLocal } from './hostNames.ts';
import { type Identity, identityOf } from './identity.ts';

/** The SQL database that holds Prosumer Info. */
export type SqlSettings = {
  readonly kind: 'sql';
  readonly server: string;
  readonly port: number;
  readonly database: string;
  readonly access:
    | Identity
    | { readonly kind: 'password'; readonly user: string; readonly password: string };
};

const portDefault = 1433;
const portMax = 65_535;
const databaseNameLengthMax = 128;
const others = ['SQL_DATABASE', 'SQL_PORT', 'SQL_USER', 'SQL_PASSWORD'];

/** Undefined where there is no SQL_SERVER. Throws SettingsError. */
export function sqlSettings(environment: Environment): SqlSettings | undefined {
  const server = optional(environment, 'SQL_SERVER');
  if (server === undefined) {
    refuseWithout(environment, 'SQL_SERVER', others);
    return undefined;
  }
  if (!isHostName(server)) {
    throw new SettingsError(
      'SQL_SERVER must be the name of a host, like SERVER.database.windows.net; a port goes to SQL_PORT.',
    );
  }
  const database = required(environment, 'SQL_DATABASE', 'the database that holds Prosumer Info');
  if (database.length > databaseNameLengthMax) {
    throw new SettingsError(`SQL_DATABASE is longer than ${databaseNameLengthMax} characters.`);
  }
  const hasPort = optional(environment, 'SQL_PORT') !== undefined;
  const port = hasPort ? wholeNumber(environment, 'SQL_PORT', portMax) : portDefault;
  return { kind: 'sql', server, port, database, access: access(environment, server) };
}

function access(environment: Environment, server: string): SqlSettings['access'] {
  if (isLocal(server)) {
    const user = required(environment, 'SQL_USER', 'the login of a server on this machine');
    const password = required(environment, 'SQL_PASSWORD', `the password of SQL_USER`);
    return { kind: 'password', user, password };
  }
  const [given] = givenOf(environment, ['SQL_USER', 'SQL_PASSWORD']);
  if (given === undefined) return identityOf(environment, 'AZURE_CLIENT_ID');
  throw new SettingsError(
    `${given} is accepted for a server on this machine only: elsewhere the app uses its identity.`,
  );
}
