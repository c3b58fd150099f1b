import { createHash } from 'node:crypto';
import type { Closing } from '../../shared/domain/closing.ts';
import { addMinutes } from '../../shared/domain/timeframe.ts';
import { type BooksReader, check, checkSame, type GridDocument, type Row } from './books.ts';

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

/**
 * Holds a closing against the revision before it, if there is one, the closings before it and its
 * grid: each is looked at once, when it comes.
 */
export function auditClosing(
  seen: SeenClosing,
  before: SeenClosing | undefined,
  chain: readonly SeenClosing[],
  grid: GridDocument,
): void {
  auditPlace(seen.closing, before?.closing, chain, grid);
  auditTerms(grid, seen.closing, before?.closing);
  auditLines(seen, before);
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

/**
 * The trades of a closing, which are one chain from the hash before it to its own; undefined as long
 * as they are not recorded.
 */
export function auditTrades(reader: BooksReader, closing: Closing): readonly Row[] | undefined {
  const { gridId, timeframe, revision, tradeCount, previousHash, hash } = closing;
  const rows = reader.tradesOf(gridId, timeframe, revision);
  if (rows.length < tradeCount) return undefined;
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
  return rows;
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
