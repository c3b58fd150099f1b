import type { TSchema } from 'typebox';

/** Named schemas of the document, collected as they are met. */
export type Components = Map<string, TSchema>;

/** A schema as the document shows it: where it has a title, a reference to its component. */
export function shown(schema: TSchema, components: Components): TSchema {
  const title = 'title' in schema ? schema.title : undefined;
  if (typeof title !== 'string') return copy(schema, components);
  if (!components.has(title)) {
    // Taken before it is filled, so that a schema within itself would end.
    components.set(title, {});
    components.set(title, copy(schema, components));
  }
  return { $ref: `#/components/schemas/${title}` };
}

function copy(schema: TSchema, components: Components): TSchema {
  const entries = Object.entries(schema).map(([key, value]) => [
    key,
    copyValue(key, value, components),
  ]);
  return Object.fromEntries(entries);
}

function copyValue(key: string, value: unknown, components: Components): unknown {
  if (key === 'properties' && isObject(value)) {
    const properties = Object.entries(value).map(([name, property]) => [
      name,
      isObject(property) ? shown(property, components) : property,
    ]);
    return Object.fromEntries(properties);
  }
  if (Array.isArray(value)) {
    return value.map((item) => (isObject(item) ? shown(item, components) : item));
  }
  return isObject(value) ? shown(value, components) : value;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
