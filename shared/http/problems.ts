import type { RefusalCode } from '../domain/refusal.ts';

type Kind = {
  readonly status: number;
  readonly title: string;
  /** Would the same request be refused again, whatever happens meanwhile? Then its answer is kept. */
  readonly isFinal?: true;
  /** When the same request may well succeed, where that is known to come by itself. */
  readonly retryAfterSeconds?: number;
};

const refusals = {
  grid_not_found: { status: 404, title: 'No such mini grid' },
  prosumer_not_found: { status: 404, title: 'No such prosumer' },
  timeframe_not_found: { status: 404, title: 'No such closed timeframe' },
  trade_not_found: { status: 404, title: 'No such trade' },
  grid_exists: { status: 409, title: 'The mini grid exists', isFinal: true },
  prosumer_exists: { status: 409, title: 'The prosumer exists', isFinal: true },
  prosumer_erased: { status: 409, title: 'The personal data is erased', isFinal: true },
  personal_data_needed: { status: 409, title: 'The personal data is still needed' },
  etag_mismatch: { status: 412, title: 'Changed since it was read' },
  concurrent_change: { status: 409, title: 'Changed at the same time', retryAfterSeconds: 1 },
  setting_immutable: { status: 409, title: 'The setting can no longer change' },
  setting_inconsistent: { status: 400, title: 'The settings contradict each other', isFinal: true },
  timeframe_misaligned: { status: 400, title: 'Not the start of a timeframe' },
  request_in_progress: { status: 409, title: 'The request is in progress' },
  idempotency_key_reused: { status: 409, title: 'The Idempotency-Key belongs to another request' },
  cursor_invalid: { status: 400, title: 'The cursor is none of this list' },
  billing_run_not_found: { status: 404, title: 'No such final billing run' },
  billing_period_not_over: { status: 409, title: 'The billing period is not over' },
  billing_period_not_settled: { status: 409, title: 'The billing period is not settled' },
  billing_period_not_next: { status: 409, title: 'Another billing period comes first' },
  invoice_not_found: { status: 404, title: 'No such invoice' },
  invoice_paid: { status: 409, title: 'The invoice is paid' },
  payout_not_found: { status: 404, title: 'No such payout' },
  payout_address_not_found: { status: 404, title: 'The prosumer has no payout address' },
  payout_not_signable: { status: 409, title: 'The payout no longer takes a signature' },
  payout_not_replaceable: { status: 409, title: 'The payout can no longer be replaced' },
  payout_signature_refused: { status: 422, title: 'Not the payout that was sent out, signed' },
  nothing_to_pay: { status: 409, title: 'Nothing to pay out' },
  coins_insufficient: { status: 409, title: 'Too few coins' },
  coins_too_many: { status: 409, title: 'The coins are too small for one transaction' },
  fee_rate_too_low: { status: 409, title: 'The fee rate is too low' },
  chain_not_configured: { status: 503, title: 'No bitcoin chain is configured' },
  chain_refused: { status: 409, title: 'The bitcoin network refused the transaction' },
  rate_not_configured: { status: 409, title: 'No source of exchange rates is configured' },
  rate_stale: { status: 503, title: 'The exchange rate is stale', retryAfterSeconds: 60 },
  rate_unavailable: {
    status: 503,
    title: 'The exchange rate is unavailable',
    retryAfterSeconds: 60,
  },
  currency_unknown: { status: 400, title: 'No rate for this currency' },
  account_key_invalid: { status: 400, title: 'Not an account key', isFinal: true },
  account_key_missing: { status: 409, title: 'The mini grid has no account key' },
  address_invalid: { status: 400, title: 'Not an address of this network', isFinal: true },
  ownership_not_proven: { status: 400, title: 'The signature does not prove ownership' },
  challenge_expired: { status: 409, title: 'The challenge has expired' },
  document_not_ready: { status: 409, title: 'The document is not written yet' },
  timeframe_ended: { status: 409, title: 'The timeframe has ended' },
  timeframe_started: { status: 409, title: 'The timeframe has started' },
  timeframe_too_far_ahead: { status: 409, title: 'The timeframe is too far ahead' },
  price_limit_not_met: { status: 409, title: 'The price is beyond the limit' },
  ahead_limit_exceeded: { status: 409, title: 'More than may be traded ahead' },
  order_not_found: { status: 404, title: 'No such order' },
  order_exists: { status: 409, title: 'The order exists' },
  order_cancelled: { status: 409, title: 'The order is cancelled' },
  orders_too_many: { status: 409, title: 'Too many orders' },
  market_without_orders: { status: 409, title: 'The market takes no orders' },
  prosumer_not_active: { status: 409, title: 'The prosumer takes no part in the timeframe' },
  tariff_not_found: { status: 404, title: 'No such tariff version' },
  tariff_settled: { status: 409, title: 'A timeframe was settled with the tariff' },
  tariffs_too_many: { status: 409, title: 'Too many tariff versions' },
  range_too_long: { status: 400, title: 'The range is too long' },
  prosumer_not_in_timeframe: { status: 404, title: 'The prosumer took no part in the timeframe' },
  forbidden: { status: 403, title: 'Not allowed' },
} as const satisfies Record<RefusalCode, Kind>;

const edgeProblems = {
  unauthenticated: { status: 401, title: 'A valid token is needed' },
  auth_not_configured: { status: 503, title: 'Nothing says who may use the app' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  length_required: { status: 411, title: 'Length required' },
  body_too_large: { status: 413, title: 'Body too large' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type' },
  malformed_json: { status: 400, title: 'Malformed JSON' },
  header_invalid: { status: 400, title: 'Invalid header' },
  validation_failed: { status: 400, title: 'Invalid request' },
  page_not_found: { status: 404, title: 'No such page' },
  rate_limited: { status: 429, title: 'Too many requests' },
  overloaded: { status: 503, title: 'Too many requests at once' },
  internal_error: { status: 500, title: 'Internal error' },
  unavailable: { status: 503, title: 'Unavailable' },
} as const satisfies Record<string, Kind>;

/** What only the edge refuses. */
export type EdgeCode = keyof typeof edgeProblems;
export type ProblemCode = RefusalCode | EdgeCode;

/** Every problem of the API: its status and title. A refusal without one does not compile. */
export const problems: Readonly<Record<ProblemCode, Kind>> = { ...refusals, ...edgeProblems };
