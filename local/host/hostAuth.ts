import { openTokenIssuer, type TokenIssuer } from './tokenIssuer.ts';

type Environment = Record<string, string | undefined>;

const issuerSettings = ['AUTH_ISSUER', 'AUTH_AUDIENCE', 'AUTH_ROLES_CLAIM'];
/** Settings that only Azure makes. */
const azureSettings = ['WEBSITE_INSTANCE_ID', 'WEBSITE_SITE_NAME'];

/**
 * Decides who may use the app: who has a token of an issuer of this host, where that is asked for; else
 * whom the settings name; else everybody on this machine, which is all that can reach the host.
 */
export async function prepareAuth(
  environment: Environment,
  dataDirectory: string,
  issuesTokens: boolean,
): Promise<TokenIssuer | undefined> {
  const isSet = (name: string) => (environment[name] ?? '') !== '';
  const given = issuerSettings.find(isSet);
  if (!issuesTokens) {
    if (given === undefined && !isSet('AUTH')) environment['AUTH'] = 'none';
    return undefined;
  }
  if (given !== undefined) {
    throw new Error(`With --auth the host issues the tokens itself, but ${given} is set too.`);
  }
  if (azureSettings.some(isSet)) throw new Error('--auth is for a machine of one’s own.');
  // Where a file of settings says that none are asked for, the command line knows better.
  environment['AUTH'] = '';
  // Whoever gets tokens here is the one who runs the app.
  environment['RATE_LIMIT_PER_MINUTE'] ??= '0';
  return openTokenIssuer(dataDirectory);
}

/** Who may use the app, in a line for whoever started it; undefined where the settings say it. */
export function describeAuth(
  environment: Environment,
  url: string,
  issuesTokens: boolean,
): string | undefined {
  if (issuesTokens) {
    return `Tokens are asked for: POST ${url}/admin/tokens { "subject": "me", "roles": ["operator"] } issues one.`;
  }
  return environment['AUTH'] === 'none'
    ? 'No tokens are asked for: everybody on this machine may do everything. --auth asks for them.'
    : undefined;
}
