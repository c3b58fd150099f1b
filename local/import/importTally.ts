/** Lines that share a fate: how many, and the first few by number. */
export type LineGroup = { readonly count: number; readonly lines: readonly number[] };

/** What an import has come to so far. Counts readings; `skipped` and what is rejected count lines. */
export type ImportTally = {
  readonly accepted: number;
  readonly duplicate: number;
  readonly late: number;
  readonly rejected: number;
  readonly skipped: number;
  readonly rejectedByCode: Readonly<Record<string, LineGroup>>;
  readonly skippedByReason: Readonly<Record<string, LineGroup>>;
};

const linesPerGroupMax = 5;

export const emptyTally: ImportTally = {
  accepted: 0,
  duplicate: 0,
  late: 0,
  rejected: 0,
  skipped: 0,
  rejectedByCode: {},
  skippedByReason: {},
};

/** Adds one line to its group; the groups given stay as they are. */
export function addLine(
  groups: Readonly<Record<string, LineGroup>>,
  name: string,
  line: number,
): Readonly<Record<string, LineGroup>> {
  const group = groups[name] ?? { count: 0, lines: [] };
  const lines = group.lines.length < linesPerGroupMax ? [...group.lines, line] : group.lines;
  return { ...groups, [name]: { count: group.count + 1, lines } };
}

/** The final report, as lines of text. */
export function describeTally(tally: ImportTally): readonly string[] {
  const total = tally.accepted + tally.duplicate + tally.late + tally.rejected + tally.skipped;
  return [
    `${number(total)} in all`,
    countLine('accepted', tally.accepted, 'new'),
    countLine('duplicate', tally.duplicate, 'were there already, with the same content'),
    countLine('late', tally.late, 'new, but their timeframe was closed before'),
    countLine('skipped', tally.skipped, ''),
    ...groupLines(tally.skippedByReason),
    countLine('rejected', tally.rejected, ''),
    ...groupLines(tally.rejectedByCode),
  ];
}

function countLine(name: string, count: number, note: string): string {
  return `  ${name.padEnd(10)}${number(count).padStart(12)}  ${note}`.trimEnd();
}

function groupLines(groups: Readonly<Record<string, LineGroup>>): readonly string[] {
  return Object.entries(groups).map(([name, { count, lines }]) => {
    const more = count > lines.length ? ', …' : '';
    const noun = lines.length === 1 && more === '' ? 'line' : 'lines';
    return `    ${name}: ${number(count)} (${noun} ${lines.join(', ')}${more})`;
  });
}

/** 1234567 → `1 234 567`. */
function number(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ' ');
}
