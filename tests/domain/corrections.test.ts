import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { linesOf as accountLinesOf } from '../../shared/domain/accountLine.ts';
import type { BillingPeriod } from '../../shared/domain/billingPeriod.ts';
import { batchesOf, tradesOfBatch, tradesOfClosing } from '../../shared/domain/closeFrame.ts';
import type { ClosingDraft } from '../../shared/domain/closing.ts';
import type { Terms } from '../../shared/domain/grid.ts';
import { verifyChain, zeroHash } from '../../shared/domain/hashChain.ts';
import { isReserved } from '../../shared/domain/ids.ts';
import { balanceOf, postingsOf, sumsByAccount } from '../../shared/domain/ledger.ts';
import type { NettoLine } from '../../shared/domain/netto.ts';
import { type Book, emptyBook } from '../../shared/domain/order.ts';
import { type Trade, tradesPerBatch } from '../../shared/domain/trade.ts';
import { tradeEnergyWhMax, tradePriceMsatPerKwhMax } from '../../shared/domain/units.ts';
import { linesOf, reading, settleLines, sha256, termsOf } from './given.ts';
import { ahead, anyBook, anyLines, anyMarketTerms } from './marketGiven.ts';

type Revision = {
  readonly closing: ClosingDraft;
  readonly trades: readonly Trade[];
  readonly lines: readonly NettoLine[];
};

const period = '2026-11' as BillingPeriod;
const first = linesOf([reading('a', 2000, 0), reading('b', 0, 1500), reading('c', 0, 1500)]);
const second = linesOf([reading('a', 2000, 0), reading('b', 0, 1000), reading('c', 0, 1500)]);

describe('a correction', () => {
  const terms = termsOf({ fee: 20_000 });
  const [before, after] = settleAll([first, second], emptyBook, terms);

  test('has trades of its own kind, linked to the revision that they correct', () => {
    const told = after?.trades.map((trade) => [
      trade.id,
      trade.kind,
      `${trade.sellerId}>${trade.buyerId} ${trade.energyWh}`,
      trade.correctsTimeframeRevision,
    ]);
    // b is due 800 of 2000 instead of 1000, c 1200.
    expect(told).toEqual([
      ['village.20261122T1015Z.1.1', 'correction', 'b>mini-grid 200', 0],
      ['village.20261122T1015Z.1.2', 'correction', 'b>power-plant 300', 0],
      ['village.20261122T1015Z.1.3', 'correction', 'mini-grid>c 200', 0],
      ['village.20261122T1015Z.1.4', 'correction', 'c>power-plant 200', 0],
    ]);
  });

  test('closes with the totals of what is right now, in the chain after what was', () => {
    expect(after?.closing).toEqual({
      ...before?.closing,
      closingNumber: 2,
      revision: 1,
      consumedWh: 2500,
      nettoWh: -500,
      importedWh: 500,
      tradeCount: 4,
      earlierTradeCount: 4,
      previousHash: before?.closing.hash,
      hash: after?.trades[3]?.hash,
    });
  });

  test('adds to the energy of each prosumer what it differs by', () => {
    const corrects = correctsOf(before);
    expect(settleLines(second, { terms, corrects }).delta).toEqual([
      { prosumerId: 'b', producedWh: 0, consumedWh: -500 },
    ]);
  });

  test('has the terms of what it corrects, whatever the grid has now', () => {
    const corrects = correctsOf(before);
    const now = termsOf({ imports: 900_000, fee: 1 });
    expect(settleLines(second, { terms: now, corrects }).closing).toEqual(after?.closing);
  });

  test('is of the revision before it and of the same timeframe', () => {
    const corrects = correctsOf(before);
    if (after === undefined) throw new Error('a correction was made');
    const { closing } = after;
    const derive = (changed: Partial<ClosingDraft>) => () => {
      const corrected = { ...corrects, closing: { ...corrects.closing, ...changed } };
      tradesOfClosing(closing, { lines: second, book: emptyBook, corrects: corrected }, sha256);
    };
    expect(derive({})).not.toThrow();
    expect(derive({ revision: 1 })).toThrow('does not follow');
    expect(derive({ gridId: 'town' as ClosingDraft['gridId'] })).toThrow('is no revision');
    const uncorrected = { lines: second, book: emptyBook };
    expect(() => tradesOfClosing(closing, uncorrected, sha256)).toThrow('does not follow');
  });

  test('of what changed in no energy has no trades and hands on the hash', () => {
    const estimated = first.map((line) => ({ ...line, status: 'estimated' as const }));
    const [one, two] = settleAll([first, estimated], emptyBook, terms);
    expect(two?.trades).toEqual([]);
    expect(two?.closing).toMatchObject({
      revision: 1,
      tradeCount: 0,
      batchCount: 0,
      earlierTradeCount: 4,
      previousHash: one?.closing.hash,
      hash: one?.closing.hash,
      readings: { expected: 3, received: 0, missing: 0, estimated: 3 },
    });
  });
});

