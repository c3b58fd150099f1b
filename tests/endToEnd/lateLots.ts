import type { Community } from './community.ts';
import type { ModelReading } from './model.ts';
import { drawOf } from './random.ts';

const lots = 3;
/** Of all that could come late, the share that does so in a lot. */
const lateShare = 0.4;
const energiesWhMax = [0, 3, 2_000, 1_000_000_000];
const qualities = ['measured', 'estimated', 'questionable'];

/**
 * Lots of readings that come when all has closed: of those that were silent, and higher versions, which
 * may say the same again. Corrections of corrections among them.
 */
export function lateLots(
  { grid, prosumers, readings }: Community,
  random: () => number,
): readonly (readonly ModelReading[])[] {
  const timeframes = [...new Set(readings.map(({ timeframe }) => timeframe))];
  const known = new Map(readings.map((reading) => [keyOf(reading), reading]));
  const drawn = Array.from({ length: lots }, () =>
    prosumers.flatMap(({ id, activeFrom = grid.activeFrom, activeUntil = grid.activeUntil }) =>
      timeframes
        .filter((timeframe) => activeFrom <= timeframe && timeframe < activeUntil)
        .filter(() => random() < lateShare)
        .map((timeframe) => {
          const key = keyOf({ prosumerId: id, timeframe });
          const before = known.get(key);
          // The tests before have posted some twice, the second time as version 2.
          const version = before === undefined ? 1 : (before.version ?? 1) + 2;
          const isSame = before !== undefined && random() < 0.2;
          const energy = isSame ? before : energyOf(random);
          const reading = { ...energy, prosumerId: id, timeframe, version };
          known.set(key, reading);
          return reading;
        }),
    ),
  );
  return drawn.filter(({ length }) => length > 0);
}

function energyOf(random: () => number) {
  const upTo = () => Math.floor(random() * (drawOf(energiesWhMax, random) + 1));
  return { producedWh: upTo(), consumedWh: upTo(), quality: drawOf(qualities, random) };
}

function keyOf({ prosumerId, timeframe }: Pick<ModelReading, 'prosumerId' | 'timeframe'>): string {
  return `${prosumerId} ${timeframe}`;
}
