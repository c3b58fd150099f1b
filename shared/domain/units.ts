import { assert } from './assert.ts';

/**
 * Units as types. The brand is invariant (it takes and gives the unit), so that a function over
 * `Whole<U>` accepts two quantities of one unit and never Wh beside µsat.
 */
declare const unit: unique symbol;
type Whole<U> = number & { readonly [unit]: (u: U) => U };
type Exact<U> = bigint & { readonly [unit]: (u: U) => U };

/** Energy in watt-hours, a safe integer. */
export type WattHours = Whole<'Wh'>;
/** A price in millisatoshi per kilowatt-hour, a safe integer. */
export type MsatPerKwh = Whole<'msat/kWh'>;
/** Money in the ledger: microsatoshi, 1e-6 sat. */
export type MicroSatoshi = Exact<'usat'>;
/** Money on chain: whole satoshi. */
export type Satoshi = Exact<'sat'>;

/**
 * The largest energy of one reading, in Wh, and the largest price, in msat/kWh. A trade of the one
 * at the other is 1e18 µsat and so fits the signed 64 bits of a database's BIGINT.
 */
export const energyWhMax = 1_000_000_000;
export const priceMsatPerKwhMax = 1_000_000_000;

/**
 * The same of a trade: a position is a netto and what was traded ahead, and a correction gives a fee
 * back as part of its price. 4e18 µsat, with the fee or without, fit a BIGINT too.
 */
export const tradeEnergyWhMax = 2 * energyWhMax;
export const tradePriceMsatPerKwhMax = 2 * priceMsatPerKwhMax;

const microSatoshiPerSatoshi = 1_000_000n;

export const zeroWh = 0 as WattHours;
export const zeroUsat = 0n as MicroSatoshi;
export const zeroSat = 0n as Satoshi;

/** Takes a number for watt-hours. Throws on anything but a safe integer. */
export function wattHours(value: number): WattHours {
  assert(Number.isSafeInteger(value), () => `energy must be a safe integer of Wh, not ${value}`);
  return value as WattHours;
}

/** Takes a number for a price. Throws on anything but a safe integer. */
export function msatPerKwh(value: number): MsatPerKwh {
  assert(
    Number.isSafeInteger(value),
    () => `a price must be a safe integer of msat/kWh, not ${value}`,
  );
  return value as MsatPerKwh;
}

/** Takes a bigint for microsatoshi. */
export function microSatoshi(value: bigint): MicroSatoshi {
  return value as MicroSatoshi;
}

/** Takes a bigint for satoshi. */
export function satoshi(value: bigint): Satoshi {
  return value as Satoshi;
}

/** Adds two quantities of one unit. Throws when the sum is no longer a safe integer. */
export function addWh(a: WattHours, b: WattHours): WattHours {
  return wattHours(a + b);
}

/** Subtracts one energy from another; the difference may be negative. */
export function subtractWh(a: WattHours, b: WattHours): WattHours {
  return wattHours(a - b);
}

/** A price and the fee beside it. */
export function addPrices(price: MsatPerKwh, fee: MsatPerKwh): MsatPerKwh {
  return msatPerKwh(price + fee);
}

export function addUsat(a: MicroSatoshi, b: MicroSatoshi): MicroSatoshi {
  return (a + b) as MicroSatoshi;
}

export function subtractUsat(a: MicroSatoshi, b: MicroSatoshi): MicroSatoshi {
  return (a - b) as MicroSatoshi;
}

/** Wh × msat/kWh = µsat, exactly: 1e-3 kWh × 1e-3 sat/kWh = 1e-6 sat. No trade is ever rounded. */
export function amountOf(energyWh: WattHours, price: MsatPerKwh): MicroSatoshi {
  return (BigInt(energyWh) * BigInt(price)) as MicroSatoshi;
}

export function addSat(a: Satoshi, b: Satoshi): Satoshi {
  return (a + b) as Satoshi;
}

export function subtractSat(a: Satoshi, b: Satoshi): Satoshi {
  return (a - b) as Satoshi;
}

/** The whole satoshi in an amount, toward zero. The rest, of the same sign, is carried over. */
export function toSatoshi(amount: MicroSatoshi): { satoshi: Satoshi; rest: MicroSatoshi } {
  const whole = divTruncate(amount, microSatoshiPerSatoshi) as Satoshi;
  return { satoshi: whole, rest: subtractUsat(amount, toMicroSatoshi(whole)) };
}

/** Whole satoshi as an amount of the ledger, exactly. */
export function toMicroSatoshi(whole: Satoshi): MicroSatoshi {
  return (whole * microSatoshiPerSatoshi) as MicroSatoshi;
}

/** Integer division toward zero. The divisor must be positive. */
export function divTruncate(dividend: bigint, divisor: bigint): bigint {
  assert(divisor > 0n, 'a divisor must be positive');
  return dividend / divisor;
}

/** Integer division to the nearest, halves to the even neighbour (IEEE 754 roundTiesToEven). */
export function divHalfEven(dividend: bigint, divisor: bigint): bigint {
  assert(divisor > 0n, 'a divisor must be positive');
  const truncated = dividend / divisor;
  const rest = dividend - truncated * divisor;
  const twice = 2n * (rest < 0n ? -rest : rest);
  const isUp = twice > divisor || (twice === divisor && truncated % 2n !== 0n);
  if (!isUp) return truncated;
  return dividend < 0n ? truncated - 1n : truncated + 1n;
}
