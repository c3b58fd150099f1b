import { Ajv2020 } from 'ajv/dist/2020.js';
import { ajvOptions } from './ajvOptions.ts';
import type { Compiled } from './compiledType.ts';
import { allSchemas, type ValidatorName } from './schemaOf.ts';

const ajv = new Ajv2020(ajvOptions);
const schemas = allSchemas();
const compiled = new Map<ValidatorName, Compiled>();

/**
 * The compiled validator of that name; compiled at its first use. In the bundle this whole module
 * is replaced by code that was generated from the same schemas.
 */
export function compiledValidator(name: ValidatorName): Compiled | undefined {
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const schema = schemas.get(name);
  if (schema === undefined) return undefined;
  const validator = ajv.compile(schema);
  compiled.set(name, validator);
  return validator;
}
