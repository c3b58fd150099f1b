import type { GridId, ProsumerId } from './ids.ts';
import type { Instant } from './timeframe.ts';

/** Who changes something: a caller of the API, by its id, or a function that the app runs by itself. */
export type Actor = { readonly kind: 'caller' | 'system'; readonly id: string };

/** What an audit log tells apart. */
export const auditedThings = [
  'grid',
  'tariff',
  'prosumer',
  'trade_ahead',
  'order',
  'deposit_address',
  'billing_run',
  'invoice',
  'payment',
  'payout_address',
  'payout',
] as const;
export type AuditedThing = (typeof auditedThings)[number];

/** What the JSON of an entry is made of: money is in decimal strings, as everywhere in the API. */
export type AuditValue =
  | string
  | number
  | boolean
  | null
  | readonly AuditValue[]
  | { readonly [name: string]: AuditValue };
/** Fields by name, as the API shows them. */
export type AuditValues = Readonly<Record<string, AuditValue>>;

/** One change of one thing of a mini grid: who, what, when, before and after. Never changed itself. */
export type AuditEntry = {
  /** UUIDv7. */
  readonly id: string;
  readonly gridId: GridId;
  readonly at: Instant;
  readonly by: Actor;
  /** A past participle: `created`, `changed`, `cancelled`, `finalized` … */
  readonly action: string;
  readonly thing: { readonly kind: AuditedThing; readonly id: string };
  /** Those fields that the change concerns, without what is personal; absent: there was nothing. */
  readonly before?: AuditValues;
  readonly after?: AuditValues;
  /** The same of what is personal. It is kept apart, and ends when the prosumer's data is erased. */
  readonly personal?: {
    readonly prosumerId: ProsumerId;
    readonly before?: AuditValues;
    readonly after?: AuditValues;
  };
};
