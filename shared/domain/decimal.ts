/** A number that is not negative, exactly: digits / 10^places. */
export type Decimal = { readonly digits: bigint; readonly places: number };

export const integerDigitsMax = 12;
export const decimalPlacesMax = 8;

/**
 * Reads a decimal as `90000.50`: up to 12 digits, then up to 8 after a point. Undefined for anything
 * else: signs, exponents, spaces, leading zeros, a point without digits on both sides.
 */
export function parseDecimal(text: string): Decimal | undefined {
  if (text.length > lengthMax || !decimalPattern.test(text)) return undefined;
  const [whole = '', fraction = ''] = text.split('.');
  if (whole.length > integerDigitsMax || fraction.length > decimalPlacesMax) return undefined;
  return { digits: BigInt(whole + fraction), places: fraction.length };
}

const lengthMax = integerDigitsMax + '.'.length + decimalPlacesMax;
const decimalPattern = /^(?:0|[1-9]\d*)(?:\.\d+)?$/;
