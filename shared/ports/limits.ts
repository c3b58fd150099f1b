/**
 * How much one instance takes on. What it knows is its own: where N instances run, a caller may do N
 * times as much.
 */
export type Limits = {
  /**
   * Lets a request in, and gives what is called once it is answered; undefined where as many as may
   * be are under way.
   */
  enter(): (() => void) | undefined;
  /**
   * Takes what a request costs from what its caller may ask for. Where it may not ask for as much now,
   * takes nothing and gives the seconds until it may.
   */
  spend(callerId: string, cost: number): number | undefined;
  readonly guesses: Guesses;
};

/** Tokens that turned out to be none of the issuer, by the address that they came from. */
export type Guesses = {
  /** Seconds until an address may try this token; undefined where it may now. */
  waitSeconds(address: string, token: string): number | undefined;
  /** Remembers a token that was good: it may be tried from wherever others guess. */
  good(token: string): void;
  wrong(address: string): void;
};
