import { createHash } from 'node:crypto';
import type { JsonObject } from '../jsonFields.ts';

/**
 * A flat object as RFC 8785 writes it: no white space, members in order of the UTF-16 code units of
 * their names; numbers and texts as ECMAScript writes them.
 */
export function canonicalJson(object: JsonObject): string {
  // The order of `sort` without a comparison is that of code units.
  const names = Object.keys(object).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${JSON.stringify(object[name])}`).join(',')}}`;
}

/** Lower-case hex SHA-256 of the canonical JSON of a trade without its own `hash`. */
export function hashOfTrade({ hash: _, ...trade }: JsonObject): string {
  return createHash('sha256').update(canonicalJson(trade), 'utf8').digest('hex');
}
