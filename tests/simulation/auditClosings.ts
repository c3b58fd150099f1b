import { createHash } from 'node:crypto';
import type { Closing } from '../../shared/domain/closing.ts';
import { addMinutes } from '../../shared/domain/timeframe.ts';
import {
  type Books,
  type BooksReader,
  check,
  checkSame,
  type GridDocument,
  numberOf,
  type Row,
  textOf,
} from './books.ts';

/** What a prosumer was settled on. */
export type Line = {
  readonly producedWh: number;
  readonly consumedWh: number;
  readonly status: string;
  /** 0: without a reading. */
  readonly version: number;
};

/** A closing, what it was settled on, and its trades once they are recorded. */
export type SeenClosing = {
  readonly closing: Closing;
  readonly lines: ReadonlyMap<string, Line>;
  trades?: readonly Row[];
};

/** Reads each closing once, and remembers that it stays as it was. */
export type ClosingHistory = {
  audit(books: Books): void;
  /** All closings of a grid, by number. */
  of(gridId: string): readonly SeenClosing[];
  /** How many closings correct another. */
  corrections(): number;
  /** The latest revision of a timeframe. */
  latest(gridId: string, timeframe: string): SeenClosing | undefined;
};

export function openClosingHistory(reader: BooksReader): ClosingHistory {
  const chains = new Map<string, SeenClosing[]>();
  const documents = new Map<string, string>();
  const latest = new Map<string, SeenClosing>();
  const add = (books: Books, row: Row) => {
    const closing: Closing = JSON.parse(textOf(row, 'document'));
    const { gridId, timeframe, nettosId } = closing;
    const chain = chains.get(gridId) ?? [];
    chains.set(gridId, chain);
    const lines = linesOf(reader.nettoPages(gridId, nettosId));
    const seen: SeenClosing = { closing, lines };
    const before = latest.get(`${gridId} ${timeframe}`);
    const grid = books.grids.find(({ id }) => id === gridId);
    if (grid === undefined) throw new Error(`nobody has the grid ${gridId}`);
    auditPlace(closing, before?.closing, chain, grid);
    auditTerms(grid, closing, before?.closing);
    auditLines(seen, before);
    chain.push(seen);
    latest.set(`${gridId} ${timeframe}`, seen);
  };
  return {
    audit(books) {
      const rows = books.table('closings');
      check(rows.length >= documents.size, 'some closings are gone');
      for (const row of rows) {
        const { gridId, closingNumber } = row;
        const key = `${gridId} ${closingNumber}`;
        if (!documents.has(key)) add(books, row);
        documents.set(key, documents.get(key) ?? textOf(row, 'document'));
        checkSame(row['document'], documents.get(key), `closing ${key}`);
        const seen = chains.get(String(gridId))?.[Number(closingNumber) - 1];
        if (seen === undefined || seen.trades !== undefined) continue;
        addTrades(reader, seen);
        check(seen.trades !== undefined || row['status'] === 'closed', `${key} lacks trades`);
      }
      auditBilled(books, latest, chains);
      auditTotals(books, chains);
    },
    of: (gridId) => chains.get(gridId) ?? [],
    corrections: () =>
      [...chains.values()].flat().filter(({ closing }) => closing.revision > 0).length,
    latest: (gridId, timeframe) => latest.get(`${gridId} ${timeframe}`),
  };
}

function linesOf(pages: readonly string[]): ReadonlyMap<string, Line> {
  const lines = pages.flatMap(
    (page) => JSON.parse(page) as [string, number, number, string, number][],
  );
  return new Map(
    lines.map(([id, producedWh, consumedWh, status, version]) => [
      id,
      { producedWh, consumedWh, status, version },
    ]),
  );
}

