import type { ErrorObject } from 'ajv/dist/2020.js';

/** A validator as Ajv makes it: true, or false and its errors on itself until the next call. */
export type Compiled = {
  (value: unknown): boolean;
  errors?: readonly ErrorObject[] | null;
};
