import { connectionEnergyWh } from './connectionEnergy.ts';
import type { Reading, ReadingCheck, ReadingQuality } from './reading.ts';
import type { Instant } from './timeframe.ts';

/** For how long a meter reads the same before it is taken to be frozen. */
const frozenAfterHours = 6;
/** However long timeframes are, fewer repetitions than this say nothing. */
const frozenAfterTimeframesMin = 4;
const minutesPerHour = 60;

/** What a reading is checked against, beside itself. */
export type CheckedAgainst = {
  readonly timeframeMinutes: number;
  readonly timeframeEnd: Instant;
  /** What the connection carries either way, where that is known. */
  readonly connectionLimitW: number | undefined;
  /** The reading of the timeframe before, as it was checked, where there is one. */
  readonly before: Reading | undefined;
};

/**
 * The reading with what is suspicious about it, and for how long it is unchanged:
 *
 * - `above_connection_limit`: more energy, either way, than its connection carries in a timeframe.
 *   Energies are whole Wh, so the limit in Wh is ⌊W × minutes ÷ 60⌋; what is exactly that passes.
 * - `frozen`: both energies, not both 0, are those of the timeframe before, and have been for six
 *   hours' worth of timeframes, at least four. Even an empty house does not draw the same to the Wh
 *   for so long, as its refrigerator goes on and off; a meter whose counter stands still, and whose
 *   gateway goes on sending what it had, does. Zeros are what an idle connection reads.
 * - `clock_drift`: it came before its timeframe had ended, so that the clock of its meter or gateway
 *   is ahead.
 *
 * An estimate may come early, and may repeat: only its energy is checked. What came out of order is
 * checked against what was there when it came.
 */
export function checkReading<Item extends Reading>(
  reading: Item,
  { timeframeMinutes, timeframeEnd, connectionLimitW, before }: CheckedAgainst,
): Item {
  const isAbove = isAboveLimit(reading, timeframeMinutes, connectionLimitW);
  const unchangedFor = repeats(reading, before) ? (before?.unchangedFor ?? 0) + 1 : 0;
  const isEarly = reading.quality !== 'estimated' && reading.receivedAt < timeframeEnd;
  if (!isAbove && unchangedFor === 0 && !isEarly) return reading;
  const checks: ReadingCheck[] = [];
  if (isAbove) checks.push('above_connection_limit');
  if (unchangedFor >= frozenAfterTimeframes(timeframeMinutes)) checks.push('frozen');
  if (isEarly) checks.push('clock_drift');
  return {
    ...reading,
    ...(checks.length > 0 && { checks }),
    ...(unchangedFor > 0 && { unchangedFor }),
  };
}

/** Can it be frozen at all, so that the timeframe before matters? */
export function mayRepeat({ producedWh, consumedWh, quality }: Reading): boolean {
  return quality !== 'estimated' && (producedWh > 0 || consumedWh > 0);
}

/** How far to trust a reading: what failed a check is questionable, whatever its meter says. */
export function qualityOf({
  quality,
  checks,
}: Pick<Reading, 'quality' | 'checks'>): ReadingQuality {
  return checks === undefined || checks.length === 0 ? quality : 'questionable';
}

/** How many timeframes in a row have to repeat the one before them. */
export function frozenAfterTimeframes(timeframeMinutes: number): number {
  const hoursWorth = Math.ceil((frozenAfterHours * minutesPerHour) / timeframeMinutes);
  return Math.max(hoursWorth, frozenAfterTimeframesMin);
}

function repeats(reading: Reading, before: Reading | undefined): boolean {
  return (
    before !== undefined &&
    mayRepeat(reading) &&
    before.quality !== 'estimated' &&
    before.producedWh === reading.producedWh &&
    before.consumedWh === reading.consumedWh
  );
}

function isAboveLimit(
  { producedWh, consumedWh }: Reading,
  timeframeMinutes: number,
  limitW: number | undefined,
): boolean {
  return (
    limitW !== undefined &&
    Math.max(producedWh, consumedWh) > connectionEnergyWh(limitW, timeframeMinutes)
  );
}
