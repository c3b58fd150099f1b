import type { AuditEntry } from '../domain/audit.ts';
import { type BillingPeriod, parseBillingPeriod } from '../domain/billingPeriod.ts';
import type { ProsumerId } from '../domain/ids.ts';
import type { InvoiceId } from '../domain/invoice.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import type { Instant, Timeframe } from '../domain/timeframe.ts';
import { parseInstant } from '../domain/timeframe.ts';
import { decodeCursor } from './cursor.ts';

type PageQuery = { readonly limit?: number; readonly cursor?: string };
type CompletenessKey = { readonly day: string; readonly prosumerId?: ProsumerId };
type Place = {
  readonly timeframe: Timeframe;
  readonly revision: number;
  readonly sequence: number;
};

/** Which page a query asks for. A cursor that is none of this list is refused. */
export function pageRequest<Key>(
  { limit, cursor }: PageQuery,
  limitDefault: number,
  isKey: (value: unknown) => value is Key,
): Result<{ readonly limit: number; readonly after?: Key }, Refusal> {
  const page = { limit: limit ?? limitDefault };
  if (cursor === undefined) return accept(page);
  const after = decodeCursor(cursor, isKey);
  if (after !== undefined) return accept({ ...page, after });
  const errors = [{ pointer: 'cursor', detail: 'is not the cursor of a nextLink of this list' }];
  return refuse({ code: 'cursor_invalid', detail: 'Start again without a cursor.', errors });
}

/** The key of a list that is in order of an id. */
export function isIdKey<Id extends string>(value: unknown): value is Id {
  return typeof value === 'string' && /^[a-z0-9][a-z0-9-]{0,62}$/.test(value);
}

/** The key of a list that is in order of billing period. */
export function isPeriodKey(value: unknown): value is BillingPeriod {
  return typeof value === 'string' && parseBillingPeriod(value) !== undefined;
}

/** The key of a list of invoices. */
export function isInvoiceKey(value: unknown): value is InvoiceId {
  return (
    typeof value === 'string' &&
    /^[a-z0-9][a-z0-9-]{0,62}\.\d{4}-\d{2}\.[a-z0-9][a-z0-9-]{0,62}$/.test(value)
  );
}

/** The key of a list of payees. */
export function isPayeeKey(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d{2}\.[a-z0-9][a-z0-9-]{0,62}$/.test(value);
}

/** The key of a list that is in order of timeframe. */
export function isTimeframeKey(value: unknown): value is Timeframe {
  return typeof value === 'string' && isCanonicalInstant(value);
}

/** The key of a list that is in order of local day and prosumer; without a prosumer, before the first. */
export function isDayKey(value: unknown): value is CompletenessKey {
  if (typeof value !== 'object' || value === null) return false;
  const { day, prosumerId }: Partial<Record<keyof CompletenessKey, unknown>> = value;
  return (
    typeof day === 'string' &&
    day.length === 'YYYY-MM-DD'.length &&
    parseInstant(`${day}T00:00Z`) !== undefined &&
    (prosumerId === undefined || isIdKey<ProsumerId>(prosumerId))
  );
}

/** The key of a list that is in order of time and entry. */
export function isAuditKey(value: unknown): value is Pick<AuditEntry, 'at' | 'id'> {
  if (typeof value !== 'object' || value === null) return false;
  const { at, id }: Partial<Record<'at' | 'id', unknown>> = value;
  const isInstant = typeof at === 'string' && isCanonicalInstant(at);
  return isInstant && typeof id === 'string' && /^[0-9a-f-]{36}$/.test(id);
}

/** The key of a list that is in order of acceptance. */
export function isSequenceKey(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

/** The key of a list that is in order of timeframe, revision and sequence. */
export function isPlaceKey(value: unknown): value is Place {
  if (typeof value !== 'object' || value === null) return false;
  const place: Partial<Record<keyof Place, unknown>> = value;
  return isTimeframeKey(place.timeframe) && isOrdinal(place.revision) && isOrdinal(place.sequence);
}

/** The largest revision or sequence that the id of a trade can hold. */
const ordinalMax = 999_999_999;

function isOrdinal(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= ordinalMax;
}

function isCanonicalInstant(text: string): text is Instant {
  return parseInstant(text) === text;
}
