import type { DatabaseSync } from 'node:sqlite';
import type { GridId, ProsumerId } from '../../domain/ids.ts';
import type { Reading, ReadingQuality } from '../../domain/reading.ts';
import type { Instant, Timeframe } from '../../domain/timeframe.ts';
import type { WattHours } from '../../domain/units.ts';
import type { AppendOutcome, ReadingStore } from '../../ports/readingStore.ts';
import { readTransaction, transaction } from './database.ts';
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
];
type MarkRow = { readonly mark: number };

const columns = 'prosumerId, version, producedWh, consumedWh, quality, source, receivedAt';

/** Readings, a row per version. The mark of a snapshot counts the appends to its timeframe. */
export function embeddedReadingStore(db: DatabaseSync): ReadingStore {
  const statements = prepare(db);
  const markOf = (gridId: GridId, timeframe: Timeframe) =>
    statements.selectMark.get(gridId, timeframe)?.mark ?? 0;
  return {
    ...registerRows(db),
    async append(gridId, readings) {
      return transaction(db, () => append(statements, gridId, readings));
    },
    async snapshot(gridId, timeframe) {
      return readTransaction(db, () => ({
        readings: highestVersions(statements.selectTimeframe.all(gridId, timeframe), timeframe),
        mark: String(markOf(gridId, timeframe)),
      }));
    },
    async hasChangedSince(gridId, timeframe, mark) {
      return markOf(gridId, timeframe) > Number(mark);
    },
    async versions(gridId, prosumerId, timeframe) {
      const rows = statements.selectVersions.all(gridId, timeframe, prosumerId);
      return rows.map((row) => readingOf(row, timeframe));
    },
  };
}

type Statements = ReturnType<typeof prepare>;

function prepare(db: DatabaseSync) {
  return {
    insert: write(
      db,
      `INSERT INTO readings (gridId, timeframe, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
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
    selectTimeframe: tupleQuery<ReadingRow>(
      db,
      `SELECT ${columns} FROM readings WHERE gridId = ? AND timeframe = ?
       ORDER BY prosumerId, version`,
    ),
    selectVersions: tupleQuery<ReadingRow>(
      db,
      `SELECT ${columns} FROM readings WHERE gridId = ? AND timeframe = ? AND prosumerId = ?
       ORDER BY version`,
    ),
  };
}

function append(
  { insert, isSame, advanceMark }: Statements,
  gridId: GridId,
  readings: readonly Reading[],
): AppendOutcome[] {
  const outcomes: AppendOutcome[] = [];
  const appendedTo = new Set<Timeframe>();
  for (const reading of readings) {
    const { prosumerId, timeframe, version, producedWh, consumedWh, quality } = reading;
    const { source, receivedAt } = reading;
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

/** The last row of each prosumer; rows come by prosumer and version, ascending. */
function highestVersions(rows: readonly ReadingRow[], timeframe: Timeframe): Reading[] {
  const readings: Reading[] = [];
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at];
    if (row !== undefined && row[0] !== rows[at + 1]?.[0]) readings.push(readingOf(row, timeframe));
  }
  return readings;
}

function readingOf(row: ReadingRow, timeframe: Timeframe): Reading {
  const [prosumerId, version, producedWh, consumedWh, quality, source, receivedAt] = row;
  return { prosumerId, timeframe, producedWh, consumedWh, quality, version, source, receivedAt };
}
