import type { Grid } from '../domain/grid.ts';
import type { ProsumerId } from '../domain/ids.ts';
import type { Member } from '../domain/prosumer.ts';
import type { Reading } from '../domain/reading.ts';
import { checkReading, mayRepeat } from '../domain/readingChecks.ts';
import { addMinutes, type Timeframe, timeframeAt, timeframeEnd } from '../domain/timeframe.ts';
import type { Ports } from '../ports/ports.ts';

/** Lookups of earlier timeframes that are under way at once. */
const lookupsAtOnceMax = 16;

type Latest = ReadonlyMap<ProsumerId, Reading>;
/** The readings of a timeframe with their places, and the timeframe before it. */
type Group<Item> = {
  readonly timeframe: Timeframe;
  readonly before: Timeframe;
  readonly readings: readonly (readonly [place: number, reading: Item])[];
};

/**
 * The readings, in their order, with what each failed. Each is checked against the latest of its
 * prosumer in the timeframe before: that of the same request where there is one, so that the store
 * is asked only for what the first of a row in time needs.
 */
export async function checkedReadings<Item extends Reading>(
  ports: Pick<Ports, 'readings'>,
  { id, timeframeMinutes }: Grid,
  members: ReadonlyMap<ProsumerId, Member>,
  posted: readonly Item[],
): Promise<readonly Item[]> {
  const groups = groupsOf(posted, timeframeMinutes);
  const latest = await storedBefore(ports, id, groups);
  const checked = new Array<Item>(posted.length);
  for (const { timeframe, before, readings } of groups) {
    const end = timeframeEnd(timeframe, timeframeMinutes);
    const latestBefore = latest.get(before);
    const latestNow = new Map(latest.get(timeframe));
    for (const [place, reading] of readings) {
      const { prosumerId } = reading;
      const item = checkReading(reading, {
        timeframeMinutes,
        timeframeEnd: end,
        connectionLimitW: members.get(prosumerId)?.connectionLimitW,
        before: latestBefore?.get(prosumerId),
      });
      checked[place] = item;
      if ((latestNow.get(prosumerId)?.version ?? 0) < item.version) latestNow.set(prosumerId, item);
    }
    latest.set(timeframe, latestNow);
  }
  return checked;
}

/** Timeframe by timeframe, ascending. */
function groupsOf<Item extends Reading>(
  posted: readonly Item[],
  timeframeMinutes: number,
): readonly Group<Item>[] {
  const byTimeframe = Map.groupBy(posted.entries(), ([, { timeframe }]) => timeframe);
  const timeframes = [...byTimeframe.keys()].sort();
  return timeframes.map((timeframe) => ({
    timeframe,
    before: timeframeAt(addMinutes(timeframe, -timeframeMinutes), timeframeMinutes),
    readings: byTimeframe.get(timeframe) ?? [],
  }));
}

/** What the store has of each timeframe before, for those of whom the request does not bring it. */
async function storedBefore<Item extends Reading>(
  { readings }: Pick<Ports, 'readings'>,
  gridId: Grid['id'],
  groups: readonly Group<Item>[],
): Promise<Map<Timeframe, Latest>> {
  const lookups: (readonly [Timeframe, readonly ProsumerId[]])[] = [];
  let brought: { readonly timeframe: Timeframe; readonly ids: ReadonlySet<ProsumerId> } | undefined;
  for (const { timeframe, before, readings: group } of groups) {
    const broughtBefore = brought?.timeframe === before ? brought.ids : undefined;
    const wanted = new Set<ProsumerId>();
    for (const [, reading] of group) {
      if (mayRepeat(reading) && !broughtBefore?.has(reading.prosumerId)) {
        wanted.add(reading.prosumerId);
      }
    }
    if (wanted.size > 0) lookups.push([before, [...wanted]]);
    brought = { timeframe, ids: new Set(group.map(([, { prosumerId }]) => prosumerId)) };
  }
  const latest = new Map<Timeframe, Latest>();
  for (let at = 0; at < lookups.length; at += lookupsAtOnceMax) {
    const found = await Promise.all(
      lookups
        .slice(at, at + lookupsAtOnceMax)
        .map(
          async ([before, ids]) => [before, await readings.latestOf(gridId, before, ids)] as const,
        ),
    );
    for (const [before, of] of found) latest.set(before, of);
  }
  return latest;
}
