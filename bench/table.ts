import type { BenchRow } from './benchmark.ts';

const widthMax = 100;
const hashLengthShown = 16;

/** The rows as text of at most 100 columns: a table, below each row its parts and notes. */
export function tableOf(title: string, rows: readonly BenchRow[]): string {
  const cells = [header, ...rows.map(cellsOf)];
  const widths = header.map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  const lines = cells.map((row) =>
    row
      .map((cell, column) => cell.padStart(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const body = rows.flatMap((row, at) => [lines[at + 1] ?? '', ...remarksOf(row)]);
  return [title, lines[0] ?? '', ...body, ''].join('\n');
}

const header = ['size', 'of', 'median', 'goal', 'per item', 'per second', 'runs', 'result'];

function cellsOf({ size, unit, ms, goalMs, runs, hash }: BenchRow): string[] {
  return [
    grouped(size),
    unit,
    duration(ms),
    goalMs === undefined ? '' : `${ms <= goalMs ? '' : 'MISSED '}${duration(goalMs)}`,
    duration(ms / size),
    grouped(Math.round((size / ms) * 1000)),
    String(runs),
    hash.slice(0, hashLengthShown),
  ];
}

function remarksOf({ parts = {}, notes, ms }: BenchRow): string[] {
  const shares = Object.entries(parts).map(
    ([part, partMs]) => `${part} ${duration(partMs)} (${Math.round((100 * partMs) / ms)} %)`,
  );
  return [...wrapped(shares), ...(notes === undefined ? [] : wrapped(notes.split(' '), ' '))];
}

/** Puts the pieces on indented lines, as many to a line as fit. */
function wrapped(pieces: readonly string[], separator = ' · '): string[] {
  const indent = '    ';
  const lines: string[] = [];
  let line = '';
  for (const piece of pieces) {
    const longer = line === '' ? indent + piece : line + separator + piece;
    if (longer.length <= widthMax || line === '') {
      line = longer;
    } else {
      lines.push(line);
      line = indent + piece;
    }
  }
  return line === '' ? lines : [...lines, line];
}

function duration(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  if (ms >= 1) return `${ms.toFixed(ms >= 100 ? 0 : 1)} ms`;
  return ms >= 0.001 ? `${(ms * 1000).toFixed(1)} µs` : `${(ms * 1e6).toFixed(0)} ns`;
}

function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ' ');
}
