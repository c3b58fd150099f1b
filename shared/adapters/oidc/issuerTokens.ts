import * as jose from 'jose';
import type { IssuerSettings } from '../../config/authSettings.ts';
import type { Claims, TokenFault } from '../../domain/claims.ts';
import { accept, type Result, refuse } from '../../domain/result.ts';
import type { Health } from '../../ports/health.ts';
import type { Tokens } from '../../ports/tokens.ts';
import { type IssuerKeys, issuerKeys, type KeyLimits, type KeySet } from './issuerKeys.ts';

/** Signatures of a key pair only: with a shared secret, a public key would be one. */
const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'];
/** How far clocks of issuers and of the app may be apart. */
const toleranceSeconds = 60;
const tokenLengthMax = 12_000;
const subjectLengthMax = 500;

type Options = { readonly nowMs?: () => number; readonly limits?: Partial<KeyLimits> };

/**
 * Verifies tokens of an issuer of OpenID Connect: JWTs that it signed, for this audience, and that are
 * valid by the clock of the system, whatever that of the app is. The issuer is asked at the first token.
 */
export function issuerTokens(
  settings: Omit<IssuerSettings, 'kind'>,
  { nowMs = Date.now, limits = {} }: Options = {},
): Extract<Tokens, { readonly kind: 'issuer' }> & { readonly health: Health } {
  const { issuer } = settings;
  const keys = issuerKeys({ issuer, keyOf, nowMs }, limits);
  return {
    kind: 'issuer',
    async verify(token) {
      if (token.length > tokenLengthMax) return refuse('malformed');
      const payload = await payloadOf(keys, token, settings, new Date(nowMs()));
      return payload.ok ? claimsOf(payload.value, settings) : payload;
    },
    health: {
      name: 'tokens',
      check: async () => {
        await keys.current();
      },
    },
  };
}

function keyOf(keySet: Readonly<Record<string, unknown>>): jose.JWTVerifyGetKey {
  const { keys } = keySet;
  if (!Array.isArray(keys)) throw new Error('there are no keys in it');
  return jose.createLocalJWKSet({ keys });
}

async function payloadOf(
  keys: IssuerKeys,
  token: string,
  settings: Omit<IssuerSettings, 'kind'>,
  now: Date,
): Promise<Result<jose.JWTPayload, TokenFault>> {
  // Before the issuer is asked for anything: what is no token at all needs no keys.
  const header = headerFault(token);
  if (header !== undefined) return refuse(header);
  const known = await keys.current();
  const first = await payloadBy(known, token, settings, now);
  if (first.ok || first.refusal !== 'unknown_key') return first;
  const newer = await keys.newer(known);
  return newer === undefined ? first : payloadBy(newer, token, settings, now);
}

function headerFault(token: string): TokenFault | undefined {
  try {
    const { alg } = jose.decodeProtectedHeader(token);
    return alg !== undefined && algorithms.includes(alg) ? undefined : 'wrong_algorithm';
  } catch {
    return 'malformed';
  }
}

async function payloadBy(
  { keyOf: find }: KeySet,
  token: string,
  { issuer, audience }: Omit<IssuerSettings, 'kind'>,
  currentDate: Date,
): Promise<Result<jose.JWTPayload, TokenFault>> {
  try {
    const { payload } = await jose.jwtVerify(token, find, {
      issuer,
      audience,
      algorithms,
      currentDate,
      clockTolerance: toleranceSeconds,
      requiredClaims: ['iss', 'aud', 'sub', 'exp'],
    });
    return accept(payload);
  } catch (error) {
    return refuse(faultOf(error));
  }
}

/** What the library says, in words of the app. Anything else is a mistake, and thrown on. */
function faultOf(error: unknown): TokenFault {
  if (error instanceof jose.errors.JWTExpired) return 'expired';
  if (error instanceof jose.errors.JWTClaimValidationFailed) {
    return error.reason === 'missing'
      ? 'claims_missing'
      : (claimFaults[error.claim] ?? 'malformed');
  }
  if (error instanceof jose.errors.JWSSignatureVerificationFailed) return 'wrong_signature';
  if (error instanceof jose.errors.JWKSNoMatchingKey) return 'unknown_key';
  // Of several that a token without a key id may be signed by, none is guessed at.
  if (error instanceof jose.errors.JWKSMultipleMatchingKeys) return 'unknown_key';
  if (error instanceof jose.errors.JOSEAlgNotAllowed) return 'wrong_algorithm';
  if (error instanceof jose.errors.JOSEError) return 'malformed';
  throw error;
}

const claimFaults: Readonly<Record<string, TokenFault>> = {
  iss: 'wrong_issuer',
  aud: 'wrong_audience',
  nbf: 'not_yet_valid',
};

function claimsOf(
  payload: jose.JWTPayload,
  { issuer, rolesClaim }: Omit<IssuerSettings, 'kind'>,
): Result<Claims, TokenFault> {
  const { sub: subject } = payload;
  if (typeof subject !== 'string' || subject === '' || subject.length > subjectLengthMax) {
    return refuse('claims_missing');
  }
  const roles = Object.hasOwn(payload, rolesClaim) ? payload[rolesClaim] : undefined;
  return accept({ issuer, subject, roles: textsOf(roles) });
}

/** A list of texts, or one text of words with blanks between them, as `scope` has it. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split(' ').filter((word) => word !== '');
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
