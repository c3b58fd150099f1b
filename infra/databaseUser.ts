const guidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const identityNamePattern = /^[A-Za-z0-9][A-Za-z0-9_-]{2,127}$/;

/** The role that the migrations make: what the app may do. */
export const appRole = 'miniSmartGridApp';

/**
 * The sid of a database user for an identity: the bytes of its client id as SQL Server orders them,
 * the first three groups from the end. With it a user is made without asking Microsoft Entra, which
 * an administrator that is a service principal may not do. Throws RangeError for no GUID.
 */
export function sidOf(clientId: string): string {
  if (!guidPattern.test(clientId)) throw new RangeError(`"${clientId}" is no client id.`);
  const [first = '', second = '', third = '', ...rest] = clientId.toUpperCase().split('-');
  return `0x${[first, second, third].map(reversedBytes).join('')}${rest.join('')}`;
}

/**
 * T-SQL that makes the database user of an identity a member of the app's role, and of nothing else.
 * A repeat changes nothing; a user of that name that stands for another identity is replaced.
 */
export function databaseUserScript(identityName: string, clientId: string): string {
  if (!identityNamePattern.test(identityName)) {
    throw new RangeError(`"${identityName}" is no name of an identity.`);
  }
  const sid = sidOf(clientId);
  return `
IF EXISTS (SELECT 1 FROM sys.database_principals WHERE name = '${identityName}' AND sid <> ${sid})
  DROP USER [${identityName}];
IF NOT EXISTS (SELECT 1 FROM sys.database_principals WHERE name = '${identityName}')
  CREATE USER [${identityName}] WITH SID = ${sid}, TYPE = E;
ALTER ROLE ${appRole} ADD MEMBER [${identityName}];`;
}

function reversedBytes(hex: string): string {
  return (hex.match(/../g) ?? []).reverse().join('');
}
