import { type History, instantAt, startOf } from './history.ts';
import type { Memory } from './modelMemory.ts';
import { halfEven, wallClock } from './modelTerms.ts';

const likeDaysMax = 4;
const daysBackMax = 28;

type Energies = { readonly producedWh: bigint; readonly consumedWh: bigint };

/**
 * What stands in for a reading that never came: the mean of the same time of the most recent like
 * days, of those readings that were there when the timeframe closed first. Later ones change nothing.
 * Histories with estimates are such that this is well-defined: their days have no clock change, what
 * is read comes after its timeframe and in other energies than before, nobody joins after the start,
 * and no message is held back.
 */
export function estimateOf(
  history: History,
  memory: Memory,
  who: number,
  timeframe: number,
): Energies | undefined {
  const member = memory.members.get(who);
  const closedIn = firstClosing(history, timeframe);
  if (member === undefined) return undefined;
  const perDay = 1_440 / history.timeframeMinutes;
  const used: Energies[] = [];
  for (let back = 1; back <= daysBackMax && used.length < likeDaysMax; back += 1) {
    const like = timeframe - back * perDay;
    if (kindOfDay(history, like) !== kindOfDay(history, timeframe)) continue;
    const [last] = memory.readings
      .filter((reading) => reading.who === who && reading.timeframe === like)
      .filter(({ step }) => step < closedIn)
      .sort((a, b) => b.version - a.version);
    if (last === undefined || last.quality !== 'measured') continue;
    used.push({ producedWh: BigInt(last.producedWh), consumedWh: BigInt(last.consumedWh) });
  }
  if (used.length === 0) return undefined;
  const meanOf = (energies: readonly bigint[]) =>
    halfEven(
      energies.reduce((sum, each) => sum + each, 0n),
      BigInt(energies.length),
    );
  return {
    producedWh: meanOf(used.map(({ producedWh }) => producedWh)),
    consumedWh: meanOf(used.map(({ consumedWh }) => consumedWh)),
  };
}

/** The step in which the timeframe is closed first: when the timer fires after its end and grace. */
export function firstClosing(history: History, timeframe: number): number {
  const closesAt = startOf(history, timeframe + 1) + history.graceMinutes;
  const step = history.steps.findIndex(({ deed, at }) => deed === 'tick' && at >= closesAt);
  return step < 0 ? history.steps.length : step;
}

/** Monday to Friday, Saturday, or Sunday. */
function kindOfDay(history: History, timeframe: number): string {
  const { day } = wallClock(instantAt(history, startOf(history, timeframe)), history.timeZone);
  return day === 0 ? 'sunday' : day === 6 ? 'saturday' : 'weekday';
}
