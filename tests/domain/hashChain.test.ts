import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  canonicalTrade,
  chainTrades,
  isHash,
  verifyChain,
  zeroHash,
} from '../../shared/domain/hashChain.ts';
import { miniGrid, powerPlant } from '../../shared/domain/ids.ts';
import type { Trade, TradeTerms } from '../../shared/domain/trade.ts';
import { tradeIdOf } from '../../shared/domain/tradeId.ts';
import { microSatoshi, msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import { frameAt, gridId, prosumerId, quarter, sha256 } from './given.ts';

const place = {
  gridId: gridId('village'),
  timeframe: quarter,
  revision: 0,
  firstSequence: 1,
  previousHash: zeroHash,
};

const peer: TradeTerms = {
  kind: 'peer',
  sellerId: prosumerId('a'),
  buyerId: prosumerId('b'),
  energyWh: wattHours(1000),
  priceMsatPerKwh: msatPerKwh(300_000),
  gridFeeMsatPerKwh: msatPerKwh(7),
};
const imported: TradeTerms = {
  ...peer,
  kind: 'import',
  sellerId: powerPlant,
  gridFeeMsatPerKwh: msatPerKwh(0),
};

const anyId = fc.oneof(
  fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/).map((text) => prosumerId(`p${text.slice(1)}`)),
  fc.constantFrom(miniGrid, powerPlant),
);
const anyTradeTerms: fc.Arbitrary<TradeTerms> = fc
  .record({
    kind: fc.constantFrom('peer', 'import', 'export', 'grid', 'correction'),
    sellerId: anyId,
    buyerId: anyId,
    energyWh: fc.integer({ min: 1, max: 1_000_000_000 }).map(wattHours),
    priceMsatPerKwh: fc.integer({ min: 0, max: 1_000_000_000 }).map(msatPerKwh),
    gridFeeMsatPerKwh: fc.integer({ min: 0, max: 1_000_000_000 }).map(msatPerKwh),
  })
  .filter(({ sellerId, buyerId }) => sellerId !== buyerId);

