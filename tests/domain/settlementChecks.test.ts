import { expect, test } from '@jest/globals';
import { positionsOf } from '../../shared/domain/netto.ts';
import { checkMoney, checkNettos, energiesOf } from '../../shared/domain/settlementChecks.ts';
import { microSatoshi, wattHours } from '../../shared/domain/units.ts';
import { position, reading, settle, termsOf } from './given.ts';

const terms = termsOf({ fee: 7 });
const { lines, trades } = settle(
  [reading('a', 2000, 0), reading('b', 0, 1500), reading('c', 0, 1500)],
  { terms },
);
const [first, ...rest] = trades;
if (first === undefined) throw new Error('the example has trades');

test('sound trades pass', () => {
  checkNettos(positionsOf(lines), trades);
  checkMoney(terms, trades, energiesOf(trades));
});

test.each([
  ['a trade is lost', rest],
  ['a trade is there twice', [first, ...trades]],
  ['a trade is one Wh short', [{ ...first, energyWh: wattHours(999) }, ...rest]],
])('nettos do not hold when %s', (_, broken) => {
  expect(() => checkNettos(positionsOf(lines), broken)).toThrow('on a netto of');
});

test('nettos do not hold for a prosumer without trades', () => {
  expect(() => checkNettos([position('d', 1)], trades)).toThrow('d traded 0 Wh on a netto of 1');
});

test('a µsat from nowhere is found, in amounts and in fees', () => {
  const amountUsat = microSatoshi(first.amountUsat + 1n);
  const richer = [{ ...first, amountUsat }, ...rest];
  expect(() => checkMoney(terms, richer, energiesOf(richer))).toThrow('instead of');
  const feeUsat = microSatoshi(first.feeUsat - 1n);
  const cheaper = [{ ...first, feeUsat }, ...rest];
  expect(() => checkMoney(terms, cheaper, energiesOf(cheaper))).toThrow('fees are');
});

test('a pool makes peer trades, imports and exports only', () => {
  expect(() => energiesOf([{ ...first, kind: 'grid' }])).toThrow('no trade of kind grid');
});
