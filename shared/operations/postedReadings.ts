import type { Reading, ReadingCheck } from '../domain/reading.ts';
import type { FieldError } from '../domain/refusal.ts';
import type { RegisterReading } from '../domain/register.ts';
import type { Instant } from '../domain/timeframe.ts';
import type { Ports } from '../ports/ports.ts';

/** A reading as posted: aligned, in time and of a member it is not yet known to be. */
export type PostedInterval = Omit<
  Reading,
  'timeframe' | 'receivedAt' | 'postedBy' | 'checks' | 'unchangedFor'
> & {
  readonly index: number;
  readonly timeframe: Instant;
};
export type PostedRegister = Omit<RegisterReading, 'receivedAt' | 'postedBy'> & {
  readonly index: number;
};

export type ReadingCode =
  | 'invalid'
  | 'prosumer_not_in_grid'
  | 'prosumer_not_active'
  | 'timeframe_misaligned'
  | 'timeframe_not_started'
  | 'timeframe_outside_grid'
  | 'timeframe_purged'
  | 'reading_conflict'
  | 'register_nonsense';

/**
 * What is suspicious about what was accepted. `register_reset` is of registers alone: one that began
 * again from 0 tells no energy, and its timeframe has no reading.
 */
export type ResultCheck = ReadingCheck | 'register_reset';

export type ReadingResult = {
  readonly index: number;
  readonly status: 'accepted' | 'duplicate' | 'late' | 'rejected';
  readonly code?: ReadingCode;
  readonly checks?: readonly ResultCheck[];
  readonly errors?: readonly FieldError[];
};

export type PostedReadings = {
  readonly intervals: readonly PostedInterval[];
  readonly registers: readonly PostedRegister[];
};

export type ReadingPorts = Pick<
  Ports,
  'grids' | 'rosters' | 'readings' | 'closings' | 'clock' | 'log' | 'by'
>;