/** RFC 8785 for objects of strings and integers, straight from its rules. */
function canonicalJson(value: Readonly<Record<string, string | number>>): string {
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${JSON.stringify(value[key])}`);
  return `{${members.join(',')}}`;
}

/** A trade as the API shows it, without its hash. */
function shown({ hash: _, amountUsat, feeUsat, ...rest }: Trade) {
  return { ...rest, amountUsat: amountUsat.toString(), feeUsat: feeUsat.toString() };
}

function chained(terms: readonly TradeTerms[] = [peer, imported, peer]): Trade[] {
  return chainTrades(place, terms, sha256);
}

describe('canonicalTrade', () => {
  test('is this text, byte for byte', () => {
    const [trade] = chained([peer]);
    expect(trade && canonicalTrade(trade)).toBe(
      '{"amountUsat":"300000000","buyerId":"b","energyWh":1000,"feeUsat":"7000",' +
        '"gridFeeMsatPerKwh":7,"gridId":"village","id":"village.20261122T1015Z.0.1","kind":"peer",' +
        `"previousHash":"${'0'.repeat(64)}","priceMsatPerKwh":300000,"revision":0,` +
        '"sellerId":"a","sequence":1,"timeframe":"2026-11-22T10:15:00Z"}',
    );
  });

  test('is what any RFC 8785 serializer makes of a trade, a correction’s too', () => {
    const revisions = fc.option(fc.nat(5), { nil: undefined });
    fc.assert(
      fc.property(fc.array(anyTradeTerms, { maxLength: 5 }), revisions, (terms, corrects) => {
        const at = { ...place, correctsTimeframeRevision: corrects };
        for (const trade of chainTrades(at, terms, sha256)) {
          expect('correctsTimeframeRevision' in trade).toBe(corrects !== undefined);
          expect(canonicalTrade(trade)).toBe(canonicalJson(shown(trade)));
          expect(trade.hash).toBe(sha256(canonicalJson(shown(trade))));
        }
      }),
    );
  });
});

describe('chainTrades', () => {
  test('numbers trades, prices them exactly and links them', () => {
    const [first, second, third] = chained();
    expect(first).toEqual({
      ...peer,
      id: 'village.20261122T1015Z.0.1',
      gridId: 'village',
      timeframe: quarter,
      revision: 0,
      sequence: 1,
      amountUsat: 300_000_000n,
      feeUsat: 7000n,
      previousHash: zeroHash,
      hash: first?.hash,
    });
    expect(second?.id).toBe('village.20261122T1015Z.0.2');
    expect(second?.feeUsat).toBe(0n);
    expect(second?.previousHash).toBe(first?.hash);
    expect(third?.previousHash).toBe(second?.hash);
    expect(first && isHash(first.hash)).toBe(true);
  });

  test('is the same in one piece or in several', () => {
    const all = chained();
    const start = chained([peer]);
    const rest = chainTrades(
      { ...place, firstSequence: 2, previousHash: start[0]?.hash ?? zeroHash },
      [imported, peer],
      sha256,
    );
    expect([...start, ...rest]).toEqual(all);
  });

  test.each([
    ['no energy', { energyWh: wattHours(0) }],
    ['energy below 0', { energyWh: wattHours(-1) }],
    ['a price below 0', { priceMsatPerKwh: msatPerKwh(-1) }],
    ['a fee below 0', { gridFeeMsatPerKwh: msatPerKwh(-1) }],
    ['a trade with itself', { buyerId: prosumerId('a') }],
  ])('refuses %s', (_, change) => {
    expect(() => chained([{ ...peer, ...change }])).toThrow('no trade');
  });
});

describe('verifyChain', () => {
  test('accepts what was chained, from any point on', () => {
    const trades = chained();
    const hash = trades.at(-1)?.hash;
    expect(verifyChain(trades, zeroHash, sha256)).toEqual({ ok: true, hash });
    const [first, ...rest] = trades;
    expect(verifyChain(rest, first?.hash ?? zeroHash, sha256)).toEqual({ ok: true, hash });
    expect(verifyChain([], zeroHash, sha256)).toEqual({ ok: true, hash: zeroHash });
  });

  test('goes on over the closings of a grid, corrections among them', () => {
    const first = chained();
    const hashAfter = (trades: readonly Trade[]) => trades.at(-1)?.hash ?? zeroHash;
    const later = { ...place, timeframe: frameAt('2026-11-22T10:30Z') };
    const second = chainTrades({ ...later, previousHash: hashAfter(first) }, [peer], sha256);
    const corrected = { ...place, revision: 1, correctsTimeframeRevision: 0 };
    const third = chainTrades({ ...corrected, previousHash: hashAfter(second) }, [peer], sha256);
    const all = [...first, ...second, ...third];
    expect(verifyChain(all, zeroHash, sha256)).toEqual({ ok: true, hash: hashAfter(third) });
    const without = [...first, ...third];
    const verdict = verifyChain(without, zeroHash, sha256);
    expect(verdict).toEqual({ ok: false, index: 3, reason: 'previous_hash' });
  });

  const changes: readonly (readonly [keyof Trade, Partial<Trade>, string])[] = [
    ['id', { id: tradeIdOf(gridId('village'), quarter, 0, 9) }, 'id'],
    ['gridId', { gridId: gridId('town') }, 'grid'],
    ['timeframe', { timeframe: frameAt('2026-11-22T10:30Z') }, 'sequence'],
    ['revision', { revision: 1 }, 'sequence'],
    ['sequence', { sequence: 3 }, 'sequence'],
    ['kind', { kind: 'peer' }, 'hash'],
    ['sellerId', { sellerId: prosumerId('c') }, 'hash'],
    ['buyerId', { buyerId: prosumerId('c') }, 'hash'],
    ['buyerId', { buyerId: powerPlant }, 'content'],
    ['energyWh', { energyWh: wattHours(1001) }, 'amount'],
    ['energyWh', { energyWh: wattHours(0) }, 'content'],
    ['priceMsatPerKwh', { priceMsatPerKwh: msatPerKwh(300_001) }, 'amount'],
    ['gridFeeMsatPerKwh', { gridFeeMsatPerKwh: msatPerKwh(1) }, 'fee'],
    ['amountUsat', { amountUsat: microSatoshi(300_000_001n) }, 'amount'],
    ['feeUsat', { feeUsat: microSatoshi(1n) }, 'fee'],
    ['correctsTimeframeRevision', { correctsTimeframeRevision: 0 }, 'hash'],
    ['previousHash', { previousHash: zeroHash }, 'previous_hash'],
    ['hash', { hash: zeroHash }, 'hash'],
  ];

  test.each(changes)('finds a change of %s to %o', (_, change, reason) => {
    const trades = chained().map((trade, index) => (index === 1 ? { ...trade, ...change } : trade));
    expect(verifyChain(trades, zeroHash, sha256)).toEqual({ ok: false, index: 1, reason });
  });

  test('each field of a trade is tried above', () => {
    const tried = new Set(changes.map(([field]) => field));
    for (const field of Object.keys(chained()[0] ?? {})) expect([...tried]).toContain(field);
  });

  test('finds a trade left out, put in twice or moved, wherever that is', () => {
    const cases = fc
      .array(anyTradeTerms, { minLength: 2, maxLength: 8 })
      .chain((terms) => fc.tuple(fc.constant(terms), fc.nat(terms.length - 2)));
    fc.assert(
      fc.property(cases, ([terms, index]) => {
        const trades = chained(terms);
        expect(verifyChain(trades, zeroHash, sha256).ok).toBe(true);
        const one = trades.slice(index, index + 1);
        const before = trades.slice(0, index);
        const after = trades.slice(index + 1);
        for (const changed of [
          [...before, ...after],
          [...before, ...one, ...one, ...after],
          [...before, ...after.slice(0, 1), ...one, ...after.slice(1)],
        ]) {
          expect(verifyChain(changed, zeroHash, sha256).ok).toBe(false);
        }
      }),
    );
  });

  test('no id can smuggle a field into the hashed text', () => {
    const [trade] = chained([peer]);
    if (trade === undefined) throw new Error('one trade was chained');
    const buyerId = 'b","energyWh":1000,"x":"y' as Trade['buyerId'];
    const forged = { ...trade, buyerId };
    const hash = sha256(canonicalTrade(forged)) as Trade['hash'];
    const verdict = verifyChain([{ ...forged, hash }], zeroHash, sha256);
    expect(verdict).toEqual({ ok: false, index: 0, reason: 'content' });
  });
});

test.each([
  ['0'.repeat(64), true],
  ['0123456789abcdef'.repeat(4), true],
  ['0'.repeat(63), false],
  ['0'.repeat(65), false],
  ['A'.repeat(64), false],
  ['g'.repeat(64), false],
  [`${'0'.repeat(64)}\n`, false],
  ['', false],
])('%j is a hash: %s', (text, expected) => {
  expect(isHash(text)).toBe(expected);
});
