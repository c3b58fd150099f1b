import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { Transaction } from 'bitcoinjs-lib';
import type { Terms } from '../../shared/domain/grid.ts';
import type { Payout } from '../../shared/domain/payout.ts';

/** A row as SQLite has it; integers are bigints. */
export type Row = Readonly<Record<string, string | bigint | null>>;

/** A transaction of the chain or, without a height, of the mempool. */
export type ChainRow = {
  readonly txid: string;
  readonly height: number | undefined;
  readonly outputs: readonly { readonly script: string; readonly amountSat: bigint }[];
};

/** Everything that an auditor looks at, in one state: read past the code that wrote it. */
export type Books = {
  readonly table: (name: Table) => readonly Row[];
  /** Has anything been written since they were read before? */
  readonly isNew: { readonly grid: boolean; readonly money: boolean; readonly chain: boolean };
  readonly payouts: readonly Payout[];
  readonly grids: readonly GridDocument[];
  readonly chain: ReadonlyMap<string, ChainRow>;
  readonly height: number;
};

export type GridDocument = {
  readonly id: string;
  readonly timeZone: string;
  readonly timeframeMinutes: number;
  readonly correctionDays: number;
  readonly name: string;
  readonly paused: boolean;
  readonly graceMinutes: number;
  readonly missingReadings: string;
  readonly terms: readonly Terms[];
  readonly billing: {
    readonly dueDays: number;
    readonly payoutFeePaidBy: string;
    readonly addressCooldownHours: number;
    readonly confirmations: readonly { readonly fromSat: number; readonly confirmations: number }[];
  };
};

const ofLines = 'gridId, period, accountId, kind, energyWh, billedWh';
const bothLines = `(SELECT ${ofLines} FROM accountLines
  UNION ALL SELECT ${ofLines} FROM averagedLines)`;
const tables = {
  postings: `SELECT gridId, accountId, sum(creditUsat - debitUsat) AS balanceUsat FROM postings
    GROUP BY gridId, accountId`,
  unbilled: `SELECT gridId, period, sum(energyWh - billedWh) AS energyWh FROM ${bothLines}
    GROUP BY gridId, period HAVING sum(energyWh - billedWh) <> 0`,
  runs: 'SELECT * FROM billingRuns ORDER BY gridId, period',
  accounts: 'SELECT * FROM billingAccounts ORDER BY gridId, period, accountId',
  lines: 'SELECT * FROM billingLines ORDER BY gridId, period, accountId, kind, counterparty',
  invoices: 'SELECT * FROM invoices ORDER BY invoiceId',
  events: 'SELECT * FROM invoiceEvents ORDER BY invoiceId, sequence',
  payments: 'SELECT * FROM payments ORDER BY txid, vout',
  indexes: 'SELECT * FROM walletIndexes ORDER BY walletId, keyChain, keyIndex',
  payees: 'SELECT * FROM payees ORDER BY gridId, period, prosumerId',
  payouts: 'SELECT document FROM payouts ORDER BY payoutId',
  coins: 'SELECT txid, vout, payoutId FROM payoutCoins',
  undocumented: 'SELECT gridId, period FROM billingDocuments WHERE isDone = 0',
  balances: `SELECT gridId, prosumerId AS accountId, creditsUsat - debitsUsat AS balanceUsat
    FROM prosumers
    UNION ALL SELECT gridId, accountId, creditsUsat - debitsUsat FROM reservedAccounts`,
  gathered: `SELECT gridId, period, accountId, sum(iif(kind = 'sold', energyWh, 0)) AS soldWh,
    sum(iif(kind = 'bought', energyWh, 0)) AS boughtWh
    FROM ${bothLines} GROUP BY gridId, period, accountId`,
  recorded: 'SELECT gridId, timeframe, revision FROM recordedBatches',
  ahead: 'SELECT * FROM tradesAhead ORDER BY gridId, sequence',
  versions: 'SELECT * FROM orderVersions ORDER BY prosumerId, orderId, version',
} as const;
const gridTables = {
  closings: `SELECT gridId, closingNumber, status, hasLateReadings, document FROM closings
    ORDER BY gridId, closingNumber`,
  members: 'SELECT * FROM members ORDER BY gridId, prosumerId',
  totals: 'SELECT * FROM gridTotals',
} as const;
export type Table = keyof typeof tables | keyof typeof gridTables;

const allTables = `SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`;
const ofRevision = 'WHERE gridId = ? AND timeframe = ? AND revision = ? ORDER BY sequence';
const ofNettos = 'WHERE gridId = ? AND nettosId = ? ORDER BY firstProsumerId';
const moved = `SELECT gridId, timeframe, accountId, sum(soldWh - boughtWh) AS nettoWh,
  sum(creditUsat - debitUsat) AS balanceUsat FROM postings GROUP BY gridId, timeframe, accountId`;

/** Reads the files of a directory, as often as it is asked. */
export type BooksReader = {
  read(): Books;
  /** Coins that payouts have taken. */
  coins(): readonly Row[];
  trades(): readonly Row[];
  /** Trades of one revision, by sequence. */
  tradesOf(gridId: string, timeframe: string, revision: number): readonly Row[];
  /** The pages of a netto, as they were written. */
  nettoPages(gridId: string, nettosId: string): readonly string[];
  readings(): readonly Row[];
  /** Entries of both audit logs. */
  logged(): readonly Row[];
  /** What moved on each account in each timeframe. */
  moved(): readonly Row[];
  /** Every row of every table of every file, told in a few characters. */
  digest(): string;
  close(): void;
};

