/** A number of a JSON document as it is written there, every digit of it. */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Reads JSON, numbers as ExactNumber: a double would round some. Throws SyntaxError. */
export function parseExactJson(json: string): unknown {
  return JSON.parse(json, (_, value: unknown, context?: { readonly source?: string }) =>
    typeof value === 'number' ? new ExactNumber(context?.source ?? '') : value,
  );
}

/** What a JSON pointer (RFC 6901) leads to; undefined where it leads nowhere. */
export function valueAt(document: unknown, pointer: string): unknown {
  const parts = pointer.split('/').slice(1);
  return parts
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(
      (value, part) => (Object.hasOwn(Object(value), part) ? Object(value)[part] : undefined),
      document,
    );
}
