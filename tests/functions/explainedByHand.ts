import { expect } from '@jest/globals';
import { hashOf } from '../endToEnd/canonicalJson.ts';
import type { Answer } from './api.ts';

type Fields = Answer['body'];

/** What an account sells (+) or buys (−) at a price, the fee with it: Wh by msat/kWh. */
type Book = Map<string, bigint>;

/**
 * Works an explanation out by hand, from nothing but its own fields: reading, netto, position, price,
 * share, outcome, trades, postings and hashes, revision by revision. In the end the account stands
 * where the last outcome alone would have put it.
 */
export function checkByHand(body: Fields): void {
  const { tariff } = body;
  for (const revision of body.revisions) {
    checkNetto(body, revision);
    checkPosition(body, revision);
    checkPrice(revision.market, tariff);
    checkShare(revision);
    checkTrades(body, revision);
    checkChain(revision);
  }
  checkBalance(body);
}

function checkNetto({ readings }: Fields, { netto, revision }: Fields): void {
  if (netto === undefined) return;
  const { producedWh, consumedWh, nettoWh, version } = netto;
  expect(nettoWh).toBe(producedWh - consumedWh);
  const used = readings.filter((one: Fields) => one.usedInRevisions.includes(revision));
  expect(used.map((one: Fields) => one.version)).toEqual(version === 0 ? [] : [version]);
  if (version > 0) expect(used).toMatchObject([{ producedWh, consumedWh }]);
}

function checkPosition({ tradesAhead }: Fields, { netto, position }: Fields): void {
  const { nettoWh, soldAheadWh, boughtAheadWh, positionWh } = position;
  expect(nettoWh).toBe(netto?.nettoWh ?? 0);
  const [sold, bought] = ['sell', 'buy'].map((side) =>
    sum(
      tradesAhead.filter((one: Fields) => one.side === side),
      'energyWh',
    ),
  );
  expect([soldAheadWh, boughtAheadWh]).toEqual([sold, bought]);
  expect(positionWh).toBe(nettoWh - soldAheadWh + boughtAheadWh);
  expect(positionWh - nettoWh).toBe(sum(tradesAhead, 'positionWh'));
}

function checkPrice(
  { mechanism, price, supplyWh, demandWh, matchedWh }: Fields,
  { importPriceMsatPerKwh: imports, exportPriceMsatPerKwh: exports }: Fields,
): void {
  if (mechanism === 'pool') expect(matchedWh).toBe(Math.min(supplyWh, demandWh));
  const { rule, sellLimitMsatPerKwh, buyLimitMsatPerKwh, numerator, denominator } = price;
  let [above, below] = [imports + exports, 2];
  if (rule === 'uniform' && matchedWh > 0) above = sellLimitMsatPerKwh + buyLimitMsatPerKwh;
  if (rule === 'supply_demand_ratio') {
    if (supplyWh === 0 || supplyWh >= demandWh) {
      expect(price.priceMsatPerKwh).toBe(supplyWh === 0 ? imports : exports);
      expect(price).not.toHaveProperty('numerator');
      return;
    }
    above = imports * exports * demandWh;
    below = (imports - exports) * supplyWh + exports * demandWh;
  }
  expect([numerator, denominator]).toEqual([String(above), String(below)]);
  // Never further away than a half, and then to the even one.
  const twice = Math.abs(2 * (above - price.priceMsatPerKwh * below));
  expect(twice).toBeLessThanOrEqual(below);
  if (twice === below) expect(price.priceMsatPerKwh % 2).toBe(0);
}

function checkShare({ position, market }: Fields): void {
  const { share, outcome, price } = market;
  const { positionWh } = position;
  expect(outcome.priceMsatPerKwh).toBe(price.priceMsatPerKwh);
  const { soldWh, boughtWh, exportedWh, importedWh } = outcome;
  expect(soldWh + exportedWh - boughtWh - importedWh).toBe(positionWh);
  if (positionWh === 0) {
    expect(share).toBeUndefined();
    return;
  }
  expect(share.side).toBe(positionWh > 0 ? 'sell' : 'buy');
  expect(share.energyWh).toBe(Math.abs(positionWh));
  const { quota, tranches, inFullWh, tradedWh, powerPlantWh } = share;
  if (tranches !== undefined) {
    expect(sum(tranches, 'energyWh')).toBe(share.energyWh);
    checkTranches(market);
  }
  if (quota !== undefined) checkQuota(quota);
  expect(tradedWh).toBe(inFullWh + (quota?.floorWh ?? 0) + (quota?.oddWh ?? 0));
  expect(powerPlantWh).toBe(share.energyWh - tradedWh);
  const [traded, withPlant] = share.side === 'sell' ? [soldWh, exportedWh] : [boughtWh, importedWh];
  expect([traded, withPlant]).toEqual([tradedWh, powerPlantWh]);
}

/** What is better than the margin is in full, what is at it in full or in the quota. */
function checkTranches({ share, price, matchedWh }: Fields): void {
  if (matchedWh === 0) return;
  const sells = share.side === 'sell';
  const margin = sells ? price.sellLimitMsatPerKwh : price.buyLimitMsatPerKwh;
  const ofLimit = (fits: (away: number) => boolean) =>
    sum(
      share.tranches.filter((one: Fields) =>
        fits((one.limitMsatPerKwh - margin) * (sells ? 1 : -1)),
      ),
      'energyWh',
    );
  const better = ofLimit((away) => away < 0);
  const marginal = ofLimit((away) => away === 0);
  if (share.quota === undefined) expect(share.inFullWh).toBe(better + marginal);
  else expect([share.inFullWh, share.quota.energyWh]).toEqual([better, marginal]);
}

