import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { billAccount, billAccounts, runTotals } from '../../shared/domain/billAccounts.ts';
import { billableAccounts, minimumOfProsumer } from '../../shared/domain/billableAccounts.ts';
import type { BillableAccount } from '../../shared/domain/billing.ts';
import { type AccountId, miniGrid, powerPlant } from '../../shared/domain/ids.ts';
import { microSatoshi, msatPerKwh, satoshi, wattHours } from '../../shared/domain/units.ts';
import { prosumerId } from './given.ts';

const [a, b, c] = [prosumerId('a'), prosumerId('b'), prosumerId('c')];

describe('billAccount', () => {
  test.each([
    [0n, 0n, 0n],
    [999_999n, 0n, 999_999n],
    [293_999_999n, 0n, 293_999_999n],
    [294_000_000n, 294n, 0n],
    [294_000_001n, 294n, 1n],
    [295_999_999n, 295n, 999_999n],
    [-293_999_999n, 0n, -293_999_999n],
    [-294_000_000n, -294n, 0n],
    [-295_500_000n, -295n, -500_000n],
  ])('of %s µsat with a minimum of 294 sat are billed %s sat, %s µsat stay', (usat, sat, rest) => {
    const billed = billAccount(account(a, { postingsUsat: usat, minimumSat: 294n }));
    expect([billed.satoshi, billed.restUsat]).toEqual([sat, rest]);
  });

  test('is carry, postings and payments together', () => {
    const parts = { carryUsat: 700_000n, postingsUsat: -5_000_000n, paymentsUsat: 2_000_000n };
    const billed = billAccount(account(a, parts));
    expect(billed).toEqual({ accountId: 'a', ...parts, satoshi: -2n, restUsat: -300_000n });
  });
});

describe('billAccounts', () => {
  test('the mini grid balances satoshi and rests, by id ascending', () => {
    const billed = billAccounts([
      account(powerPlant, { postingsUsat: 900_000n }),
      account(b, { postingsUsat: -2_600_000n }),
      account(a, { postingsUsat: 1_700_000n }),
    ]);
    expect(
      billed.map(({ accountId, satoshi: sat, restUsat }) => [accountId, sat, restUsat]),
    ).toEqual([
      ['a', 1n, 700_000n],
      ['b', -2n, -600_000n],
      ['mini-grid', 1n, -1_000_000n],
      ['power-plant', 0n, 900_000n],
    ]);
    expect(runTotals(billed)).toEqual({
      accountCount: 4,
      invoiceCount: 1,
      payoutCount: 1,
      invoicesSat: 2n,
      payoutsSat: 1n,
      miniGridSat: 1n,
      powerPlantSat: 0n,
      carriedUsat: 1_000_000n,
    });
  });

  test('the worked example is exact: nothing is carried, the mini grid is not needed', () => {
    const billed = billAccounts([
      account(a, { postingsUsat: 600_000_000n }),
      account(b, { postingsUsat: -550_000_000n }),
      account(c, { postingsUsat: -550_000_000n }),
      account(powerPlant, { postingsUsat: 500_000_000n }),
    ]);
    expect(billed.map((one) => one.satoshi)).toEqual([600n, -550n, -550n, 500n]);
    expect(billed.every(({ restUsat }) => restUsat === 0n)).toBe(true);
    const { invoicesSat, payoutsSat, powerPlantSat, miniGridSat } = runTotals(billed);
    expect([invoicesSat, payoutsSat, powerPlantSat, miniGridSat]).toEqual([1100n, 600n, 500n, 0n]);
  });

  test('the mini grid has no minimum of its own', () => {
    const billed = billAccounts([
      account(miniGrid, { postingsUsat: 5_000_000n, minimumSat: 1000n }),
      account(a, { postingsUsat: -5_000_000n, minimumSat: 5n }),
    ]);
    expect(billed.map((one) => one.satoshi)).toEqual([-5n, 5n]);
  });

  test('nothing makes nothing', () => {
    expect(billAccounts([])).toEqual([]);
  });

  test('accounts that do not sum to zero, or stand twice, are a bug', () => {
    expect(() => billAccounts([account(a, { postingsUsat: 1n })])).toThrow('sum to zero');
    const twice = [account(a, { postingsUsat: 1n }), account(a, { postingsUsat: -1n })];
    expect(() => billAccounts(twice)).toThrow('billed once: a');
  });

  test('totals that do not agree are a bug', () => {
    const [billed] = billAccounts([account(a, { carryUsat: 0n })]);
    if (billed === undefined) throw new Error('an account is billed');
    expect(() => runTotals([{ ...billed, satoshi: satoshi(1n) }])).toThrow('invoices must be');
  });

  test('any accounts: satoshi are the exact truncation, or nothing under the minimum', () => {
    const amount = fc.oneof(
      fc.bigInt({ min: -3_000_000n, max: 3_000_000n }),
      fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }),
    );
    const minimum = fc.bigInt({ min: 0n, max: 3n });
    fc.assert(
      fc.property(fc.array(fc.tuple(amount, amount, amount, minimum)), (rows) => {
        const accounts = rows.map(([carryUsat, postingsUsat, paymentsUsat, minimumSat], index) =>
          account(prosumerId(`p${index}`), { carryUsat, postingsUsat, paymentsUsat, minimumSat }),
        );
        const sum = rows.reduce((all, [x, y, z]) => all + x + y + z, 0n);
        const billed = billAccounts([...accounts, account(miniGrid, { carryUsat: -sum })]);
        for (const { accountId, carryUsat, postingsUsat, paymentsUsat, ...one } of billed) {
          const balance = carryUsat + postingsUsat + paymentsUsat;
          expect(balance).toBe(one.satoshi * 1_000_000n + one.restUsat);
          if (accountId === miniGrid) continue;
          const exact = balance / 1_000_000n;
          const { minimumSat } = accounts.find((given) => given.accountId === accountId) ?? {};
          const isBelow = (exact < 0n ? -exact : exact) < (minimumSat ?? 0n);
          expect(one.satoshi).toBe(isBelow ? 0n : exact);
        }
        expect(billed.reduce((all, one) => all + one.satoshi, 0n)).toBe(0n);
        expect(billed.reduce((all, one) => all + one.restUsat, 0n)).toBe(0n);
        expect(runTotals(billed).carriedUsat).toBe(
          -(billed.find(({ accountId }) => accountId === miniGrid)?.restUsat ?? 0n),
        );
      }),
    );
  });
});