test('any sequence of corrections ends where the last readings lead from the start', () => {
  const seen = { trades: 0, priceChanges: 0, untouched: 0, revisions: 0, selfPaid: 0 };
  const anyHistory = fc.array(anyLines, { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(anyHistory, anyBook, anyMarketTerms, (history, book, terms) => {
      const revisions = settleAll(history, book, terms);
      const all = revisions.flatMap(({ trades }) => trades);
      const clean = settleLines(history.at(-1) ?? [], { book, terms });
      expect(standings(all)).toEqual(standings(clean.trades));
      expect(totalsOf(revisions.at(-1)?.closing)).toEqual(totalsOf(clean.closing));
      for (const trade of all) expectSound(trade);
      for (const [index, revision] of revisions.entries()) {
        expectChained(revisions, index, book);
        const earlier = revisions[index - 1];
        if (earlier === undefined) continue;
        seen.revisions += 1;
        seen.trades += revision.trades.length;
        if (earlier.closing.priceMsatPerKwh !== revision.closing.priceMsatPerKwh) {
          seen.priceChanges += 1;
        }
        seen.untouched += expectOnlyDifferent(earlier, revision, book, terms);
        seen.selfPaid += revision.trades.filter(isFeePaidToItself).length;
      }
      expect(settleAll(history, book, terms)).toEqual(revisions);
    }),
    { numRuns: 200 },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(3);
});

test('corrections of many accounts come in batches, and out of them again', () => {
  const many = (consumedWh: number) =>
    linesOf(Array.from({ length: 400 }, (_, n) => reading(`p${n}`, 0, consumedWh)));
  const terms = termsOf({ importFee: 5 });
  const [, more, less] = settleAll([many(5), many(7), many(4)], emptyBook, terms);
  for (const [revision, sizes] of [
    [more, [400]],
    [less, [tradesPerBatch, 300]],
  ] as const) {
    if (revision === undefined) throw new Error('there are three revisions');
    const { closing, trades } = revision;
    const batches = batchesOf(closing, trades, period);
    expect(batches.map((batch) => batch.trades.length)).toEqual(sizes);
    const corrects = closing.revision - 1;
    expect(batches.every((one) => one.correctsTimeframeRevision === corrects)).toBe(true);
    expect(batches.flatMap((batch) => tradesOfBatch(batch, sha256))).toEqual(trades);
  }
});

test('the largest energies and prices are within what a trade may have, and a BIGINT holds', () => {
  const wh = 1_000_000_000;
  const terms = termsOf({ imports: wh, exports: wh, fee: wh, importFee: wh });
  const book: Book = {
    ahead: [ahead(1, 'a', 'sell', wh, wh, wh), ahead(2, 'b', 'buy', wh, wh, wh)],
    orders: [],
  };
  const [short, long] = [
    linesOf([reading('a', 0, wh), reading('b', wh, 0)]),
    linesOf([reading('a', wh, 0), reading('b', 0, wh)]),
  ];
  const trades = settleAll([short, long, short, []], book, terms).flatMap((one) => one.trades);
  const largest = (of: (trade: Trade) => number) => Math.max(...trades.map(of));
  expect(largest(({ energyWh }) => energyWh)).toBe(tradeEnergyWhMax);
  expect(largest(({ priceMsatPerKwh }) => priceMsatPerKwh)).toBe(tradePriceMsatPerKwhMax);
  for (const { creditUsat, debitUsat } of trades.flatMap(postingsOf)) {
    expect(creditUsat < 2n ** 63n && debitUsat < 2n ** 63n).toBe(true);
  }
});

/** A first closing of the first lines, and a correction for each of the others. */
function settleAll(
  history: readonly (readonly NettoLine[])[],
  book: Book,
  terms: Terms,
): readonly Revision[] {
  const revisions: Revision[] = [];
  for (const lines of history) {
    const last = revisions.at(-1);
    const corrects = last === undefined ? {} : { corrects: correctsOf(last) };
    const { closing, trades } = settleLines(lines, { book, terms, ...corrects });
    revisions.push({ closing, trades, lines });
  }
  return revisions;
}

function correctsOf(revision: Revision | undefined) {
  if (revision === undefined) throw new Error('there is a revision to correct');
  return { closing: revision.closing, lines: revision.lines };
}

/** Balance and net energy of every account, without those at which nothing is left. */
function standings(trades: readonly Trade[]): ReadonlyMap<string, readonly [bigint, number]> {
  const sums = sumsByAccount(trades.flatMap(postingsOf));
  const all = [...sums].map(
    ([id, one]) => [id, [balanceOf(one), one.soldWh - one.boughtWh]] as const,
  );
  return new Map(all.filter(([, [usat, wh]]) => usat !== 0n || wh !== 0));
}

function totalsOf(closing: ClosingDraft | undefined) {
  if (closing === undefined) throw new Error('there is a closing');
  const { priceMsatPerKwh, producedWh, consumedWh, tradedWh, importedWh, exportedWh } = closing;
  const { readings, nettoWh, terms } = closing;
  const energies = { producedWh, consumedWh, nettoWh, tradedWh, importedWh, exportedWh };
  return { priceMsatPerKwh, ...energies, readings, terms };
}

function expectSound(trade: Trade): void {
  expect(trade.energyWh).toBeGreaterThan(0);
  expect(trade.sellerId).not.toBe(trade.buyerId);
  expect(trade.kind === 'correction').toBe(trade.revision > 0);
  let [energyWh, moneyUsat] = [0, 0n];
  for (const { soldWh, boughtWh, creditUsat, debitUsat } of postingsOf(trade)) {
    energyWh += soldWh - boughtWh;
    moneyUsat += creditUsat - debitUsat;
  }
  expect([energyWh, moneyUsat]).toEqual([0, 0n]);
}

/** Each revision stands in the chain after the one before it, and can be derived again. */
function expectChained(revisions: readonly Revision[], index: number, book: Book): void {
  const [revision, earlier] = [revisions[index], revisions[index - 1]];
  if (revision === undefined) throw new Error('there is such a revision');
  const { closing, trades, lines } = revision;
  expect(closing.revision).toBe(index);
  expect(closing.previousHash).toBe(earlier?.closing.hash ?? zeroHash);
  const verdict = verifyChain(trades, closing.previousHash, sha256);
  expect(verdict).toEqual({ ok: true, hash: closing.hash });
  const before = revisions.slice(0, index).flatMap((one) => one.trades);
  expect(closing.earlierTradeCount).toBe(index === 0 ? undefined : before.length);
  const corrects = earlier === undefined ? {} : { corrects: correctsOf(earlier) };
  expect(tradesOfClosing(closing, { lines, book, ...corrects }, sha256)).toEqual(trades);
}

/** Who trades the same before and after has no trade. Answers how many those are. */
function expectOnlyDifferent(
  earlier: Revision,
  revision: Revision,
  book: Book,
  terms: Terms,
): number {
  const [was, is] = [earlier, revision].map(({ lines }) =>
    figuresOf(settleLines(lines, { book, terms }).trades),
  );
  const touched = new Set<string>();
  for (const { sellerId, buyerId } of revision.trades) touched.add(sellerId).add(buyerId);
  let untouched = 0;
  for (const { prosumerId } of revision.lines) {
    const isSame = was?.get(prosumerId) === is?.get(prosumerId);
    expect([prosumerId, touched.has(prosumerId)]).toEqual([prosumerId, !isSame]);
    if (isSame) untouched += 1;
  }
  return untouched;
}

/** What each prosumer sells and buys at which price, to and from others or the power plant. */
function figuresOf(trades: readonly Trade[]): ReadonlyMap<string, string> {
  const figures = new Map<string, string[]>();
  const market = trades.filter(({ kind }) => kind !== 'grid');
  // To its prosumers the mini grid is one account of the market among others.
  const energies = new Map<string, number>();
  for (const { accountId, kind, counterparty, ...line } of accountLinesOf(market)) {
    if (isReserved(accountId) || kind === 'fee_paid' || kind === 'fee_received') continue;
    const other = counterparty === 'power-plant' ? counterparty : 'accounts';
    const key = `${accountId} ${kind} ${other} ${line.priceMsatPerKwh}`;
    energies.set(key, (energies.get(key) ?? 0) + line.energyWh);
  }
  for (const [key, energyWh] of energies) {
    const [accountId = ''] = key.split(' ');
    figures.set(accountId, [...(figures.get(accountId) ?? []), `${key} ${energyWh}`]);
  }
  return new Map([...figures].map(([id, lines]) => [id, lines.sort().join()]));
}

function isFeePaidToItself({ buyerId, feeUsat }: Trade): boolean {
  return buyerId === 'mini-grid' && feeUsat > 0n;
}
