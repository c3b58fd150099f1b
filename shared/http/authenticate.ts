import type { Access } from '../domain/access.ts';
import { type Caller, callerOf, everybody, nobody } from '../domain/caller.ts';
import type { TokenFault } from '../domain/claims.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import { clientAddress } from './clientAddress.ts';
import type { EdgeDeps, HttpAnswer, HttpRequestLike } from './edge.ts';
import { problemAnswer } from './respond.ts';
import { rateLimited } from './withinLimits.ts';

/** RFC 6750: the scheme in any case, one blank or more, and a token. */
const bearerPattern = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i;
const challenge = 'Bearer realm="mini-smart-grid"';
/** Names of this machine alone. Without tokens the app answers under no other. */
const ownNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Who sends the request, by its bearer token; or the answer to who sends none that is valid, or sent too
 * many from one address that were not. A failure of the issuer is thrown: it says nothing about the token.
 */
export async function authenticate(
  access: Access,
  { headers, url }: Pick<HttpRequestLike, 'headers' | 'url'>,
  { tokens, limits: { guesses } }: Pick<EdgeDeps, 'tokens' | 'limits'>,
): Promise<Result<Caller, HttpAnswer>> {
  if (access.kind === 'public' && access.of === 'health') return accept(nobody);
  if (tokens.kind === 'closed') return refuse(notConfigured);
  if (access.kind === 'public') return accept(nobody);
  if (tokens.kind === 'open') {
    const { hostname, origin } = new URL(url);
    if (!ownNames.has(hostname)) return refuse(notThisMachine);
    return isOfOtherPage(headers.get('origin'), origin) ? refuse(otherPage) : accept(everybody);
  }
  const header = headers.get('authorization');
  if (header === null) return refuse(absent);
  const [, token] = bearerPattern.exec(header.trim()) ?? [];
  if (token === undefined) return refuse(invalid('malformed'));
  const address = clientAddress(headers);
  const waitSeconds = guesses.waitSeconds(address, token);
  if (waitSeconds !== undefined) return refuse(rateLimited(waitSeconds));
  const claims = await tokens.verify(token);
  if (!claims.ok) {
    guesses.wrong(address);
    return refuse(invalid(claims.refusal));
  }
  guesses.good(token);
  const { issuer, subject, roles } = claims.value;
  const caller = callerOf(`${issuer} ${subject}`, roles);
  return caller.ok ? caller : refuse(invalid(caller.refusal));
}

const notConfigured = problemAnswer({
  code: 'auth_not_configured',
  detail: 'Every request but for health is refused until AUTH_ISSUER and AUTH_AUDIENCE are set.',
});
const notThisMachine = problemAnswer({
  code: 'forbidden',
  detail: 'Without tokens the app answers as localhost and 127.0.0.1 only.',
});
const otherPage = problemAnswer({
  code: 'forbidden',
  detail: 'Without tokens the app does nothing for a page from elsewhere.',
});
const absent = problemAnswer(
  {
    code: 'unauthenticated',
    detail: 'Send a token of the issuer: Authorization: Bearer TOKEN.',
  },
  { 'www-authenticate': challenge },
);

/** A browser says for which page it asks. One from elsewhere may send whatever has no body. */
function isOfOtherPage(page: string | null, ownOrigin: string): boolean {
  return page !== null && page !== ownOrigin;
}

/** Says why, for whoever has a token that is refused must know what to do about it. */
function invalid(fault: TokenFault | 'too_many_roles'): HttpAnswer {
  const detail = reasons[fault];
  return problemAnswer(
    { code: 'unauthenticated', detail },
    { 'www-authenticate': `${challenge}, error="invalid_token", error_description="${detail}"` },
  );
}

const reasons: Readonly<Record<TokenFault | 'too_many_roles', string>> = {
  malformed: 'The Authorization header has no token that can be read.',
  wrong_algorithm: 'The token is not signed in a way that is accepted.',
  unknown_key: 'The key that signed the token is none of the issuer.',
  wrong_signature: 'The signature of the token is wrong.',
  wrong_issuer: 'The token is of another issuer.',
  wrong_audience: 'The token is not meant for this app.',
  expired: 'The token has expired.',
  not_yet_valid: 'The token is not valid yet.',
  claims_missing: 'The token says nothing of its subject, audience, issuer or expiry.',
  too_many_roles: 'The token has more roles than a caller may have.',
};
