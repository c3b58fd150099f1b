import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { linesOf } from '../../shared/domain/accountLine.ts';
import { billAccounts, runTotals } from '../../shared/domain/billAccounts.ts';
import { billableAccounts } from '../../shared/domain/billableAccounts.ts';
import type { BilledAccount } from '../../shared/domain/billing.ts';
import { chainTrades, zeroHash } from '../../shared/domain/hashChain.ts';
import { type AccountId, isReserved, miniGrid, powerPlant } from '../../shared/domain/ids.ts';
import { contributionSat } from '../../shared/domain/invoiceStatus.ts';
import type { Trade, TradeKind } from '../../shared/domain/trade.ts';
import { msatPerKwh, satoshi, wattHours } from '../../shared/domain/units.ts';
import { at, gridId, prosumerId, quarter, sha256 } from './given.ts';

/** What may happen between two runs of a grid, and a run itself. Numbers are taken as they fit. */
type Step =
  | { readonly kind: 'trade'; readonly trade: GivenTrade }
  | { readonly kind: 'pay'; readonly invoice: number; readonly amountSat: bigint }
  | { readonly kind: 'payExactly' | 'reverse' | 'void'; readonly invoice: number }
  | { readonly kind: 'run' };

type GivenTrade = readonly [
  kind: TradeKind,
  seller: AccountId,
  buyer: AccountId,
  wh: number,
  price: number,
  fee: number,
];

const prosumers = ['a', 'b', 'c', 'd'].map(prosumerId);
const minimumSat = satoshi(294n);

test('no run, whatever happens between them, gains or loses a µsat', () => {
  const seen = { invoices: 0, payouts: 0, overpaid: 0, voided: 0 };
  fc.assert(
    fc.property(fc.array(anyStep(), { maxLength: 80, size: 'max' }), (steps) => {
      const books = openBooks();
      for (const step of [...steps, { kind: 'run' } as const]) {
        apply(books, step);
        if (step.kind === 'run') audit(books);
      }
      seen.invoices += books.invoices.length;
      seen.payouts += books.payouts.length;
      seen.voided += books.invoices.filter(({ voidedAt }) => voidedAt !== undefined).length;
      seen.overpaid += books.invoices.filter((one) => one.creditedSat > one.amountSat).length;
    }),
    { numRuns: 500 },
  );
  // Or the property would hold for want of anything to hold for.
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(50);
});

test.each([
  [293, 0n, -293_000_000n],
  [294, -294n, 0n],
  [295, -295n, 0n],
])('%i sat of debt: billed %s sat, carried %s µsat', (wh, expected, restUsat) => {
  const books = openBooks();
  // 1 Wh at 1 000 000 msat/kWh is 1 sat.
  apply(books, { kind: 'trade', trade: ['import', powerPlant, prosumerId('a'), wh, 1_000_000, 0] });
  apply(books, { kind: 'run' });
  audit(books);
  const billed = books.lastRun.find(({ accountId }) => accountId === 'a');
  expect([billed?.satoshi, billed?.restUsat]).toEqual([expected, restUsat]);
});

test('paid too much is owed back, and a voided invoice is a debt again: once', () => {
  const books = openBooks();
  const [a, b] = [prosumerId('a'), prosumerId('b')];
  apply(books, { kind: 'trade', trade: ['import', powerPlant, a, 1000, 1_000_000, 0] });
  apply(books, { kind: 'trade', trade: ['import', powerPlant, b, 500, 1_000_000, 0] });
  apply(books, { kind: 'run' });
  apply(books, { kind: 'pay', invoice: 0, amountSat: 1700n });
  apply(books, { kind: 'void', invoice: 1 });
  apply(books, { kind: 'run' });
  audit(books);
  expect(books.lastRun.map(({ accountId, satoshi: sat }) => [accountId, sat])).toEqual([
    ['a', 700n],
    ['b', -500n],
    // It got 700 sat too much from a and has 500 less to come from b, which is billed again.
    ['mini-grid', -200n],
  ]);
  apply(books, { kind: 'run' });
  expect(books.lastRun).toEqual([]);
});

type Books = {
  /** Balances of the ledger, from trades alone. */
  readonly ledgerUsat: Map<AccountId, bigint>;
  readonly invoices: GivenInvoice[];
  readonly payouts: { readonly accountId: AccountId; readonly amountSat: bigint }[];
  trades: Trade[];
  carries: readonly BilledAccount[];
  lastRun: readonly BilledAccount[];
};

type GivenInvoice = {
  readonly accountId: AccountId;
  readonly amountSat: bigint;
  creditedSat: bigint;
  /** What the runs so far have counted of it. */
  countedSat: bigint;
  voidedAt?: ReturnType<typeof at>;
};

function openBooks(): Books {
  return { ledgerUsat: new Map(), invoices: [], payouts: [], trades: [], carries: [], lastRun: [] };
}

function apply(books: Books, step: Step): void {
  if (step.kind === 'trade') addTrade(books, step.trade);
  else if (step.kind === 'run') run(books);
  else touchInvoice(books, step);
}

