/** Asks each part that the app stands on whether it answers; the failure is the reason, without secrets. */
export type Health = {
  readonly name: string;
  /** Throws when the part cannot be used. */
  check(): Promise<void>;
};
