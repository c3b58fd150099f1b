import { compareIds, type GridId, type ProsumerId } from '../../../domain/ids.ts';
import type { Reading } from '../../../domain/reading.ts';
import type { RegisterReading } from '../../../domain/register.ts';
import {
  addMinutes,
  compactTimeframe,
  type Instant,
  type Timeframe,
} from '../../../domain/timeframe.ts';
import type { AppendOutcome, ReadingStore } from '../../../ports/readingStore.ts';
import { mapConcurrently } from './boundedConcurrency.ts';
import type { CosmosDatabase } from './openCosmos.ts';
import { PackLogs } from './packLogs.ts';
import { readingCodec } from './readingPack.ts';
import { readingPurge } from './readingPurge.ts';
import { registerCodec, registerKeyOf } from './registerPack.ts';

/** Readings in one log of packs per grid and timeframe, registers in one per grid and instant. */
export function cosmosReadingStore({ operate }: CosmosDatabase): ReadingStore {
  const readingLogs = new PackLogs(readingCodec);
  const registerLogs = new PackLogs(registerCodec);
  return {
    append: (gridId, readings) =>
      operate('readings.append', (documents) =>
        appendGrouped(
          readings,
          ({ timeframe }) => timeframe,
          (timeframe, group) =>
            readingLogs.append(documents('readings'), readingsPk(gridId, timeframe), group),
        ),
      ),
    snapshot: (gridId, timeframe) =>
      operate('readings.snapshot', async (documents) => {
        const pk = readingsPk(gridId, timeframe);
        const { items, packs } = await readingLogs.read(documents('readings'), pk);
        return { readings: highestVersions(items), mark: String(packs) };
      }),
    latestOf: (gridId, timeframe, prosumerIds) =>
      operate('readings.latestOf', async (documents) => {
        if (prosumerIds.length === 0) return new Map();
        const pk = readingsPk(gridId, timeframe);
        const latest = await readingLogs.latest(documents('readings'), pk, prosumerIds);
        return new Map(latest.map((reading) => [reading.prosumerId, reading]));
      }),
    hasChangedSince: (gridId, timeframe, mark) =>
      operate('readings.hasChangedSince', (documents) =>
        readingLogs.isLongerThan(
          documents('readings'),
          readingsPk(gridId, timeframe),
          Number(mark),
        ),
      ),
    versions: (gridId, prosumerId, timeframe) =>
      operate('readings.versions', async (documents) => {
        const pk = readingsPk(gridId, timeframe);
        const { items } = await readingLogs.read(documents('readings'), pk);
        return items
          .filter((reading) => reading.prosumerId === prosumerId)
          .sort((a, b) => a.version - b.version);
      }),
    appendRegisters: (gridId, registers) =>
      operate('readings.appendRegisters', (documents) =>
        appendGrouped(
          registers,
          ({ at }) => at,
          (at, group) => registerLogs.append(documents('readings'), registersPk(gridId, at), group),
        ),
      ),
    neighbours: (gridId, registers, timeframeMinutes) =>
      operate('readings.neighbours', async (documents) => {
        const sides = registers.map(({ at }) => ({
          before: addMinutes(at, -timeframeMinutes),
          after: addMinutes(at, timeframeMinutes),
        }));
        const instants = [...new Set(sides.flatMap(({ before, after }) => [before, after]))];
        const logs = await mapConcurrently(instants, async (at) => {
          const pk = registersPk(gridId, at);
          const { items } = await registerLogs.read(documents('readings'), pk);
          return [at, byKey(items)] as const;
        });
        const byInstant = new Map(logs);
        return registers.map((register, index) => {
          const key = registerKeyOf(register);
          const side = sides[index];
          const before = side && byInstant.get(side.before)?.get(key);
          const after = side && byInstant.get(side.after)?.get(key);
          return { ...(before && { before }), ...(after && { after }) };
        });
      }),
    ...readingPurge(operate, async (readings, gridId, timeframe) => {
      await readingLogs.delete(readings, readingsPk(gridId, timeframe));
      await registerLogs.delete(readings, registersPk(gridId, timeframe));
    }),
  };
}

function readingsPk(gridId: GridId, timeframe: Timeframe): string {
  return `${gridId}.${compactTimeframe(timeframe)}`;
}

function registersPk(gridId: GridId, at: Instant): string {
  return `${gridId}.${at}.registers`;
}

/** Appends items log by log; outcomes line up with the items. */
async function appendGrouped<Item, At extends Instant>(
  items: readonly Item[],
  atOf: (item: Item) => At,
  append: (at: At, group: readonly Item[]) => Promise<readonly AppendOutcome[]>,
): Promise<readonly AppendOutcome[]> {
  const groups = Map.groupBy(items.entries(), ([, item]) => atOf(item));
  const outcomes = new Array<AppendOutcome>(items.length);
  await mapConcurrently([...groups], async ([at, group]) => {
    const appended = await append(
      at,
      group.map(([, item]) => item),
    );
    for (const [place, [index]] of group.entries()) {
      const outcome = appended[place];
      if (outcome !== undefined) outcomes[index] = outcome;
    }
  });
  return outcomes;
}

/** The highest version of each prosumer, by prosumer id ascending. */
function highestVersions(readings: readonly Reading[]): Reading[] {
  const highest = new Map<ProsumerId, Reading>();
  for (const reading of readings) {
    const other = highest.get(reading.prosumerId);
    if (other === undefined || other.version < reading.version) {
      highest.set(reading.prosumerId, reading);
    }
  }
  return [...highest.values()].sort((a, b) => compareIds(a.prosumerId, b.prosumerId));
}

function byKey(registers: readonly RegisterReading[]): ReadonlyMap<string, RegisterReading> {
  return new Map(registers.map((register) => [registerKeyOf(register), register]));
}
