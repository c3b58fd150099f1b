import { join } from 'node:path';
import type { HostClock } from './hostClock.ts';
import { functionsWith, type HostContext, textOf } from './hostContext.ts';
import { resolveSettings } from './settings.ts';
import { parseTimerSchedule } from './timerSchedule.ts';
import { openTimerStatusFile } from './timerStatusFile.ts';
import { createTimerTrigger, type TimerTrigger } from './timerTrigger.ts';

/** Makes the clockwork of the app's timers, by function name. Begins nothing. */
export function createTimers(
  { dataDirectory, core, run }: HostContext,
  clock: HostClock,
): ReadonlyMap<string, TimerTrigger> {
  const statuses = openTimerStatusFile(join(dataDirectory, 'timers.json'));
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
