/** Every reason for which an operation may refuse, in one closed list. The edge maps each to a status. */
export const refusalCodes = [
  'grid_not_found',
  'prosumer_not_found',
  'timeframe_not_found',
  'trade_not_found',
  'grid_exists',
  'prosumer_exists',
  'etag_mismatch',
  'concurrent_change',
  'setting_immutable',
  'setting_inconsistent',
  'timeframe_misaligned',
  'request_in_progress',
  'idempotency_key_reused',
  'cursor_invalid',
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/** An expected refusal: what happened, to which thing, and where in the request. */
export type Refusal = {
  readonly code: RefusalCode;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
};

/** `pointer` is an RFC 6901 JSON pointer into the request's body, or the name of a parameter. */
export type FieldError = { readonly pointer: string; readonly detail: string };