export function openBooks(directory: string): BooksReader {
  const open = (name: string) =>
    new DatabaseSync(join(directory, `${name}.db`), { readOnly: true });
  const money = open('prosumerInfo');
  const trader = open('traderInfo');
  const grid = open('smartGridInfo');
  const chain = open('chain');
  const parsed = new Map<string, ChainRow['outputs']>();
  const statements = new Map<DatabaseSync, Map<string, StatementSync>>();
  const rowsOf = (
    db: DatabaseSync,
    sql: string,
    ...values: readonly (string | number)[]
  ): readonly Row[] => {
    const own = statements.get(db) ?? new Map<string, StatementSync>();
    statements.set(db, own);
    const statement = own.get(sql) ?? db.prepare(sql);
    own.set(sql, statement);
    statement.setReadBigInts(true);
    return statement.all(...values) as unknown as Row[];
  };
  const read = new Map<Table, readonly Row[]>();
  const readTables = (db: DatabaseSync, of: Readonly<Record<string, string>>) => {
    for (const [name, sql] of Object.entries(of)) read.set(name as Table, rowsOf(db, sql));
  };
  const seen = new Map<DatabaseSync, unknown>();
  const hasChanged = (db: DatabaseSync) => {
    const before = seen.get(db);
    const now = rowsOf(db, 'PRAGMA data_version')[0]?.['data_version'];
    seen.set(db, now);
    return now !== before;
  };
  const outputsOf = (txid: string): ChainRow['outputs'] => {
    const known = parsed.get(txid);
    if (known !== undefined) return known;
    const row = chain.prepare('SELECT bytes FROM transactions WHERE txid = ?').get(txid);
    const { outs } = Transaction.fromBuffer(row?.['bytes'] as Uint8Array);
    const outputs = outs.map(({ script, value }) => {
      return { script: Buffer.from(script).toString('hex'), amountSat: value };
    });
    parsed.set(txid, outputs);
    return outputs;
  };
  return {
    read() {
      const isNew = {
        grid: hasChanged(grid) || hasChanged(trader),
        money: hasChanged(money),
        chain: hasChanged(chain),
      };
      if (isNew.money) readTables(money, tables);
      if (isNew.grid) readTables(grid, gridTables);
      const now = new Map(read);
      const table = (name: Table) => now.get(name) ?? [];
      const rows = rowsOf(chain, 'SELECT txid, height FROM transactions ORDER BY sequence');
      const top = rowsOf(chain, 'SELECT max(height) AS height FROM blocks');
      return {
        table,
        isNew,
        payouts: table('payouts').map(({ document }) => payoutOf(String(document))),
        grids: rowsOf(grid, 'SELECT document FROM grids').map(({ document }) =>
          JSON.parse(String(document)),
        ),
        height: Number(top[0]?.['height']),
        chain: new Map(
          rows.map(({ txid, height }) => [
            String(txid),
            {
              txid: String(txid),
              height: height === null ? undefined : Number(height),
              outputs: outputsOf(String(txid)),
            },
          ]),
        ),
      };
    },
    coins: () => rowsOf(money, tables.coins),
    trades: () => rowsOf(trader, 'SELECT * FROM trades'),
    tradesOf: (gridId, timeframe, revision) =>
      rowsOf(trader, `SELECT * FROM trades ${ofRevision}`, gridId, timeframe, revision),
    nettoPages: (gridId, nettosId) =>
      rowsOf(grid, `SELECT lines FROM nettoPages ${ofNettos}`, gridId, nettosId).map(({ lines }) =>
        String(lines),
      ),
    readings: () => rowsOf(grid, 'SELECT * FROM readings ORDER BY gridId, timeframe, version'),
    logged: () => [grid, money].flatMap((db) => rowsOf(db, 'SELECT * FROM auditEntries')),
    moved: () => rowsOf(money, moved),
    digest() {
      const hash = createHash('sha256');
      for (const db of [money, trader, grid, chain]) {
        for (const { name } of db.prepare(allTables).all()) {
          for (const row of db.prepare(`SELECT * FROM "${name}"`).all()) {
            for (const value of Object.values(row)) {
              hash.update(value instanceof Uint8Array ? value : String(value)).update('|');
            }
          }
        }
      }
      return hash.digest('hex');
    },
    close() {
      for (const db of [money, trader, grid, chain]) db.close();
    },
  };
}

/** Amounts in a payout's document are decimal text. */
function payoutOf(document: string): Payout {
  return JSON.parse(document, (name, value) => (name.endsWith('Sat') ? BigInt(value) : value));
}

/** A number of a row. */
export function numberOf(row: Row, column: string): bigint {
  const value = row[column];
  if (typeof value === 'bigint') return value;
  throw new Error(`${column} of ${Object.values(row).join(' ')} is no number`);
}

/** A text of a row; empty where there is none. */
export function textOf(row: Row, column: string): string {
  const value = row[column];
  return typeof value === 'string' ? value : '';
}

/** Σ of a column. */
export function sumOf(rows: readonly Row[], column: string): bigint {
  return rows.reduce((sum, row) => sum + numberOf(row, column), 0n);
}

/** Holds something against the books; what is wrong ends the simulation. */
export function check(holds: boolean, fault: string): void {
  if (!holds) throw new Error(`The auditor found: ${fault}`);
}

/** Holds two things that must be the same against each other. */
export function checkSame(found: unknown, expected: unknown, what: string): void {
  check(found === expected, `${what} is ${String(found)}, not ${String(expected)}`);
}
