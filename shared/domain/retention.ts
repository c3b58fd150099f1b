import { type Grid, gridDefaults } from './grid.ts';
import { likeDaysBackMax } from './likeDays.ts';

/**
 * Days for which a reading is needed behind the last timeframe that is still settled or corrected: an
 * estimate looks back so far, and its local time may lie in the day before or after.
 */
export const estimateDays = likeDaysBackMax + 2;

/** The fewest days that readings of a grid must be kept: while anything is settled on them. */
export function readingRetentionDaysMin({
  correctionDays = gridDefaults.correctionDays,
}: Pick<Grid, 'correctionDays'>): number {
  return correctionDays + estimateDays;
}
