import type { ClockSettings, Settings } from '../config.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ports } from '../ports/ports.ts';
import { scaledClock, systemClock } from './clock.ts';
import { sha256 } from './digest.ts';
import { uuidV7 } from './ids.ts';

/** Opens what the settings name. Each store's adapter is loaded only where it is used. */
export async function openPorts(
  settings: Settings,
): Promise<Omit<Ports, 'log'> & { close(): void }> {
  const clock = clockOf(settings.clock);
  const { openEmbedded } = await import('./embedded/openEmbedded.ts');
  const { embeddedBus } = await import('./embedded/bus.ts');
  const { queues, ...stores } = openEmbedded(settings.dataDirectory, { clock });
  return { ...stores, bus: embeddedBus(queues, settings.queues), clock, ids: uuidV7(), sha256 };
}

function clockOf(settings: ClockSettings): Clock {
  return settings.kind === 'system' ? systemClock() : scaledClock(settings);
}
