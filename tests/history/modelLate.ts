import { type History, startOf } from './history.ts';
import { firstClosing } from './modelEstimates.ts';
import type { Memory, ReadingOf } from './modelMemory.ts';

const minutesPerDay = 1_440;

/**
 * The readings of a timeframe that count: all, but where a grid is corrected for so many days only,
 * those that came before it closed or before the timer last fired in these days.
 */
export function countingIn(history: History, memory: Memory, timeframe: number): ReadingOf[] {
  const own = memory.readings.filter((reading) => reading.timeframe === timeframe);
  const { correctionDays, steps } = history;
  if (correctionDays === undefined) return own;
  const closedIn = firstClosing(history, timeframe);
  const lastMinute = startOf(history, timeframe) + correctionDays * minutesPerDay;
  return own.filter(({ step }) => {
    if (step < closedIn) return true;
    // Once all has happened, the timer fires for as long as there is something to do.
    const next = steps.find(({ deed }, index) => index > step && deed === 'tick');
    return (next?.at ?? restsAt(history)) <= lastMinute;
  });
}

/** When all has happened, and the last timeframe is due. */
function restsAt(history: History): number {
  const lastIsDue = startOf(history, history.timeframes) + history.graceMinutes;
  return Math.max(lastIsDue, history.steps.at(-1)?.at ?? lastIsDue);
}

/** Is there a reading that would have counted, had it come earlier? */
export function isLate(memory: Memory, counting: readonly ReadingOf[], timeframe: number): boolean {
  return memory.readings.some(
    (reading) =>
      reading.timeframe === timeframe &&
      !counting.includes(reading) &&
      !counting.some(({ who, version }) => who === reading.who && version > reading.version),
  );
}
