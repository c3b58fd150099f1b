import type { config } from 'mssql';
import { isLocal } from '../../../config/hostNames.ts';
import type { SqlSettings } from '../../../config/sqlSettings.ts';
import { azureCredential } from '../credential.ts';

/** What the driver may take and wait for. */
export type ConnectionLimits = {
  /** Per worker: an instance of the app needs few, and a small database grants few. */
  readonly connectionsMax: number;
  /** A connection that nobody used for so long is closed: an idle database may then pause. */
  readonly idleMs: number;
  readonly connectMs: number;
  readonly requestMs: number;
  /** How long the server may take to confirm that a request was given up. */
  readonly cancelMs: number;
  /** How long a request waits for one of the connections. */
  readonly acquireMs: number;
};

export const connectionLimits: ConnectionLimits = {
  connectionsMax: 4,
  idleMs: 60_000,
  connectMs: 15_000,
  requestMs: 30_000,
  cancelMs: 5_000,
  acquireMs: 30_000,
};

/**
 * The driver's settings, as an object and never as a connection string: values need no quoting and
 * a password appears in no message. TLS always; a server on this machine may have a certificate of
 * its own making.
 */
export function poolConfig(settings: SqlSettings, limits: ConnectionLimits): config {
  const { server, port, database } = settings;
  return {
    server,
    port,
    database,
    authentication: authentication(settings),
    connectionTimeout: limits.connectMs,
    requestTimeout: limits.requestMs,
    pool: {
      min: 0,
      max: limits.connectionsMax,
      idleTimeoutMillis: limits.idleMs,
      acquireTimeoutMillis: limits.acquireMs,
    },
    // Looks at the socket instead of asking the server, which would be a round trip per request.
    validateConnection: 'socket',
    options: {
      encrypt: true,
      trustServerCertificate: isLocal(server),
      // SET XACT_ABORT ON for each connection: any error ends its transaction.
      abortTransactionOnError: true,
      cancelTimeout: limits.cancelMs,
      enableArithAbort: true,
      appName: 'mini-smart-grid',
    },
  };
}

function authentication({ access }: SqlSettings): NonNullable<config['authentication']> {
  if (access.kind === 'password') {
    return { type: 'default', options: { userName: access.user, password: access.password } };
  }
  // One credential for all connections, so that they share a token instead of each asking for one.
  return { type: 'token-credential', options: { credential: azureCredential(access) } };
}
