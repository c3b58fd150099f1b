import type { ProsumerId } from '../shared/domain/ids.ts';
import { nextTimeframe, type Timeframe, timeframeAt } from '../shared/domain/timeframe.ts';
import type { WattHours } from '../shared/domain/units.ts';
import { energies, firstInstant, prosumerIds, timeframeMinutes } from './population.ts';
import { seeded } from './seeded.ts';

/** A reading as a meter gateway posts it. */
export type PostedReading = {
  readonly prosumerId: ProsumerId;
  readonly timeframe: Timeframe;
  readonly producedWh: WattHours;
  readonly consumedWh: WattHours;
};

/** The readings of each request. */
export type Requests = readonly (readonly PostedReading[])[];

const readingsPerRequest = 10_000;
const prosumersMax = 1_000;

/** Who the readings are of: a prosumer each, until there are 1000. */
export function metered(count: number): readonly ProsumerId[] {
  return prosumerIds(Math.min(count, prosumersMax));
}

/** So many readings, timeframe by timeframe, as requests of up to 10 000. */
export function requestsOf(count: number): Requests {
  const random = seeded(count);
  const ids = metered(count);
  const readings: PostedReading[] = [];
  let timeframe = timeframeAt(firstInstant, timeframeMinutes);
  while (readings.length < count) {
    for (const prosumerId of ids.slice(0, count - readings.length)) {
      readings.push({ prosumerId, timeframe, ...energies(random) });
    }
    timeframe = nextTimeframe(timeframe, timeframeMinutes);
  }
  const requests = [];
  for (let at = 0; at < count; at += readingsPerRequest) {
    requests.push(readings.slice(at, at + readingsPerRequest));
  }
  return requests;
}
