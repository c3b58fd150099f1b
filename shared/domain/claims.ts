/** What a token says that is genuine, meant for this app, and valid now. */
export type Claims = {
  readonly issuer: string;
  readonly subject: string;
  /** The texts of the claim that has the roles; none where it is absent or something else. */
  readonly roles: readonly string[];
};

/** Why a token is refused. */
export type TokenFault =
  | 'malformed'
  | 'wrong_algorithm'
  | 'unknown_key'
  | 'wrong_signature'
  | 'wrong_issuer'
  | 'wrong_audience'
  | 'expired'
  | 'not_yet_valid'
  | 'claims_missing';
