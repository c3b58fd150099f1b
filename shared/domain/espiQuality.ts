import type { Reading, ReadingQuality } from './reading.ts';
import { qualityOf } from './readingChecks.ts';

/**
 * `QualityOfReading` of ESPI (NAESB REQ.21), which Green Button data carry, for what is kept here:
 *
 * | here | ESPI |
 * |---|---|
 * | `measured`, and no check failed | 0 valid |
 * | `estimated` | 8 estimated using reference day |
 * | `questionable`, or a check failed: `above_connection_limit`, `frozen`, `clock_drift` | 10 questionable |
 *
 * ESPI has no code for an estimate whose method is not known. 8 is what this app does itself, where
 * it estimates. What is refused, such as `reading_conflict`, `timeframe_not_started` or
 * `register_nonsense`, is no reading and has no quality; over a `register_reset` there is none either.
 */
const codes = {
  measured: 0,
  estimated: 8,
  questionable: 10,
} as const satisfies Record<ReadingQuality, number>;

/** The code by which ESPI says how far to trust a reading. */
export function espiQualityOf(reading: Pick<Reading, 'quality' | 'checks'>): number {
  return codes[qualityOf(reading)];
}
