/** Every reason for which an operation may refuse, in one closed list. The edge maps each to a status. */
export const refusalCodes = [
  'grid_not_found',
  'prosumer_not_found',
  'timeframe_not_found',
  'trade_not_found',
  'grid_exists',
  'prosumer_exists',
  'prosumer_erased',
  'personal_data_needed',
  'etag_mismatch',
  'concurrent_change',
  'setting_immutable',
  'setting_inconsistent',
  'timeframe_misaligned',
  'request_in_progress',
  'idempotency_key_reused',
  'cursor_invalid',
  'billing_run_not_found',
  'billing_period_not_over',
  'billing_period_not_settled',
  'billing_period_not_next',
  'invoice_not_found',
  'invoice_paid',
  'payout_not_found',
  'payout_address_not_found',
  'payout_not_signable',
  'payout_not_replaceable',
  'payout_signature_refused',
  'nothing_to_pay',
  'coins_insufficient',
  'coins_too_many',
  'fee_rate_too_low',
  'chain_not_configured',
  'chain_refused',
  'rate_not_configured',
  'rate_stale',
  'rate_unavailable',
  'currency_unknown',
  'account_key_invalid',
  'account_key_missing',
  'address_invalid',
  'ownership_not_proven',
  'challenge_expired',
  'document_not_ready',
  'timeframe_ended',
  'timeframe_started',
  'timeframe_too_far_ahead',
  'price_limit_not_met',
  'ahead_limit_exceeded',
  'order_not_found',
  'order_exists',
  'order_cancelled',
  'orders_too_many',
  'market_without_orders',
  'prosumer_not_active',
  'tariff_not_found',
  'tariff_settled',
  'tariffs_too_many',
  'range_too_long',
  'prosumer_not_in_timeframe',
  'forbidden',
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
