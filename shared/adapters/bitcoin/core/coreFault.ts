/** What the node says when it refuses a request. */
export type CoreFault = { readonly code: number; readonly message: string };

/** The codes of Bitcoin Core's protocol.h that mean something to the app. */
export const faultCodes = {
  /** A wallet that cannot do this now, for one because it is being scanned. */
  isWalletBusy: -4,
  isNotFound: -5,
  hasNoWallet: -18,
  cannotBeRead: -22,
  isMissingInputs: -25,
  isRejected: -26,
  isInChainAlready: -27,
  isWarmingUp: -28,
  isLoadedAlready: -35,
};

/** The node refused a request. */
export class CoreRpcError extends Error {
  override readonly name = 'CoreRpcError';
  readonly code: number;
  /** The node's own words. */
  readonly reason: string;

  constructor(method: string, fault: CoreFault = { code: 0, message: 'there is no answer' }) {
    super(`${method} was refused by the node: ${fault.message} (${fault.code})`);
    this.code = fault.code;
    this.reason = fault.message;
  }
}

/** Did the node refuse a request for one of these reasons? */
export function isFault(error: unknown, ...codes: readonly number[]): error is CoreRpcError {
  return error instanceof CoreRpcError && codes.includes(error.code);
}
