import type { Options } from 'ajv/dist/2020.js';

/** How schemas are compiled, in source runs and for the bundle alike. */
export const ajvOptions: Options = {
  allErrors: true,
  strict: true,
  allowUnionTypes: true,
  // A branch of `if` names fields that the schema around it declares.
  strictRequired: false,
  strictTypes: false,
};
