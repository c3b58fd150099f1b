import { accept, type Result, refuse } from '../domain/result.ts';
import { type Instant, parseInstant } from '../domain/timeframe.ts';
import type { EdgeRefusal } from './edge.ts';

type Texts = Readonly<Record<string, string | null | undefined>>;

/** The same fields with instants in place of texts; what may be absent or null still may. */
type Instants<Fields> = {
  readonly [F in keyof Fields as undefined extends Fields[F] ? never : F]:
    | Instant
    | Exclude<Fields[F], string>;
} & {
  readonly [F in keyof Fields as undefined extends Fields[F] ? F : never]?:
    | Instant
    | Exclude<Fields[F], string | undefined>;
};

/**
 * Reads the instants among the fields of a validated input, in the canonical form of the domain.
 * The pattern of the schema lets 30 February pass; this does not.
 */
export function readInstants<const Fields extends Texts>(
  fields: Fields,
  pointerPrefix: '' | '/',
): Result<Instants<Fields>, EdgeRefusal> {
  const instants: Record<string, Instant | null> = {};
  for (const [field, text] of Object.entries(fields)) {
    if (text === undefined) continue;
    const instant = text === null ? null : parseInstant(text);
    if (instant === undefined) {
      const errors = [{ pointer: `${pointerPrefix}${field}`, detail: 'is no such date or time' }];
      return refuse({ code: 'validation_failed', detail: 'The request is not valid.', errors });
    }
    instants[field] = instant;
  }
  return accept(instants as Instants<Fields>);
}
