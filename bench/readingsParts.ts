import { parseInstant } from '../shared/domain/timeframe.ts';
import { postReadings } from '../shared/operations/postReadings.ts';
import { withStores } from './benchStores.ts';
import { gridId, present } from './population.ts';
import type { Requests } from './postedReadings.ts';
import { stopwatch, timedStore } from './stopwatch.ts';

/** After all of the readings, whose timeframes must have begun. */
const now = present(parseInstant('2026-01-01T00:00:00Z'));

/** Posts the readings to the operation, without HTTP, and tells where its time goes, in ms. */
export function postDirectly(
  directory: string,
  requests: Requests,
): Promise<Readonly<Record<string, number>>> {
  return withStores(directory, async ({ ports, setClock }) => {
    setClock(now);
    const watch = stopwatch(['look up', 'append', 'check']);
    const timed = {
      ...ports,
      grids: timedStore(ports.grids, watch, () => 'look up'),
      rosters: timedStore(ports.rosters, watch, () => 'look up'),
      closings: timedStore(ports.closings, watch, () => 'look up'),
      readings: timedStore(ports.readings, watch, () => 'append'),
    };
    const about = { quality: 'measured', version: 1, source: 'api' } as const;
    for (const request of requests) {
      const intervals = request.map((reading, index) => ({ ...reading, ...about, index }));
      const result = await watch.timeRest('check', () =>
        postReadings(timed, gridId, { intervals, registers: [] }),
      );
      if (!result.ok || result.value.some(({ status }) => status !== 'accepted')) {
        throw new Error('a reading was not accepted');
      }
    }
    return watch.take();
  });
}
