import type { Grid } from '../domain/grid.ts';
import type { ProsumerId } from '../domain/ids.ts';
import { isActiveIn, type Member } from '../domain/prosumer.ts';
import type { Reading } from '../domain/reading.ts';
import { intervalBetween, type RegisterReading } from '../domain/register.ts';
import { addMinutes, type Instant, isAligned } from '../domain/timeframe.ts';
import type { AppendOutcome, RegisterNeighbours } from '../ports/readingStore.ts';
import type { ReadingPorts, ReadingResult, ResultCheck } from './postedReadings.ts';
import { postIntervals } from './postIntervals.ts';

type Indexed = RegisterReading & { readonly index: number };

/** More than any connection of a community carries in a timeframe: beyond it a register is nonsense. */
const intervalEnergyWhMax = 10_000_000;

/**
 * Appends cumulative registers and turns each pair of neighbours, one timeframe apart on the same
 * meter, into the interval between them, in whatever order they arrive. A register that
 * contradicts a neighbour is rejected and not kept.
 */
export async function postRegisters(
  ports: Pick<ReadingPorts, 'readings' | 'closings'>,
  grid: Grid,
  members: ReadonlyMap<ProsumerId, Member>,
  registers: readonly Indexed[],
): Promise<readonly ReadingResult[]> {
  if (registers.length === 0) return [];
  const stored = await ports.readings.neighbours(grid.id, registers, grid.timeframeMinutes);
  const { plausible, rejected } = sift(grid, registers, stored);
  const outcomes = await ports.readings.appendRegisters(grid.id, plausible);
  // Asked again after the write: two neighbours that arrive at once are then seen by one of the two.
  const around = await ports.readings.neighbours(grid.id, plausible, grid.timeframeMinutes);
  const intervals = new Map<string, Reading & { readonly index: number }>();
  const resets = new Set<number>();
  for (const [at, register] of plausible.entries()) {
    if (outcomes[at] === 'conflict') continue;
    for (const reading of intervalsAt(grid, members, register, around[at] ?? {})) {
      if (reading === 'reset') resets.add(register.index);
      else intervals.set(`${reading.prosumerId} ${reading.timeframe}`, reading);
    }
  }
  const derived = await postIntervals(ports, grid, members, [...intervals.values()]);
  const byIndex = Map.groupBy(derived, ({ index }) => index);
  const results = plausible.map(({ index }, at) =>
    resultOf(index, outcomes[at], byIndex.get(index) ?? [], resets.has(index)),
  );
  return [...rejected, ...results];
}

/**
 * A register that is kept tells of its intervals too, of which it may end one and begin another: late,
 * or there already with other content, and what is suspicious about either.
 */
function resultOf(
  index: number,
  outcome: AppendOutcome | undefined,
  intervals: readonly ReadingResult[],
  isReset: boolean,
): ReadingResult {
  if (outcome === 'conflict') {
    const detail = 'is there for this meter and instant with other content';
    const errors = [{ pointer: `/readings/${index}/at`, detail }];
    return { index, status: 'rejected', code: 'reading_conflict', errors };
  }
  if (outcome === 'duplicate') return { index, status: 'duplicate' };
  const told = new Set<ResultCheck>(intervals.flatMap(({ checks = [] }) => checks));
  if (isReset) told.add('register_reset');
  const checks = told.size === 0 ? {} : { checks: [...told] };
  const telling = intervals.findLast(({ status }) => status === 'late' || status === 'rejected');
  if (telling?.status === 'rejected') return { ...telling, ...checks, status: 'accepted' };
  return { index, status: telling?.status ?? 'accepted', ...checks };
}

/**
 * Holds each register against its neighbours one timeframe away, those of the same request included,
 * oldest first: how many came in one request makes no difference.
 */
function sift(
  { timeframeMinutes }: Grid,
  registers: readonly Indexed[],
  stored: readonly RegisterNeighbours[],
): { readonly plausible: readonly Indexed[]; readonly rejected: readonly ReadingResult[] } {
  const plausible: Indexed[] = [];
  const rejected: ReadingResult[] = [];
  const sifted = new Map<string, RegisterReading>();
  const keyAt = ({ prosumerId, meterId }: RegisterReading, at: Instant) =>
    `${prosumerId} ${at} ${meterId}`;
  const order = registers.map((_, at) => at).sort((a, b) => compareAt(registers[a], registers[b]));
  for (const place of order) {
    const register = registers[place];
    if (register === undefined) continue;
    const { index, at } = register;
    const earlierAt = addMinutes(at, -timeframeMinutes);
    const before = stored[place]?.before ?? sifted.get(keyAt(register, earlierAt));
    const fault = faultBetween(before, register) ?? faultBetween(register, stored[place]?.after);
    if (fault === undefined) {
      sifted.set(keyAt(register, at), register);
      plausible.push(register);
      continue;
    }
    const errors = [{ pointer: `/readings/${index}/${fault.field}`, detail: fault.detail }];
    rejected.push({ index, status: 'rejected', code: 'register_nonsense', errors });
  }
  return { plausible, rejected };
}

function compareAt(a: RegisterReading | undefined, b: RegisterReading | undefined): number {
  const [left, right] = [a?.at ?? '', b?.at ?? ''];
  return left < right ? -1 : left > right ? 1 : 0;
}

function faultBetween(earlier: RegisterReading | undefined, later: RegisterReading | undefined) {
  if (earlier === undefined || later === undefined) return undefined;
  const between = intervalBetween(earlier, later, intervalEnergyWhMax);
  return between.kind === 'nonsense' ? between : undefined;
}

/** The intervals that end and begin at a register, where the neighbour is there, or that it was reset. */
function* intervalsAt(
  grid: Grid,
  members: ReadonlyMap<ProsumerId, Member>,
  register: Indexed,
  { before, after }: RegisterNeighbours,
): Generator<(Reading & { readonly index: number }) | 'reset'> {
  const member = members.get(register.prosumerId);
  const pairs: readonly (readonly [RegisterReading | undefined, RegisterReading | undefined])[] = [
    [before, register],
    [register, after],
  ];
  for (const [earlier, later] of pairs) {
    if (earlier === undefined || later === undefined || member === undefined) continue;
    const timeframe: Instant = earlier.at;
    if (!isAligned(timeframe, grid.timeframeMinutes) || !isActiveIn(member, timeframe)) continue;
    const between = intervalBetween(earlier, later, intervalEnergyWhMax);
    if (between.kind === 'reset') yield 'reset';
    if (between.kind !== 'interval') continue;
    yield {
      index: register.index,
      prosumerId: register.prosumerId,
      timeframe,
      producedWh: between.producedWh,
      consumedWh: between.consumedWh,
      quality: 'measured',
      version: 1,
      source: `register ${register.meterId}`,
      receivedAt: register.receivedAt,
      ...(register.postedBy && { postedBy: register.postedBy }),
    };
  }
}
