import { assert } from './assert.ts';
import type { Actor } from './audit.ts';
import type { ProsumerId } from './ids.ts';
import type { Instant } from './timeframe.ts';
import { addWh, subtractWh, type WattHours } from './units.ts';

/** The cumulative registers of a meter at an instant, in Wh. A meter exchange is another `meterId`. */
export type RegisterReading = {
  readonly prosumerId: ProsumerId;
  readonly meterId: string;
  /** A boundary between two timeframes. */
  readonly at: Instant;
  readonly producedRegisterWh: WattHours;
  readonly consumedRegisterWh: WattHours;
  /** The value at which the registers start again from 0, in Wh; absent: they never do. */
  readonly rolloverWh?: WattHours;
  readonly source: string;
  readonly receivedAt: Instant;
  /** Who posted it; absent: it came before that was kept. No part of what tells a duplicate. */
  readonly postedBy?: Actor;
};

/** What two registers, one timeframe apart, say of the timeframe between them. */
export type RegisterInterval =
  | {
      readonly kind: 'interval';
      readonly producedWh: WattHours;
      readonly consumedWh: WattHours;
      /** Has a register passed its highest value and begun again from 0? */
      readonly rolledOver: boolean;
    }
  | { readonly kind: 'reset' }
  | { readonly kind: 'exchange' }
  | {
      readonly kind: 'nonsense';
      readonly field: 'producedRegisterWh' | 'consumedRegisterWh' | 'rolloverWh';
      readonly detail: string;
    };

/**
 * The interval between two registers of a prosumer, `earlier` before `later`, in which no more than
 * `energyLimitWh` can have flowed either way. Never guesses energy: where the registers do not tell
 * it, there is no interval, and the timeframe is settled as one without a reading.
 *
 * - Another meter: `exchange`. Its registers have nothing to do with those of the old one.
 * - A register that rises by up to the limit: that is its energy. By more: `nonsense`.
 * - One that falls has rolled over if that was announced (`rolloverWh`) and the energy up to the top
 *   and on from 0 is within the limit and under half of the range. The last keeps a register that
 *   slipped back a little from being read as one that went nearly all the way round.
 * - Else it was `reset` if it stands within the limit above 0, as far as it can have come since,
 *   and under half of what it was: one that keeps most of its value has not begun again. Rollover
 *   is asked first: a meter set back to 0 just below its top is the less likely story.
 * - Any other fall is `nonsense`. So is one register reset and the other too high to have been:
 *   a meter that begins again does so in both.
 */
export function intervalBetween(
  earlier: RegisterReading,
  later: RegisterReading,
  energyLimitWh: number,
): RegisterInterval {
  assert(
    earlier.prosumerId === later.prosumerId && earlier.at < later.at && energyLimitWh > 0,
    () => `no interval of ${earlier.prosumerId} from ${earlier.at} to ${later.at}`,
  );
  if (earlier.meterId !== later.meterId) return { kind: 'exchange' };
  const rolloverWh = later.rolloverWh ?? earlier.rolloverWh;
  if (rolloverWh !== (earlier.rolloverWh ?? rolloverWh)) {
    return nonsense('rolloverWh', `is ${rolloverWh}, and was ${earlier.rolloverWh} before`);
  }
  const produced = stepOf(earlier, later, 'producedRegisterWh', rolloverWh, energyLimitWh);
  if (produced.kind === 'nonsense') return produced;
  const consumed = stepOf(earlier, later, 'consumedRegisterWh', rolloverWh, energyLimitWh);
  if (consumed.kind === 'nonsense') return consumed;
  if (produced.kind === 'forward' && consumed.kind === 'forward') {
    return {
      kind: 'interval',
      producedWh: produced.energyWh,
      consumedWh: consumed.energyWh,
      rolledOver: produced.rolledOver || consumed.rolledOver,
    };
  }
  return resetOfBoth(later, energyLimitWh);
}

type RegisterField = 'producedRegisterWh' | 'consumedRegisterWh';
type Nonsense = Extract<RegisterInterval, { kind: 'nonsense' }>;
type Step =
  | { readonly kind: 'forward'; readonly energyWh: WattHours; readonly rolledOver: boolean }
  | { readonly kind: 'reset' }
  | Nonsense;

/** What one of the two registers did. */
function stepOf(
  earlier: RegisterReading,
  later: RegisterReading,
  field: RegisterField,
  rolloverWh: WattHours | undefined,
  limitWh: number,
): Step {
  const from = earlier[field];
  const to = later[field];
  if (rolloverWh !== undefined && Math.max(from, to) >= rolloverWh) {
    return nonsense(field, `a register that starts again at ${rolloverWh} does not reach it`);
  }
  const risenWh = subtractWh(to, from);
  if (risenWh > limitWh) {
    return nonsense(
      field,
      `rises by ${risenWh} Wh from ${from}, more than the ${limitWh} possible`,
    );
  }
  if (risenWh >= 0) return { kind: 'forward', energyWh: risenWh, rolledOver: false };
  if (rolloverWh !== undefined) {
    const wrappedWh = addWh(risenWh, rolloverWh);
    if (wrappedWh <= limitWh && wrappedWh * 2 < rolloverWh) {
      return { kind: 'forward', energyWh: wrappedWh, rolledOver: true };
    }
  }
  if (to <= limitWh && to * 2 < from) return { kind: 'reset' };
  return nonsense(field, `falls by ${-risenWh} Wh from ${from} without a rollover or reset`);
}

function resetOfBoth(later: RegisterReading, limitWh: number): RegisterInterval {
  for (const field of ['producedRegisterWh', 'consumedRegisterWh'] as const) {
    if (later[field] > limitWh) {
      return nonsense(field, `stands at ${later[field]} Wh while the other register was reset`);
    }
  }
  return { kind: 'reset' };
}

function nonsense(field: Nonsense['field'], detail: string): Nonsense {
  return { kind: 'nonsense', field, detail };
}
