import { join } from 'node:path';
import type { HostClock } from './hostClock.ts';
import { functionsWith, type HostContext, textOf } from './hostContext.ts';
import { describeError, type HostLog } from './hostLog.ts';
import { resolveSettings } from './settings.ts';
import { parseTimerSchedule } from './timerSchedule.ts';
import { openTimerStatusFile, type TimerStatusStore } from './timerStatusFile.ts';
import { createTimerTrigger, type TimerTrigger } from './timerTrigger.ts';

/** Makes the clockwork of the app's timers, by function name. Begins nothing. */
export function createTimers(
  { dataDirectory, core, run, log }: HostContext,
  clock: HostClock,
): ReadonlyMap<string, TimerTrigger> {
  const statuses = logged(log, openTimerStatusFile(join(dataDirectory, 'timers.json')));
  const timers = new Map<string, TimerTrigger>();
  for (const { name, target, binding } of functionsWith(core, 'timerTrigger')) {
    const expression = resolveSettings(textOf(binding, 'schedule') ?? '', process.env);
    const timer = createTimerTrigger({
      name,
      schedule: parseTimerSchedule(expression),
      runOnStartup: binding['runOnStartup'] === true,
      useMonitor: binding['useMonitor'] !== false,
      statuses,
      clock,
      run: async (data) => void (await run(target, { data })),
    });
    timers.set(name, timer);
  }
  return timers;
}

/** A status that cannot be kept is known until the process ends, and kept with the next one that can. */
function logged(log: HostLog, statuses: TimerStatusStore): TimerStatusStore {
  return {
    get: statuses.get,
    set(timerName, status) {
      try {
        statuses.set(timerName, status);
      } catch (error) {
        const message = `Could not keep the status of the timer: ${describeError(error)}`;
        log({ level: 'error', category: 'system', source: timerName, message });
      }
    },
  };
}