/** Numbers and revisions without a gap, timeframes in order, each hash after the one before. */
function auditPlace(
  closing: Closing,
  before: Closing | undefined,
  chain: readonly SeenClosing[],
  { timeframeMinutes }: GridDocument,
): void {
  const { closingNumber, gridId, timeframe, revision, previousHash, closedThrough } = closing;
  const name = `closing ${closingNumber} of ${gridId}`;
  const last = chain.at(-1)?.closing;
  checkSame(closingNumber, chain.length + 1, `the number of ${name}`);
  checkSame(revision, before === undefined ? 0 : before.revision + 1, `the revision of ${name}`);
  checkSame(previousHash, last?.hash ?? '0'.repeat(64), `the hash before ${name}`);
  const expected = revision === 0 ? timeframe : last?.closedThrough;
  checkSame(closedThrough, expected, `how far it is closed with ${name}`);
  if (revision > 0 || last === undefined) return;
  checkSame(timeframe, addMinutes(last.closedThrough, timeframeMinutes), `what ${name} closes`);
}

/** A first closing has the version that the grid shows for it; a correction what it corrects. */
function auditTerms(
  { terms: versions }: GridDocument,
  { gridId, timeframe, terms }: Closing,
  before?: Closing,
): void {
  const name = `the terms of ${gridId} at ${timeframe}`;
  if (before !== undefined) {
    checkSame(JSON.stringify(terms), JSON.stringify(before.terms), name);
    return;
  }
  const version = versions.findLast(({ validFrom }) => validFrom <= timeframe);
  checkSame(terms.validFrom, version?.validFrom, name);
  checkSame(JSON.stringify(terms.market), JSON.stringify(version?.market), name);
  const { tariff } = version ?? terms;
  const prices = [tariff, ...(tariff.windows ?? [])].map((each) => each.importPriceMsatPerKwh);
  check(prices.includes(terms.tariff.importPriceMsatPerKwh), `${name} have another price`);
}

/** Versions never fall, and what was estimated without a reading stays until there is one. */
function auditLines({ closing, lines }: SeenClosing, before: SeenClosing | undefined): void {
  for (const [id, line] of lines) {
    const name = `${id} in revision ${closing.revision} of ${closing.timeframe}`;
    const old = before?.lines.get(id);
    check(line.version >= (old?.version ?? 0), `${name} has version ${line.version}`);
    if (line.version === 0 && old?.status === 'estimated') {
      checkSame(JSON.stringify(line), JSON.stringify(old), name);
    }
    if (line.status !== 'missing') continue;
    checkSame(line.producedWh + line.consumedWh + line.version, 0, `what is missing of ${name}`);
  }
}

/** The trades of a closing are one chain from the hash before it to its own. */
function addTrades(reader: BooksReader, seen: SeenClosing): void {
  const { gridId, timeframe, revision, tradeCount, previousHash, hash } = seen.closing;
  const rows = reader.tradesOf(gridId, timeframe, revision);
  if (rows.length < tradeCount) return;
  checkSame(rows.length, tradeCount, `how many trades ${gridId} has at ${timeframe}`);
  let before: unknown = previousHash;
  for (const [at, row] of rows.entries()) {
    const name = `trade ${at + 1} of revision ${revision} of ${gridId} at ${timeframe}`;
    checkSame(row['sequence'], BigInt(at + 1), `the sequence of ${name}`);
    checkSame(row['previousHash'], before, `the hash before ${name}`);
    checkSame(row['hash'], hashOf(row), `the hash of ${name}`);
    checkSame(row['correctsTimeframeRevision'], revision === 0 ? null : BigInt(revision - 1), name);
    checkSame(row['kind'] === 'correction', revision > 0, `whether ${name} corrects`);
    before = row['hash'];
  }
  checkSame(before, hash, `the last hash of ${gridId} at ${timeframe}`);
  seen.trades = rows;
}

/** Of the JSON of what a trade says, by name: RFC 8785. */
function hashOf({ hash: _, correctsTimeframeRevision: corrects, ...row }: Row): string {
  const at = String(row['timeframe']).slice(0, 16).replaceAll(/[-:]/g, '');
  const said: Record<string, unknown> = {
    id: `${row['gridId']}.${at}Z.${row['revision']}.${row['sequence']}`,
    ...(corrects !== null && { correctsTimeframeRevision: Number(corrects) }),
  };
  for (const [name, value] of Object.entries(row)) {
    const isText = typeof value === 'string' || name.endsWith('Usat');
    said[name] = isText ? String(value) : Number(value);
  }
  const text = JSON.stringify(Object.fromEntries(Object.entries(said).sort()));
  return createHash('sha256').update(text).digest('hex');
}

