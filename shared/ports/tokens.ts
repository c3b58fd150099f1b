import type { Claims, TokenFault } from '../domain/claims.ts';
import type { Result } from '../domain/result.ts';

/** Who says who a caller is. */
export type Tokens =
  /**
   * An issuer. `verify` throws TokensUnavailableError where its keys cannot be had, which says
   * nothing about the token.
   */
  | { readonly kind: 'issuer'; verify(token: string): Promise<Result<Claims, TokenFault>> }
  /** Nobody: no tokens are asked for, and everybody may do everything. */
  | { readonly kind: 'open' }
  /** Nobody, and so nobody may do anything. */
  | { readonly kind: 'closed' };

/** The keys of the issuer cannot be had now. It passes: the same request may succeed later. */
export class TokensUnavailableError extends Error {
  override readonly name = 'TokensUnavailableError';
}
