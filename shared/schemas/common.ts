import { type TUnsafe, Type } from 'typebox';
import type { BillingPeriod } from '../domain/billingPeriod.ts';
import type { GridId, ProsumerId } from '../domain/ids.ts';
import type { MsatPerKwh, WattHours } from '../domain/units.ts';
import {
  energyWhMax,
  priceMsatPerKwhMax,
  tradeEnergyWhMax,
  tradePriceMsatPerKwhMax,
} from '../domain/units.ts';

/** The pattern of every id, as DESIGN §2 has it; the domain checks the same. */
export const idPattern = '^[a-z0-9][a-z0-9-]{0,62}$';

/** A prosumer's id may not be the name of a reserved account. */
export const prosumerIdPattern = `^(?!(?:mini-grid|power-plant)$)[a-z0-9][a-z0-9-]{0,62}$`;

/** `YYYY-MM-DDTHH:MM[:SS[.fraction]]Z`; whether the day exists in its month is the domain's to say. */
export const instantPattern =
  '^\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])T(?:[01]\\d|2[0-3]):[0-5]\\d(?::[0-5]\\d(?:\\.\\d{1,9})?)?Z$';

/** One line of text: no control characters, no half of a character, nothing that ends a line. */
export const linePattern = '^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\ud800-\\udfff]*$';

/** The same in several lines. */
export const linesPattern =
  '^(?:[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\ud800-\\udfff]|\\r?\\n)*$';

/** A local time of the day, to the minute. */
export const timeOfDayPattern = '^(?:[01]\\d|2[0-3]):[0-5]\\d$';

/** A price in a currency: up to 12 digits, and up to 8 decimals. */
export const decimalPattern = '^(?:0|[1-9]\\d{0,11})(?:\\.\\d{1,8})?$';

/** A path or field that names a mini grid. */
export const gridId = Type.Unsafe<GridId>({
  type: 'string',
  pattern: idPattern,
  description: 'Id of a mini grid.',
});

/** A path or field that names a prosumer; never a reserved account. */
export const prosumerId = Type.Unsafe<ProsumerId>({
  type: 'string',
  pattern: prosumerIdPattern,
  description: 'Id of a prosumer; `mini-grid` and `power-plant` are reserved.',
});

/** The name of a thing in a path: whatever it is, there is such a thing or there is none (404). */
export function pathId<Id extends string>(description: string): TUnsafe<Id> {
  return Type.Unsafe<Id>({
    type: 'string',
    minLength: 1,
    maxLength: pathIdLengthMax,
    pattern: linePattern,
    description,
  });
}
const pathIdLengthMax = 200;

/** An account of a grid: a prosumer's id, `mini-grid` or `power-plant`. */
export function accountId(description: string) {
  return Type.String({ pattern: idPattern, description });
}

/** A text that is kept as it is given, in one line. */
export function line(lengthMax: number, description: string) {
  return Type.String({ minLength: 1, maxLength: lengthMax, pattern: linePattern, description });
}

/** The same, in one line or several. */
export function lines(lengthMax: number, description: string) {
  return Type.String({ minLength: 1, maxLength: lengthMax, pattern: linesPattern, description });
}

/** An instant in UTC. As input its seconds may be left out; answers have them, without a fraction. */
export function instant(description: string) {
  return Type.String({
    pattern: instantPattern,
    description: `${description} UTC, ISO 8601 with Z.`,
  });
}

/** The same, or null to take it away. */
export function instantOrNull(description: string): TUnsafe<string | null> {
  return Type.Unsafe<string | null>({
    type: ['string', 'null'],
    pattern: instantPattern,
    description: `${description} UTC, ISO 8601 with Z.`,
  });
}

/** Energy given to the app: Wh, an integer from 0 to `energyWhMax`. */
export function energyWh(description: string): TUnsafe<WattHours> {
  return Type.Unsafe<WattHours>({
    type: 'integer',
    minimum: 0,
    maximum: energyWhMax,
    description: `${description} Wh.`,
  });
}

/** A sum of energy in an answer: Wh, an integer of either sign. */
export function sumWh(description: string) {
  return Type.Integer({ description: `${description} Wh.` });
}

/** A price: msat/kWh, an integer from 0 to `priceMsatPerKwhMax`. */
export function priceMsatPerKwh(description: string): TUnsafe<MsatPerKwh> {
  return Type.Unsafe<MsatPerKwh>({
    type: 'integer',
    minimum: 0,
    maximum: priceMsatPerKwhMax,
    description: `${description} Millisatoshi per kWh.`,
  });
}

/** Energy of a trade: Wh, an integer up to `tradeEnergyWhMax`. */
export function tradeEnergyWh(description: string): TUnsafe<WattHours> {
  return Type.Unsafe<WattHours>({
    type: 'integer',
    minimum: 0,
    maximum: tradeEnergyWhMax,
    description: `${description} Wh.`,
  });
}

/** Price of a trade: msat/kWh, an integer from 0 to `tradePriceMsatPerKwhMax`. */
export function tradePriceMsatPerKwh(description: string): TUnsafe<MsatPerKwh> {
  return Type.Unsafe<MsatPerKwh>({
    type: 'integer',
    minimum: 0,
    maximum: tradePriceMsatPerKwhMax,
    description: `${description} Millisatoshi per kWh.`,
  });
}

/** Money in the ledger: µsat as a decimal string, for it may be beyond a double. */
export function amountUsat(description: string) {
  return Type.String({
    pattern: '^(?:0|-?[1-9]\\d*)$',
    description: `${description} Microsatoshi (1e-6 sat), as a decimal string.`,
  });
}

/** Money on chain: whole satoshi as a decimal string. */
export function amountSat(description: string) {
  return Type.String({
    pattern: '^(?:0|-?[1-9]\\d*)$',
    description: `${description} Satoshi, as a decimal string.`,
  });
}

/** A month of the grid's local calendar, in which it bills. */
export function billingPeriod(description: string): TUnsafe<BillingPeriod> {
  return Type.Unsafe<BillingPeriod>({
    type: 'string',
    pattern: '^2[01]\\d{2}-(?:0[1-9]|1[0-2])$',
    description: `${description} A month of the grid’s time zone, as 2026-10.`,
  });
}

/** A count in an answer. */
export function count(description: string) {
  return Type.Integer({ minimum: 0, description });
}

/** One of a closed list of words. */
export function oneOf<const Words extends string[]>(
  words: readonly [...Words],
  description: string,
) {
  return Type.Enum(words, { type: 'string', description });
}

/** A hash of the chain of trades. */
export function hash(description: string) {
  return Type.String({
    pattern: '^[0-9a-f]{64}$',
    description: `${description} Lower-case hex SHA-256.`,
  });
}

/** Options of an object that a request brings: unknown fields are refused. */
export function closed(title: string, description: string) {
  return { title, description, additionalProperties: false } as const;
}

/** The keywords of JSON Schema for: where `condition` holds, `met` must hold too, else `unmet`. */
export function conditional(condition: object, met: object, unmet: object) {
  // biome-ignore lint/suspicious/noThenProperty: `then` is a keyword of JSON Schema
  return { if: condition, then: met, else: unmet };
}

/** Schemas that refuse each of these fields. */
export function without(fields: object): Readonly<Record<string, false>> {
  return Object.fromEntries(Object.keys(fields).map((name) => [name, false]));
}
