import { expect, test } from '@jest/globals';
import { clearMarket } from '../../shared/domain/clearMarket.ts';
import { positionsOf } from '../../shared/domain/positions.ts';
import { checkMoney, checkNettos } from '../../shared/domain/settlementChecks.ts';
import { microSatoshi, wattHours } from '../../shared/domain/units.ts';
import { linesOf, reading, settle, termsOf } from './given.ts';

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