/** What is recorded gathers in the month of its timeframe; what corrects, in that it was made in. */
function auditBilled(
  books: Books,
  latest: ReadonlyMap<string, SeenClosing>,
  chains: ReadonlyMap<string, readonly SeenClosing[]>,
): void {
  const sums = new Map<string, bigint>();
  const recorded = new Set(
    books.table('recorded').map((row) => `${row['gridId']} ${row['timeframe']} ${row['revision']}`),
  );
  check(latest.size > 0 || recorded.size === 0, 'something is recorded, and nothing closed');
  for (const { id, timeZone } of books.grids) {
    for (const { closing, trades = [] } of chains.get(id) ?? []) {
      if (!recorded.has(`${id} ${closing.timeframe} ${closing.revision}`)) continue;
      const month = billedIn(closing, timeZone);
      const add = (account: unknown, side: string, energyWh: bigint) => {
        const key = `${id} ${month} ${account} ${side}`;
        sums.set(key, (sums.get(key) ?? 0n) + energyWh);
      };
      for (const trade of trades) {
        add(trade['sellerId'], 'soldWh', numberOf(trade, 'energyWh'));
        add(trade['buyerId'], 'boughtWh', numberOf(trade, 'energyWh'));
      }
    }
  }
  for (const row of books.table('gathered')) {
    for (const side of ['soldWh', 'boughtWh'] as const) {
      const key = `${row['gridId']} ${row['period']} ${row['accountId']} ${side}`;
      checkSame(row[side], sums.get(key) ?? 0n, `what gathered as ${key}`);
      sums.delete(key);
    }
  }
  checkSame([...sums.keys()].join(), '', 'what gathered nowhere');
}

const months = new Map<string, string>();

/** The local month that the trades of a closing are billed in. */
export function billedIn({ timeframe, revision, closedAt }: Closing, timeZone: string): string {
  const own = monthOf(timeframe, timeZone);
  const madeIn = monthOf(closedAt, timeZone);
  return revision > 0 && madeIn > own ? madeIn : own;
}

function monthOf(instant: string, timeZone: string): string {
  const key = `${instant} ${timeZone}`;
  const known = months.get(key);
  if (known !== undefined) return known;
  const month = new Date(instant).toLocaleDateString('sv-SE', { timeZone }).slice(0, 7);
  months.set(key, month);
  return month;
}

/** Rosters hold the sum of the latest lines of all closings that they have. */
function auditTotals(books: Books, chains: ReadonlyMap<string, readonly SeenClosing[]>): void {
  for (const total of books.table('totals')) {
    const chain = chains.get(String(total['gridId'])) ?? [];
    const through = numberOf(total, 'closingNumber');
    check(through <= chain.length, `${total['gridId']} has totals of closings to come`);
    const lines = new Map<string, ReadonlyMap<string, Line>>();
    for (const seen of chain.slice(0, Number(through)))
      lines.set(seen.closing.timeframe, seen.lines);
    const sums = new Map<string, { producedWh: number; consumedWh: number }>();
    for (const [id, line] of [...lines.values()].flatMap((each) => [...each])) {
      const sum = sums.get(id) ?? { producedWh: 0, consumedWh: 0 };
      sum.producedWh += line.producedWh;
      sum.consumedWh += line.consumedWh;
      sums.set(id, sum);
    }
    for (const side of ['producedWh', 'consumedWh'] as const) {
      let all = 0;
      for (const member of books.table('members')) {
        if (member['gridId'] !== total['gridId']) continue;
        const sum = sums.get(textOf(member, 'prosumerId'))?.[side] ?? 0;
        checkSame(Number(member[side]), sum, `${side} of ${member['prosumerId']}`);
        all += sum;
      }
      checkSame(Number(total[side]), all, `${side} of ${total['gridId']}`);
    }
    const last = chain[Number(through) - 1]?.closing;
    checkSame(total['lastClosedTimeframe'], last?.closedThrough ?? null, 'how far totals are');
  }
}
