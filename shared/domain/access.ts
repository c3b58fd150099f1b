/**
 * Who somebody is to the thing that a request is about: the operator of its mini grid, a gateway for
 * the meters of that, a reader of that, any prosumer of that, or the prosumer itself.
 */
export type Party = 'operator' | 'gateway' | 'reader' | 'member' | 'self';

/**
 * What says whose a request is: the mini grid and the prosumer that its path, query or body names, or
 * the thing that its path names, which is looked up.
 */
export type Place = 'path' | 'query' | 'body' | 'invoice' | 'order' | 'trade' | 'trade ahead';

/** These parties of that place may. Who operates all mini grids always may. */
export type Rule = { readonly may: readonly Party[]; readonly of: Place };

/** Who may send a request. */
export type Access =
  /** Everybody, without a token; where nothing is configured, only what is of `health`. */
  | { readonly kind: 'public'; readonly of: 'health' | 'documentation' }
  /** Who has any role; the answer has only what is within it. */
  | { readonly kind: 'roles' }
  /** Who operates all mini grids. */
  | { readonly kind: 'everywhere' }
  | ({ readonly kind: 'rule' } & Rule)
  /** As it asks for recorded trades or for trades ahead, which are their prosumer's own business. */
  | { readonly kind: 'trades'; readonly recorded: Rule; readonly ahead: Rule };

/** Lets the parties of a place in. */
export function only(of: Place, ...may: readonly Party[]): Access {
  return { kind: 'rule', may, of };
}
