/** What a line of the demonstration tells: one timeframe that has been settled. */
export type SettledLine = {
  /** Local time at which the timeframe starts, in milliseconds since 1970. */
  readonly startMs: number;
  readonly producedWh: number;
  readonly consumedWh: number;
  readonly tradedWh: number;
  readonly importedWh: number;
  readonly exportedWh: number;
  readonly tradeCount: number;
  readonly priceMsatPerKwh: number;
  /** Of all accounts, in µsat: 0, always. */
  readonly balancesUsat: bigint;
  /** From the moment the readings were posted until every trade was in the ledger. */
  readonly tookMs: number;
  readonly missing: number;
};

export type DemonstrationScreen = {
  banner(nowMs: number, homes: number): void;
  settled(line: SettledLine): void;
  /** Something besides, in a line of its own. */
  note(text: string): void;
};

export type ScreenOptions = {
  readonly url: string;
  readonly gridId: string;
  readonly timeZone: string;
  /** How much faster than real time it goes, and how long a timeframe waits before it closes. */
  readonly speed: number;
  readonly graceMinutes: number;
  readonly isColoured: boolean;
  readonly write: (text: string) => void;
};

const linesPerHeader = 24;

/** At most 100 columns wide: columns end where their titles end. */
const columns = [
  ['timeframe', 16],
  ['produced', 9],
  ['consumed', 9],
  ['traded', 9],
  ['imported', 9],
  ['exported', 9],
  ['trades', 8],
  ['sat/kWh', 10],
  ['Σ µsat', 8],
  ['ms', 7],
] as const;

/** Writes the demonstration to a terminal. */
export function createDemonstrationScreen(options: ScreenOptions): DemonstrationScreen {
  const { gridId, timeZone, write } = options;
  const paint = createPaint(options.isColoured);
  const time = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    day: '2-digit',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
  let linesSinceHeader = linesPerHeader;

  return {
    banner(nowMs, homes) {
      const api = `${options.url}/api`;
      const seconds = 900 / options.speed;
      const every = seconds === 1 ? 'second' : `${round(seconds)} s`;
      const graceMs = round((options.graceMinutes * 60_000) / options.speed);
      const lines = [
        '',
        `  ${paint.bold('Mini Smart Grid')}: ${homes} homes, measured, a quarter-hour every ${every}`,
        `  In the hamlet (${timeZone}) it is ${localTime(nowMs)}.`,
        '',
        `  Try it out    ${paint.blue(`${api}/docs`)}`,
        `  The grid      ${paint.blue(`${api}/grids/${gridId}`)}`,
        `  Its netto     ${paint.blue(`${api}/grids/${gridId}/netto`)}`,
        `  Its accounts  ${paint.blue(`${api}/grids/${gridId}/accounts`)}`,
        `  One home      ${paint.blue(`${api}/prosumers/home01/transactions`)}`,
        `  All trades    ${paint.blue(`${api}/trades?gridId=${gridId}`)}`,
        '',
        '  b bills last month and settles it in bitcoin, on a chain of this machine. So does',
        `  curl -X POST ${options.url}/admin/actions/bill`,
        '  Ctrl+C stops it. Started again, it goes on where it was.',
        '  Below: kWh of each timeframe; Σ over all accounts; ms from posted to settled,',
        `  ${graceMs} of which it waits for readings that are late.`,
        '',
      ];
      write(`${lines.join('\n')}\n`);
    },
    settled(line) {
      if (linesSinceHeader >= linesPerHeader) {
        write(`${paint.dim(row(columns.map(([title]) => title)))}\n`);
        linesSinceHeader = 0;
      }
      linesSinceHeader += 1;
      const cells = row([
        localTime(line.startMs),
        kwh(line.producedWh),
        kwh(line.consumedWh),
        kwh(line.tradedWh),
        kwh(line.importedWh),
        kwh(line.exportedWh),
        String(line.tradeCount),
        (line.priceMsatPerKwh / 1000).toFixed(3),
        String(line.balancesUsat),
        String(Math.round(line.tookMs)),
      ]);
      const isSound = line.balancesUsat === 0n;
      const isSunny = line.producedWh > line.consumedWh;
      write(`${isSound ? (isSunny ? paint.green(cells) : cells) : paint.red(cells)}\n`);
      if (line.missing > 0) {
        write(`${paint.yellow(`  ${line.missing} readings were missing when it closed`)}\n`);
      }
    },
    note: (text) => write(`  ${paint.dim(text)}\n`),
  };

  function localTime(ms: number): string {
    return time.format(ms).replaceAll(',', '');
  }
}

/** The first column to the left, the others to the right. */
function row(cells: readonly string[]): string {
  return columns
    .map(([, width], index) => {
      const cell = cells[index] ?? '';
      return index === 0 ? cell.padEnd(width) : cell.padStart(width);
    })
    .join('');
}

/** Three digits that count, at most. */
function round(value: number): number {
  return Number(value.toPrecision(3));
}

function kwh(energyWh: number): string {
  return (energyWh / 1000).toFixed(3);
}

function createPaint(isColoured: boolean) {
  const with_ = (code: number) => (text: string) =>
    isColoured ? `\u001b[${code}m${text}\u001b[0m` : text;
  return {
    bold: with_(1),
    dim: with_(2),
    red: with_(31),
    green: with_(32),
    yellow: with_(33),
    blue: with_(34),
  };
}