function touchInvoice(books: Books, step: Exclude<Step, { kind: 'trade' | 'run' }>): void {
  const invoice = books.invoices[step.invoice % Math.max(1, books.invoices.length)];
  if (invoice === undefined) return;
  if (step.kind === 'pay') invoice.creditedSat += step.amountSat;
  else if (step.kind === 'payExactly') invoice.creditedSat = invoice.amountSat;
  else if (step.kind === 'reverse') invoice.creditedSat = 0n;
  else invoice.voidedAt = at('2026-11-22T10:15:00Z');
}

function addTrade(books: Books, [kind, sellerId, buyerId, wh, price, fee]: GivenTrade): void {
  const terms = {
    kind,
    sellerId,
    buyerId,
    energyWh: wattHours(wh),
    priceMsatPerKwh: msatPerKwh(price),
    gridFeeMsatPerKwh: msatPerKwh(fee),
  };
  const place = { gridId: gridId('village'), timeframe: quarter, revision: 0 };
  const chain = { ...place, firstSequence: 1, previousHash: zeroHash };
  books.trades.push(...chainTrades(chain, [terms], sha256));
  const move = (accountId: AccountId, usat: number) =>
    books.ledgerUsat.set(accountId, (books.ledgerUsat.get(accountId) ?? 0n) + BigInt(usat));
  move(sellerId, wh * price);
  move(buyerId, -wh * (price + fee));
  move(miniGrid, wh * fee);
}

function run(books: Books): void {
  const payments = books.invoices.flatMap((invoice) => {
    const satoshiNow = standsFor(invoice);
    const change = satoshi(satoshiNow - invoice.countedSat);
    invoice.countedSat = satoshiNow;
    return isReserved(invoice.accountId) || change === 0n
      ? []
      : [{ prosumerId: invoice.accountId, satoshi: change }];
  });
  const carries = books.carries.filter(({ restUsat }) => restUsat !== 0n);
  const accounts = billableAccounts(
    { lines: linesOf(books.trades), carries, payments },
    (accountId) => (isReserved(accountId) ? satoshi(0n) : minimumSat),
  );
  const billed = billAccounts(accounts);
  for (const { accountId, satoshi: sat } of billed) {
    if (accountId === miniGrid || sat === 0n) continue;
    if (sat > 0n || accountId === powerPlant) books.payouts.push({ accountId, amountSat: sat });
    else books.invoices.push({ accountId, amountSat: -sat, creditedSat: 0n, countedSat: -sat });
  }
  books.trades = [];
  books.carries = billed;
  books.lastRun = billed;
}

/**
 * rest = ledger + what invoices stand for − payouts, of each account, in any sequence of runs. So
 * nothing that was traded or paid is lost, and nothing is counted twice.
 */
function audit({ ledgerUsat, invoices, payouts, lastRun }: Books): void {
  for (const accountId of [...prosumers, powerPlant] as const) {
    let expectedUsat = ledgerUsat.get(accountId) ?? 0n;
    for (const invoice of invoices) {
      if (invoice.accountId === accountId) expectedUsat += standsFor(invoice) * 1_000_000n;
    }
    for (const payout of payouts) {
      if (payout.accountId === accountId) expectedUsat -= payout.amountSat * 1_000_000n;
    }
    const restUsat = lastRun.find((one) => one.accountId === accountId)?.restUsat ?? 0n;
    expect(restUsat).toBe(expectedUsat);
    const limitUsat = (isReserved(accountId) ? 1n : minimumSat) * 1_000_000n;
    expect(restUsat < limitUsat && -restUsat < limitUsat).toBe(true);
  }
  expect(lastRun.reduce((sum, { restUsat }) => sum + restUsat, 0n)).toBe(0n);
  const { invoicesSat, payoutsSat, miniGridSat, powerPlantSat } = runTotals(lastRun);
  expect(invoicesSat - payoutsSat).toBe(miniGridSat + powerPlantSat);
}

function standsFor({ amountSat, creditedSat, voidedAt }: GivenInvoice): bigint {
  return contributionSat({
    amountSat: satoshi(amountSat),
    creditedSat: satoshi(creditedSat),
    ...(voidedAt !== undefined && { voidedAt }),
  });
}

function anyStep(): fc.Arbitrary<Step> {
  const anyAccount = fc.constantFrom<AccountId[]>(...prosumers, powerPlant, miniGrid);
  const anyTrade = fc
    .tuple(
      fc.constantFrom<TradeKind[]>('peer', 'import', 'export', 'grid', 'correction'),
      anyAccount,
      anyAccount,
      fc.integer({ min: 1, max: 5_000 }),
      fc.constantFrom(0, 1, 99_999, 100_000, 300_001, 999_999),
      fc.constantFrom(0, 7, 20_000),
    )
    .filter(([, seller, buyer]) => seller !== buyer);
  const invoice = fc.nat({ max: 20 });
  return fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('trade' as const), trade: anyTrade }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('run' as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('pay' as const),
        invoice,
        amountSat: fc.bigInt({ min: 1n, max: 2_000n }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom('payExactly' as const, 'reverse' as const, 'void' as const),
        invoice,
      }),
    },
  );
}