describe('billableAccounts', () => {
  test('gathers lines, carries and payments, each payment against the mini grid', () => {
    const line = { accountId: a, counterparty: 'prosumers', energyWh: wattHours(2000) } as const;
    const accounts = billableAccounts(
      {
        lines: [
          { ...line, kind: 'sold', priceMsatPerKwh: msatPerKwh(300) },
          { ...line, kind: 'bought', priceMsatPerKwh: msatPerKwh(100) },
        ],
        carries: [
          { accountId: a, restUsat: microSatoshi(7n) },
          { accountId: miniGrid, restUsat: microSatoshi(-7n) },
        ],
        payments: [
          { prosumerId: a, satoshi: satoshi(3n) },
          { prosumerId: a, satoshi: satoshi(2n) },
          { prosumerId: b, satoshi: satoshi(-9n) },
        ],
      },
      (accountId) => satoshi(accountId === a ? 294n : 0n),
    );
    expect(accounts).toEqual([
      account(a, {
        carryUsat: 7n,
        postingsUsat: 400_000n,
        paymentsUsat: 5_000_000n,
        minimumSat: 294n,
      }),
      account(miniGrid, { carryUsat: -7n, paymentsUsat: 4_000_000n }),
      account(b, { paymentsUsat: -9_000_000n }),
    ]);
  });

  test.each([
    [0, 1n, 'p2wpkh', 294n],
    [0, 1n, 'p2tr', 330n],
    [0, 1n, undefined, 546n],
    [0, -1n, undefined, 294n],
    [0, -1n, 'p2tr', 294n],
    [329, 1n, 'p2tr', 330n],
    [331, 1n, 'p2tr', 331n],
    [293, -1n, undefined, 294n],
    [295, -1n, undefined, 295n],
    [10_000, 1n, undefined, 10_000n],
  ] as const)(
    'a grid’s minimum of %i, a balance of %s, %s: %s sat',
    (own, balance, kind, least) => {
      expect(minimumOfProsumer({ minimumSat: own }, microSatoshi(balance), kind)).toBe(least);
    },
  );
});

type Parts = Partial<Record<'carryUsat' | 'postingsUsat' | 'paymentsUsat' | 'minimumSat', bigint>>;

function account(accountId: AccountId, parts: Parts): BillableAccount {
  return {
    accountId,
    carryUsat: microSatoshi(parts.carryUsat ?? 0n),
    postingsUsat: microSatoshi(parts.postingsUsat ?? 0n),
    paymentsUsat: microSatoshi(parts.paymentsUsat ?? 0n),
    minimumSat: satoshi(parts.minimumSat ?? 0n),
  };
}
