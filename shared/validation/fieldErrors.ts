import type { ErrorObject } from 'ajv/dist/2020.js';
import {
  idPattern,
  instantPattern,
  linePattern,
  linesPattern,
  prosumerIdPattern,
  timeOfDayPattern,
} from '../schemas/common.ts';

/** What is wrong with one field, and its JSON pointer (RFC 6901). */
export type FieldError = { readonly pointer: string; readonly detail: string };

/** Errors told of one value, at most. */
export const fieldErrorsMax = 100;

/** Characters told of a field's name, which may be as long as the body. */
const nameLengthMax = 100;

/** The name of a field as errors tell it. */
export function toldName(name: string): string {
  return name.length > nameLengthMax ? `${name.slice(0, nameLengthMax)}…` : name;
}

/** Puts Ajv's errors into words, each with the pointer of the field that it is about. */
export function fieldErrors(errors: readonly ErrorObject[]): readonly FieldError[] {
  const told = new Map<string, FieldError>();
  for (const error of errors) {
    // The branch that `if` chose has told its own errors.
    if (error.keyword === 'if') continue;
    const pointer = pointerOf(error);
    const detail = detailOf(error);
    told.set(`${pointer} ${detail}`, { pointer, detail });
    if (told.size === fieldErrorsMax) break;
  }
  return [...told.values()];
}

function pointerOf({ instancePath, keyword, params }: ErrorObject): string {
  const field =
    keyword === 'required'
      ? params['missingProperty']
      : keyword === 'additionalProperties'
        ? params['additionalProperty']
        : undefined;
  if (typeof field !== 'string') return instancePath;
  return `${instancePath}/${toldName(field).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

const detailsOfPatterns: Readonly<Record<string, string>> = {
  [idPattern]: 'must be 1 to 63 of a-z, 0-9 and -, and not begin with -',
  [prosumerIdPattern]:
    'must be 1 to 63 of a-z, 0-9 and -, not begin with -, and be neither mini-grid nor power-plant',
  [linePattern]: 'must not have control characters',
  [linesPattern]: 'must not have control characters but line ends',
  [timeOfDayPattern]: 'must be a time of the day, as 06:30',
  [instantPattern]: 'must be an instant in UTC, as 2026-11-22T10:15:00Z',
};

function detailOf({ keyword, params, message }: ErrorObject): string {
  const { limit } = params;
  switch (keyword) {
    case 'required':
      return 'is required';
    case 'additionalProperties':
      return 'is not known here';
    case 'false schema':
      return 'must not be given together with the other fields';
    case 'type':
      return `must be ${[params['type']].flat().map(withArticle).join(' or ')}`;
    case 'enum':
      return `must be one of ${[params['allowedValues']].flat().join(', ')}`;
    case 'pattern':
      return detailsOfPatterns[params['pattern']] ?? `must match ${params['pattern']}`;
    case 'minimum':
      return `must be at least ${limit}`;
    case 'maximum':
      return `must be at most ${limit}`;
    case 'minLength':
      return `must have at least ${limit} characters`;
    case 'maxLength':
      return `must have at most ${limit} characters`;
    case 'minItems':
      return `must have at least ${limit} items`;
    case 'maxItems':
      return `must have at most ${limit} items`;
    case 'uniqueItems':
      return 'must not have the same item twice';
    case 'minProperties':
      return `must have at least ${limit} field`;
    default:
      return message ?? `breaks the rule ${keyword}`;
  }
}

function withArticle(type: string): string {
  if (type === 'null') return 'null';
  return /^[aeio]/.test(type) ? `an ${type}` : `a ${type}`;
}
