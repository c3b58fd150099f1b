import {
  chunkOf,
  closedAt,
  type Delivery,
  endOf,
  homes,
  lateTimeframes,
  localDay,
} from './lateHamlet.ts';

/** The versions of a reading by when they came. */
type Came = { readonly step: number; readonly version: number };

/**
 * What completeness must show of the closed timeframes at a step, told from what was posted alone:
 * before what comes at that step; with it, while nothing is settled of it; or when it is settled.
 */
export function expectedRows(
  deliveries: readonly Delivery[],
  step: number,
  phase: 'before' | 'delivered' | 'settled',
): readonly object[] {
  const came = new Map<string, Came[]>();
  for (const { step: at, reading } of deliveries) {
    const key = `${reading.prosumerId} ${reading.timeframe}`;
    came.set(key, [...(came.get(key) ?? []), { step: at, version: reading.version }]);
  }
  const days = Map.groupBy(closedAt(step), localDay);
  return [...days].flatMap(([day, timeframes]) =>
    homes.map((prosumerId) => {
      const states = timeframes.map((timeframe) => {
        const versions = came.get(`${prosumerId} ${timeframe}`) ?? [];
        const known = (until: number) =>
          Math.max(0, ...versions.filter((each) => each.step <= until).map((each) => each.version));
        const first = known(chunkOf({ timeframe }) + 1);
        const settled = Math.max(first, known(phase === 'settled' ? step : step - 1));
        const isUnsettled = phase === 'delivered' && known(step) > settled;
        return { timeframe, settled, isLate: settled > first, isUnsettled };
      });
      const missing = states.filter(({ settled }) => settled === 0).map((each) => each.timeframe);
      return {
        ...{ day, prosumerId, expected: states.length, received: states.length - missing.length },
        ...{ missing: missing.length, estimated: 0 },
        late: states.filter(({ isLate }) => isLate).length,
        unsettledLate: states.filter(({ isUnsettled }) => isUnsettled).length,
        gaps: gapsOf(missing),
      };
    }),
  );
}

/** Each that does not follow on the one before it begins a gap. */
function gapsOf(missing: readonly string[]): readonly object[] {
  const starts = missing.filter((timeframe) => !missing.some((each) => endOf(each) === timeframe));
  const lasts = missing.filter((timeframe) => !missing.includes(endOf(timeframe)));
  return starts.map((from, at) => ({ from, to: endOf(lasts[at] ?? ''), kind: 'missing' }));
}

/** The end of what is closed at a step, for asking. */
export function closedUntil(step: number): string {
  return endOf(closedAt(step).at(-1) ?? lateTimeframes[0] ?? '');
}
