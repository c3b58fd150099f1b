import type { DatabaseSync } from 'node:sqlite';
import type { Actor } from '../../domain/audit.ts';
import type { GridId, ProsumerId } from '../../domain/ids.ts';
import type { Reading, ReadingCheck, ReadingQuality } from '../../domain/reading.ts';
import type { Instant, Timeframe } from '../../domain/timeframe.ts';
import type { WattHours } from '../../domain/units.ts';
import type { AppendOutcome, ReadingStore } from '../../ports/readingStore.ts';
import { readTransaction, transaction } from './database.ts';
import { type Posters, posters } from './posters.ts';
import { readingPurge } from './readingPurge.ts';
import { registerRows } from './registerRows.ts';
import { query, tupleQuery, write } from './statement.ts';

type ReadingRow = readonly [
  prosumerId: ProsumerId,
  version: number,
  producedWh: WattHours,
  consumedWh: WattHours,
  quality: ReadingQuality,
  source: string,
  receivedAt: Instant,
  checks: string | null,
  unchangedFor: number,
  poster: number | null,
];
type MarkRow = { readonly mark: number };

const columns = `prosumerId, version, producedWh, consumedWh, quality, source, receivedAt, checks,
  unchangedFor, poster`;

const checkSeparator = ' ';

/** Readings, a row per version. The mark of a snapshot counts the appends to its timeframe. */
export function embeddedReadingStore(db: DatabaseSync): ReadingStore {
  const statements = prepare(db);
  const markOf = (gridId: GridId, timeframe: Timeframe) =>
    statements.selectMark.get(gridId, timeframe)?.mark ?? 0;
  return {
    ...registerRows(db),
    ...readingPurge(db),
    async append(gridId, readings) {
      return transaction(db, () => append(statements, gridId, readings));
    },
    async snapshot(gridId, timeframe) {
      return readTransaction(db, () => ({
        readings: highestVersions(statements, gridId, timeframe),
        mark: String(markOf(gridId, timeframe)),
      }));
    },
    async latestOf(gridId, timeframe, prosumerIds) {
      return readTransaction(db, () => latestOf(statements, gridId, timeframe, prosumerIds));
    },
    async hasChangedSince(gridId, timeframe, mark) {
      return markOf(gridId, timeframe) > Number(mark);
    },
    async versions(gridId, prosumerId, timeframe) {
      const rows = statements.selectVersions.all(gridId, timeframe, prosumerId);
      return rows.map((row) => readingOf(statements, row, timeframe));
    },
  };
}

type Statements = ReturnType<typeof prepare>;

function prepare(db: DatabaseSync) {
  return {
    insert: write(
      db,
      `INSERT INTO readings (gridId, timeframe, ${columns})
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    ),
    isSame: query<{ isSame: number }>(
      db,
      `SELECT producedWh = ? AND consumedWh = ? AND quality = ? AS isSame FROM readings
       WHERE gridId = ? AND timeframe = ? AND prosumerId = ? AND version = ?`,
    ),
    advanceMark: write(
      db,
      `INSERT INTO readingMarks (gridId, timeframe, mark) VALUES (?, ?, 1)
       ON CONFLICT DO UPDATE SET mark = mark + 1`,
    ),
    selectMark: query<MarkRow>(
      db,
      'SELECT mark FROM readingMarks WHERE gridId = ? AND timeframe = ?',
    ),
    posters: posters(db),
    selectTimeframe: tupleQuery<ReadingRow>(
      db,
      `SELECT ${columns} FROM readings WHERE gridId = ? AND timeframe = ?
       ORDER BY prosumerId, version`,
    ),
    selectLatest: tupleQuery<ReadingRow>(
      db,
      `SELECT ${columns} FROM readings WHERE gridId = ? AND timeframe = ? AND prosumerId = ?
       ORDER BY version DESC LIMIT 1`,
    ),
    selectVersions: tupleQuery<ReadingRow>(
      db,
      `SELECT ${columns} FROM readings WHERE gridId = ? AND timeframe = ? AND prosumerId = ?
       ORDER BY version`,
    ),
  };
}

function append(
  { insert, isSame, advanceMark, posters: { numberOf } }: Statements,
  gridId: GridId,
  readings: readonly Reading[],
): AppendOutcome[] {
  const outcomes: AppendOutcome[] = [];
  const appendedTo = new Set<Timeframe>();
  const numbers = new Map<Actor | undefined, number | null>();
  for (const reading of readings) {
    const { prosumerId, timeframe, version, producedWh, consumedWh, quality } = reading;
    const { source, receivedAt, checks = [], unchangedFor = 0, postedBy } = reading;
    let poster = numbers.get(postedBy);
    if (poster === undefined) {
      poster = numberOf(postedBy);
      numbers.set(postedBy, poster);
    }
    const { changes } = insert.run(
      gridId,
      timeframe,
      prosumerId,
      version,
      producedWh,
      consumedWh,
      quality,
      source,
      receivedAt,
      checks.length === 0 ? null : checks.join(checkSeparator),
      unchangedFor,
      poster,
    );
    if (changes === 1) {
      appendedTo.add(timeframe);
      outcomes.push('accepted');
    } else {
      const key = [gridId, timeframe, prosumerId, version];
      const there = isSame.get(producedWh, consumedWh, quality, ...key);
      outcomes.push(there?.isSame === 1 ? 'duplicate' : 'conflict');
    }
  }
  for (const timeframe of appendedTo) advanceMark.run(gridId, timeframe);
  return outcomes;
}

/** One seek in the key for each: few that are asked for cost little, however large the community. */
function latestOf(
  statements: Statements,
  gridId: GridId,
  timeframe: Timeframe,
  prosumerIds: readonly ProsumerId[],
): ReadonlyMap<ProsumerId, Reading> {
  const latest = new Map<ProsumerId, Reading>();
  for (const prosumerId of prosumerIds) {
    const row = latest.has(prosumerId)
      ? undefined
      : statements.selectLatest.get(gridId, timeframe, prosumerId);
    if (row !== undefined) latest.set(prosumerId, readingOf(statements, row, timeframe));
  }
  return latest;
}

/** The last row of each prosumer; rows come by prosumer and version, ascending. */
function highestVersions(statements: Statements, gridId: GridId, timeframe: Timeframe): Reading[] {
  const rows = statements.selectTimeframe.all(gridId, timeframe);
  const readings: Reading[] = [];
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at];
    if (row !== undefined && row[0] !== rows[at + 1]?.[0]) {
      readings.push(readingOf(statements, row, timeframe));
    }
  }
  return readings;
}

function readingOf(
  { posters: { at } }: { readonly posters: Posters },
  row: ReadingRow,
  timeframe: Timeframe,
): Reading {
  const [prosumerId, version, producedWh, consumedWh, quality, source, receivedAt] = row;
  const [, , , , , , , checks, unchangedFor, poster] = row;
  return {
    ...{ prosumerId, timeframe, producedWh, consumedWh, quality, version, source, receivedAt },
    ...(checks !== null && { checks: checks.split(checkSeparator) as ReadingCheck[] }),
    ...(unchangedFor > 0 && { unchangedFor }),
    ...(poster !== null && { postedBy: at(poster) }),
  };
}
