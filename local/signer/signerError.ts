/** Why the signer does not sign, in words for whoever holds the keys. Nothing was signed then. */
export class SignerError extends Error {
  override readonly name = 'SignerError';
}

/** The command line is wrong. */
export class SignerUsageError extends SignerError {}