function checkQuota(quota: Fields): void {
  const { energyWh, volumeWh, totalWh, floorWh, leftOverWh, rank, oddWh } = quota;
  expect(quota.numerator).toBe(String(energyWh * volumeWh));
  expect(quota.denominator).toBe(String(totalWh));
  expect(floorWh).toBe(Math.floor((energyWh * volumeWh) / totalWh));
  expect(quota.remainder).toBe(String((energyWh * volumeWh) % totalWh));
  expect(oddWh).toBe(rank <= leftOverWh ? 1 : 0);
}

/** What was agreed on ahead as it stands; what the market comes to, or has changed by, in sum. */
function checkTrades(body: Fields, { revision, market, transactions }: Fields): void {
  const { prosumerId, tariff, tradesAhead } = body;
  const [ofBook, others] = [true, false].map((isGrid) =>
    transactions.filter((one: Fields) => (one.trade.kind === 'grid') === isGrid),
  );
  const ahead = revision === 0 ? tradesAhead : [];
  expect(
    ofBook.map(({ side, energyWh, trade }: Fields) => [side, energyWh, ...pricesOf(trade)]),
  ).toEqual(ahead.map((one: Fields) => [one.side, one.energyWh, ...pricesOf(one)]));
  for (const transaction of transactions) checkTransaction(transaction, prosumerId);

  const expected: Book = new Map();
  addOutcome(expected, market.outcome, tariff, 1n);
  if (revision > 0) addOutcome(expected, market.corrected, tariff, -1n);
  const traded: Book = new Map();
  for (const { side, energyWh, trade } of others) {
    const isSale = side === 'sell';
    const price = trade.priceMsatPerKwh + (isSale ? 0 : trade.gridFeeMsatPerKwh);
    add(traded, price, isSale ? energyWh : -energyWh);
  }
  expect(withoutZeros(traded)).toEqual(withoutZeros(expected));
}

function pricesOf({ priceMsatPerKwh, gridFeeMsatPerKwh }: Fields) {
  return [priceMsatPerKwh, gridFeeMsatPerKwh];
}

function checkTransaction(transaction: Fields, prosumerId: string): void {
  const { trade, side, energyWh, creditUsat, debitUsat } = transaction;
  expect(trade[side === 'sell' ? 'sellerId' : 'buyerId']).toBe(prosumerId);
  expect(trade.energyWh).toBe(energyWh);
  const amount = BigInt(energyWh) * BigInt(trade.priceMsatPerKwh);
  const fee = BigInt(energyWh) * BigInt(trade.gridFeeMsatPerKwh);
  expect([trade.amountUsat, trade.feeUsat]).toEqual([String(amount), String(fee)]);
  expect([creditUsat, debitUsat]).toEqual(
    side === 'sell' ? [String(amount), '0'] : ['0', String(amount + fee)],
  );
}

/** Hashes are those of the trades, and a revision hangs together as far as they are next to each other. */
function checkChain({ transactions, tradeCount, previousHash, hash }: Fields): void {
  if (tradeCount === 0) expect(hash).toBe(previousHash);
  const trades = transactions.map(({ trade }: Fields) => trade);
  for (const [index, trade] of trades.entries()) {
    const { hash: own, ...rest } = trade;
    expect(own).toBe(hashOf(rest));
    const before = trades[index - 1];
    if (trade.sequence === 1) expect(trade.previousHash).toBe(previousHash);
    if (before?.sequence === trade.sequence - 1) expect(trade.previousHash).toBe(before.hash);
    if (trade.sequence === tradeCount) expect(own).toBe(hash);
  }
}

/** Σ postings of all revisions = what the last outcome and what was traded ahead come to. */
function checkBalance({ revisions, tradesAhead, tariff }: Fields): void {
  const book: Book = new Map();
  addOutcome(book, revisions.at(-1).market.outcome, tariff, 1n);
  for (const { side, energyWh, priceMsatPerKwh, gridFeeMsatPerKwh } of tradesAhead) {
    if (side === 'sell') add(book, priceMsatPerKwh, energyWh);
    else add(book, priceMsatPerKwh + gridFeeMsatPerKwh, -energyWh);
  }
  const expected = [...book].reduce((usat, [price, wh]) => usat + BigInt(price) * wh, 0n);
  let balance = 0n;
  for (const { transactions } of revisions) {
    for (const { creditUsat, debitUsat } of transactions) {
      balance += BigInt(creditUsat) - BigInt(debitUsat);
    }
  }
  expect(balance).toBe(expected);
}

function addOutcome(book: Book, outcome: Fields, tariff: Fields, sign: bigint): void {
  const { priceMsatPerKwh, soldWh, boughtWh, exportedWh, importedWh } = outcome;
  const importFee = tariff.importGridFeeMsatPerKwh ?? 0;
  add(book, priceMsatPerKwh, soldWh, sign);
  add(book, priceMsatPerKwh + tariff.gridFeeMsatPerKwh, -boughtWh, sign);
  add(book, tariff.exportPriceMsatPerKwh, exportedWh, sign);
  add(book, tariff.importPriceMsatPerKwh + importFee, -importedWh, sign);
}

function add(book: Book, price: number, energyWh: number, sign = 1n): void {
  const key = String(price);
  book.set(key, (book.get(key) ?? 0n) + sign * BigInt(energyWh));
}

function withoutZeros(book: Book): Record<string, bigint> {
  return Object.fromEntries([...book].filter(([, wh]) => wh !== 0n));
}

function sum(items: readonly Fields[], field: string): number {
  return items.reduce((total, item) => total + item[field], 0);
}
