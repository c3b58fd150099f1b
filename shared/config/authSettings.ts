import {
  type Environment,
  optional,
  refuseWithout,
  required,
  SettingsError,
} from './environment.ts';
import { isPrivateEnough } from './serviceUrl.ts';

/** Who issues the tokens of callers. */
export type AuthSettings = IssuerSettings | { readonly kind: 'open' } | { readonly kind: 'closed' };

/** An issuer of OpenID Connect, such as a tenant of Microsoft Entra ID. */
export type IssuerSettings = {
  readonly kind: 'issuer';
  /** Exactly as its tokens have it. */
  readonly issuer: string;
  /** What tokens for this app have as their audience. */
  readonly audience: string;
  /** The claim with the roles of the caller. */
  readonly rolesClaim: string;
};

const rolesClaimDefault = 'roles';
const rolesClaimPattern = /^[\x21-\x7e]{1,200}$/;
const audiencePattern = /^[\x21-\x7e]{1,500}$/;
const issuerSettings = ['AUTH_ISSUER', 'AUTH_AUDIENCE', 'AUTH_ROLES_CLAIM'];

/**
 * `closed` where nothing is set: then every request but for health is refused. `open` where AUTH is
 * `none`; whether that may be is for `refuseOpen` to say. Throws SettingsError.
 */
export function authSettings(environment: Environment): AuthSettings {
  const auth = optional(environment, 'AUTH');
  if (auth !== undefined && auth !== 'none') {
    throw new SettingsError('AUTH can only be "none", or not be set.');
  }
  const issuer = optional(environment, 'AUTH_ISSUER');
  if (auth === 'none') {
    const given = issuerSettings.find((name) => optional(environment, name) !== undefined);
    if (given === undefined) return { kind: 'open' };
    throw new SettingsError(`Only one of AUTH and ${given} may be set.`);
  }
  if (issuer === undefined) {
    refuseWithout(environment, 'AUTH_ISSUER', issuerSettings);
    return { kind: 'closed' };
  }
  return {
    kind: 'issuer',
    issuer: issuerOf(issuer),
    audience: audienceOf(environment),
    rolesClaim: rolesClaimOf(environment),
  };
}

/** Does nothing say yet, or nothing that can be read, who may use the app? */
export function isAuthClosed(environment: Environment): boolean {
  try {
    return authSettings(environment).kind === 'closed';
  } catch {
    // What is wrong is told by readiness, and where the settings are read.
    return true;
  }
}

/** Settings that only Azure makes, in every app that runs there. */
const azureSettings = ['WEBSITE_INSTANCE_ID', 'WEBSITE_SITE_NAME', 'IDENTITY_ENDPOINT'];

/**
 * Refuses AUTH=none where the app runs in Azure, or stores anything there: it is for a machine of one's
 * own. Throws SettingsError.
 */
export function refuseOpen(
  { kind }: AuthSettings,
  environment: Environment,
  isAllLocal: boolean,
): void {
  if (kind !== 'open') return;
  const inAzure = azureSettings.some((name) => optional(environment, name) !== undefined);
  if (isAllLocal && !inAzure) return;
  throw new SettingsError(
    'AUTH is "none", which is accepted only on a machine of one’s own, with embedded stores or emulators. Set AUTH_ISSUER and AUTH_AUDIENCE instead.',
  );
}

/** Taken as it stands, for tokens must have the same: a slash at the end is part of it. */
function issuerOf(text: string): string {
  const url = URL.parse(text);
  const isBase =
    url !== null && [url.username, url.password, url.search, url.hash].every((part) => part === '');
  if (isBase && isPrivateEnough(url) && !/[?#\s]/.test(text)) return text;
  throw new SettingsError(
    'AUTH_ISSUER must be a URL like https://login.microsoftonline.com/TENANT/v2.0; http is for this machine only.',
  );
}

function audienceOf(environment: Environment): string {
  const meaning = 'what tokens for this app have as their audience, such as its client id';
  const audience = required(environment, 'AUTH_AUDIENCE', meaning);
  if (audiencePattern.test(audience)) return audience;
  throw new SettingsError('AUTH_AUDIENCE must be up to 500 characters without blanks.');
}

function rolesClaimOf(environment: Environment): string {
  const claim = optional(environment, 'AUTH_ROLES_CLAIM') ?? rolesClaimDefault;
  if (rolesClaimPattern.test(claim)) return claim;
  throw new SettingsError('AUTH_ROLES_CLAIM must be the name of a claim, such as roles.');
}
