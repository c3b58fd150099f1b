import { compiledValidator } from './compiled.ts';
import { type FieldError, fieldErrors, fieldErrorsMax, toldName } from './fieldErrors.ts';
import type { ValidatorName } from './schemaOf.ts';

/**
 * Holds a value against the schema of that name. Undefined when it is valid; else what is wrong,
 * by JSON pointer, `fieldErrorsMax` at most. A name without a schema knows no fields at all.
 */
export function validate(name: ValidatorName, value: unknown): readonly FieldError[] | undefined {
  const compiled = compiledValidator(name);
  if (compiled === undefined) return unknownFields(value);
  if (compiled(value)) return undefined;
  return fieldErrors(compiled.errors ?? []);
}

function unknownFields(value: unknown): readonly FieldError[] | undefined {
  const names = Object.keys(value ?? {});
  if (names.length === 0) return undefined;
  return names
    .slice(0, fieldErrorsMax)
    .map((name) => ({ pointer: `/${toldName(name)}`, detail: 'is not known here' }));
}
