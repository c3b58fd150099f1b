import { describe, expect, test } from '@jest/globals';
import { bookTrades } from '../../shared/domain/bookTrades.ts';
import { clearMarket } from '../../shared/domain/clearMarket.ts';
import { positionsOf } from '../../shared/domain/positions.ts';
import {
  checkCorrectedMoney,
  checkMoney,
  checkNettos,
} from '../../shared/domain/settlementChecks.ts';
import { microSatoshi, wattHours } from '../../shared/domain/units.ts';
import { linesOf, reading, settle, settleLines, termsOf } from './given.ts';
import { ahead } from './marketGiven.ts';

const terms = termsOf({ fee: 7 });
const { lines, trades } = settle(
  [reading('a', 2000, 0), reading('b', 0, 1500), reading('c', 0, 1500)],
  { terms },
);
const market = clearMarket(positionsOf(lines, []), [], terms);
const [first, ...rest] = trades;
if (first === undefined) throw new Error('the example has trades');

test('sound trades pass', () => {
  checkNettos(lines, trades);
  checkMoney(trades, [], market, terms.tariff);
});

test.each([
  ['a trade is lost', rest],
  ['a trade is there twice', [first, ...trades]],
  ['a trade is one Wh short', [{ ...first, energyWh: wattHours(999) }, ...rest]],
])('nettos do not hold when %s', (_, broken) => {
  expect(() => checkNettos(lines, broken)).toThrow('on a netto of');
});

test('nettos do not hold for a prosumer without trades, or one without a line', () => {
  const more = linesOf([reading('d', 1, 0)]);
  expect(() => checkNettos([...lines, ...more], trades)).toThrow('d traded 0 Wh on a netto of 1');
  expect(() => checkNettos(lines.slice(1), trades)).toThrow('a traded 2000 Wh on a netto of 0');
});

test('a µsat from nowhere is found, in amounts and in fees', () => {
  const amountUsat = microSatoshi(first.amountUsat + 1n);
  const richer = [{ ...first, amountUsat }, ...rest];
  expect(() => checkMoney(richer, [], market, terms.tariff)).toThrow('instead of');
  const feeUsat = microSatoshi(first.feeUsat - 1n);
  const cheaper = [{ ...first, feeUsat }, ...rest];
  expect(() => checkMoney(cheaper, [], market, terms.tariff)).toThrow('fees are');
});

test('what was agreed on ahead costs what was agreed on', () => {
  const book = { ahead: [ahead(1, 'a', 'sell', 500, 250_000, 3)], orders: [] };
  const { trades: both } = settleLines(lines, { book, terms });
  const left = clearMarket(positionsOf(lines, book.ahead), [], terms);
  checkMoney(both, bookTrades(book.ahead), left, terms.tariff);
  expect(() => checkMoney(both, [], left, terms.tariff)).toThrow('instead of');
});

describe('a correction', () => {
  const fees = termsOf({ fee: 7, importFee: 5, price: { rule: 'supply_demand_ratio' } });
  const corrected = linesOf([reading('a', 2100, 0), reading('b', 0, 1500), reading('c', 0, 1200)]);
  const { closing } = settleLines(lines, { terms: fees });
  const { trades: made } = settleLines(corrected, { terms: fees, corrects: { closing, lines } });
  const [before, after] = [lines, corrected].map((of) =>
    clearMarket(positionsOf(of, []), [], fees),
  );
  if (before === undefined || after === undefined) throw new Error('two markets are cleared');
  const check = (some: typeof made) => () => checkCorrectedMoney(some, before, after, fees.tariff);

  test('that is sound passes', () => {
    expect(made.length).toBeGreaterThan(5);
    expect(check(made)).not.toThrow();
  });

  test('that lacks a trade, or has one twice, leaves an account from its balance', () => {
    for (const [index, trade] of made.entries()) {
      expect(check(made.toSpliced(index, 1))).toThrow('from its balance');
      expect(check([...made, trade])).toThrow('from its balance');
    }
  });

  test('that pays one µsat too much, or takes one, does so too', () => {
    for (const [index, trade] of made.entries()) {
      const dearer = { ...trade, amountUsat: microSatoshi(trade.amountUsat + 1n) };
      expect(check(made.with(index, dearer))).toThrow('from its balance');
      // What the mini grid pays to itself leaves its balance as it is.
      if (trade.buyerId === 'mini-grid') continue;
      const feeUsat = microSatoshi(trade.feeUsat + 1n);
      expect(check(made.with(index, { ...trade, feeUsat }))).toThrow('from its balance');
    }
  });
});
