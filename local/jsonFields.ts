/** A JSON object as parsed: nothing is known of its fields. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Takes a parsed answer for an object. Throws when it is none. */
export function objectOf(value: unknown): JsonObject {
  if (!isJsonObject(value)) throw new TypeError(`expected a JSON object, not ${typeof value}`);
  return value;
}

/** A number of an answer, by name. Throws when it is not there. */
export function numberIn(object: JsonObject, name: string): number {
  const value = object[name];
  if (typeof value !== 'number') throw new TypeError(`expected a number in "${name}"`);
  return value;
}

/** A text of an answer, by name. Throws when it is not there. */
export function textIn(object: JsonObject, name: string): string {
  const value = object[name];
  if (typeof value !== 'string') throw new TypeError(`expected a text in "${name}"`);
  return value;
}

/** The objects of a list in an answer, by name. Throws when there is no such list. */
export function objectsIn(object: JsonObject, name: string): readonly JsonObject[] {
  const value = object[name];
  if (!Array.isArray(value)) throw new TypeError(`expected a list in "${name}"`);
  return value.map(objectOf);
}
