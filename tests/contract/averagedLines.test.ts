import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type AccountLine, amountOfLine } from '../../shared/domain/accountLine.ts';
import { type AveragedLine, billedLinesOf } from '../../shared/domain/averagedLine.ts';
import type { BillingPeriod } from '../../shared/domain/billingPeriod.ts';
import { type AccountId, type GridId, miniGrid, powerPlant } from '../../shared/domain/ids.ts';
import { balanceOf, postingsOf, sumsByAccount } from '../../shared/domain/ledger.ts';
import type { Trade } from '../../shared/domain/trade.ts';
import { microSatoshi, msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import type { BillingStore } from '../../shared/ports/billingStore.ts';
import { freshStores } from './adapters.ts';
import { entryOf } from './auditSamples.ts';
import { accountOf, finalRunOf, runOfUnbilled } from './billingSamples.ts';
import { describeProsumerInfo } from './prosumerInfoAdapters.ts';
import {
  at1000,
  batchKeyOf,
  december,
  hillside,
  january,
  november,
  prosumerId,
  prosumerOf,
  riverside,
  tradeOf,
} from './samples.ts';

const [anna, ben] = [prosumerId('anna'), prosumerId('ben')];

describeProsumerInfo('averaged lines', (adapter) => {
  const stores = freshStores(adapter);
  let batches = 0;
  /** Adds lines without postings, in a batch of their own. */
  const add = (
    averaged: readonly AveragedLine[],
    lines: readonly AccountLine[] = [],
    { period = november, gridId = riverside } = {},
  ) => {
    batches += 1;
    const key = { gridId, timeframe: at1000, revision: 0, batch: batches };
    return stores().ledger.record(key, [], { period, lines, averaged });
  };
  const linesThrough = async (period: BillingPeriod) =>
    (await stores().billing.unbilled(riverside, period)).lines;
  const finalize = (period: BillingPeriod) => finalizeAll(stores().billing, riverside, period);

  test('are read as lines at the mean price, rounded down and up', async () => {
    await add([sold(3, 10n), bought(anna, 7, 21n), { ...sold(5, 0n), accountId: ben }]);
    expect(await linesThrough(november)).toEqual([
      line(anna, 'bought', 3, 7),
      line(anna, 'sold', 3, 2),
      line(anna, 'sold', 4, 1),
      line(ben, 'sold', 0, 5),
    ]);
  });

  test('stand among lines with a price, and add up with those at theirs', async () => {
    const priced = [
      line(anna, 'sold', 4, 100),
      line(anna, 'sold', 2, 50),
      { ...line(anna, 'sold', 3, 9), counterparty: powerPlant } as const,
      line(anna, 'fee_paid', 3, 8),
    ];
    await add([sold(3, 10n), { ...sold(1, 3n), counterparty: miniGrid }], priced);
    const expected = [
      line(anna, 'fee_paid', 3, 8),
      { ...line(anna, 'sold', 3, 1), counterparty: miniGrid },
      { ...line(anna, 'sold', 3, 9), counterparty: powerPlant },
      line(anna, 'sold', 2, 50),
      line(anna, 'sold', 3, 2),
      line(anna, 'sold', 4, 101),
    ];
    expect(await linesThrough(november)).toEqual(expected);
  });

  test('are summed over batches and periods, per grid and account, before they are parted', async () => {
    const { billing } = stores();
    await add([sold(1, 1n)]);
    await add([sold(1, 2n)]);
    await add([sold(1, 4n), { ...sold(2, 2n), accountId: ben }], [], { period: december });
    await add([sold(9, 9n)], [], { gridId: hillside });
    expect(await linesThrough(november)).toEqual([
      line(anna, 'sold', 1, 1),
      line(anna, 'sold', 2, 1),
    ]);
    expect(await linesThrough(december)).toEqual([
      line(anna, 'sold', 2, 2),
      line(anna, 'sold', 3, 1),
      line(ben, 'sold', 1, 2),
    ]);
    expect(await billing.unbilledOf(riverside, anna)).toMatchObject({
      lines: [line(anna, 'sold', 2, 2), line(anna, 'sold', 3, 1)],
      periods: [november, december],
    });
    const ofBen = await billing.unbilledOf(riverside, ben);
    expect(ofBen).toMatchObject({ lines: [line(ben, 'sold', 1, 2)], periods: [december] });
  });

  test('of a batch are added once, and not at all when it is refused', async () => {
    const { billing, ledger, openAnother } = stores();
    const other = await openAnother();
    for (const id of ['anna', 'ben']) await stores().prosumers.create(prosumerOf(id), entryOf());
    const record = (trade: Trade, at = ledger) =>
      at.record(batchKeyOf(trade), postingsOf(trade), {
        period: november,
        ...billedLinesOf([trade], true),
      });
    const trade = tradeOf(1, { energyWh: wattHours(2), priceMsatPerKwh: msatPerKwh(3) });
    await Promise.all([record(trade), record(trade, other.ledger), record(trade)]);
    const { mark, lines } = await billing.unbilled(riverside, november);
    expect(lines).toEqual([line(anna, 'sold', 3, 2), line(ben, 'bought', 3, 2)]);
    await record(trade);
    await expect(record(tradeOf(501, { buyerId: prosumerId('nobody') }))).rejects.toThrow();
    expect(await billing.unbilled(riverside, november)).toMatchObject({ mark, lines });
  });

  test('move the mark, and are in the run as they were read', async () => {
    const { billing } = stores();
    await add([sold(3, 10n), bought(ben, 3, 10n)]);
    const first = await billing.unbilled(riverside, november);
    await add([sold(3, 11n), bought(ben, 3, 11n)]);
    const second = await billing.unbilled(riverside, november);
    expect(await billing.finalize(runOfUnbilled(first), first.mark, entryOf())).toBe('changed');
    expect(await billing.finalize(runOfUnbilled(second), second.mark, entryOf())).toBe('finalized');
    const { items } = await billing.listRunAccounts(riverside, november, { limit: 9 });
    expect(items.flatMap(({ lines }) => lines)).toEqual(second.lines);
    expect(second.lines.filter(({ accountId }) => accountId === anna)).toEqual([
      line(anna, 'sold', 3, 3),
      line(anna, 'sold', 4, 3),
    ]);
    expect(await linesThrough(january)).toEqual([]);
    expect((await billing.unbilled(riverside, january)).periods).toEqual([]);
  });

  test('are billed once: what comes later for a period that is billed is all of the next run', async () => {
    await add([sold(3, 10n), bought(ben, 3, 10n)]);
    await finalize(november);
    await add([sold(2, 5n), bought(ben, 2, 5n)]);
    await add([sold(1, 9n), bought(ben, 1, 9n)], [], { period: december });
    const late = [line(anna, 'sold', 4, 1), line(anna, 'sold', 5, 2)];
    expect((await linesThrough(december)).slice(0, 2)).toEqual(late);
    await finalize(december);
    expect(await linesThrough(january)).toEqual([]);
  });

  test('of an account that the run leaves out make it none', async () => {
    const { billing } = stores();
    await add([sold(3, 10n), bought(ben, 3, 10n)]);
    const { mark } = await billing.unbilled(riverside, november);
    const final = finalRunOf([accountOf(anna, 5n), accountOf(miniGrid, -5n)]);
    await expect(billing.finalize(final, mark, entryOf())).rejects.toThrow();
    expect((await billing.unbilled(riverside, november)).mark).toBe(mark);
  });

  test('hold all of a safe integer of Wh and 64 bits of µsat, and no more', async () => {
    const most = sold(Number.MAX_SAFE_INTEGER - 1, 2n ** 63n - 2n);
    await add([most]);
    const lines = await linesThrough(november);
    await expect(add([sold(2, 1n)])).rejects.toThrow();
    await expect(add([sold(1, 2n)])).rejects.toThrow();
    expect(await linesThrough(november)).toEqual(lines);
    await add([sold(1, 1n)]);
    const [low, high] = await linesThrough(november);
    const prices = [low, high].map((each) => each?.priceMsatPerKwh);
    expect(prices).toEqual([1024, 1025]);
    const amounts = [low, high].map((each) => (each === undefined ? 0n : amountOfLine(each)));
    expect(amounts.reduce<bigint>((sum, each) => sum + each, 0n)).toBe(2n ** 63n - 1n);
  });

  describe('of any trades', () => {
    let grids = 0;
    const runs = adapter.name === 'embedded' ? 100 : 5;

    test('come to what their postings come to, over any runs', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyBatch, { minLength: 1, maxLength: 6 }), async (given) => {
          grids += 1;
          const gridId = `grid-${grids}` as GridId;
          const billed = await billInTurns(gridId, given);
          const trades = given.flatMap((each) => each.trades);
          const sums = sumsByAccount(trades.flatMap(postingsOf));
          expect(billed).toEqual(new Map([...sums].map(([id, one]) => [id, balanceOf(one)])));
        }),
        { numRuns: runs },
      );
    }, 120_000);

    /** Records batches, some followed by a run, as is the last. Answers what was billed in all. */
    async function billInTurns(gridId: GridId, given: readonly Batch[]) {
      const { ledger, billing } = stores();
      const balances = new Map<AccountId, bigint>();
      for (const [at, { trades, priceVaries, isBilled }] of given.entries()) {
        const key = { gridId, timeframe: at1000, revision: 0, batch: at + 1 };
        const lines = billedLinesOf(trades, priceVaries);
        await ledger.record(key, [], { period: november, ...lines });
        if (!isBilled && at < given.length - 1) continue;
        const period = `${2027 + at}-01` as BillingPeriod;
        await finalizeAll(billing, gridId, period);
        const { items } = await billing.listRunAccounts(gridId, period, { limit: 99 });
        for (const each of items.flatMap((account) => account.lines)) {
          const before = balances.get(each.accountId) ?? 0n;
          balances.set(each.accountId, before + amountOfLine(each));
        }
      }
      return balances;
    }
  });
});

type Batch = {
  readonly trades: readonly Trade[];
  readonly priceVaries: boolean;
  readonly isBilled: boolean;
};

const anyAccount = fc.constantFrom<AccountId>(anna, ben, prosumerId('zoe'), miniGrid, powerPlant);
const anyPrice = fc.constantFrom(0, 1, 7, 300_001, 2_000_000_000).map(msatPerKwh);
const anyTrade = fc
  .record({
    sellerId: anyAccount,
    buyerId: anyAccount,
    energyWh: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 1_000_000 })),
    priceMsatPerKwh: anyPrice,
    gridFeeMsatPerKwh: anyPrice,
  })
  .filter(({ sellerId, buyerId }) => sellerId !== buyerId)
  .map(({ energyWh, ...change }) => tradeOf(1, { ...change, energyWh: wattHours(energyWh) }));
const anyBatch: fc.Arbitrary<Batch> = fc.record({
  trades: fc
    .array(anyTrade, { maxLength: 2 })
    .map((trades) => trades.map((trade, n) => ({ ...trade, sequence: n + 1 }))),
  priceVaries: fc.boolean(),
  isBilled: fc.boolean(),
});

async function finalizeAll(
  billing: BillingStore,
  gridId: GridId,
  period: BillingPeriod,
): Promise<void> {
  const unbilled = await billing.unbilled(gridId, period);
  const last = await billing.lastRun(gridId);
  const about = { gridId, period, ...(last && { previousPeriod: last.period }) };
  const final = runOfUnbilled(unbilled, about);
  expect(await billing.finalize(final, unbilled.mark, entryOf())).toBe('finalized');
}

/** Energy that anna sold to others, and what it came to. */
function sold(energyWh: number, amountUsat: bigint): AveragedLine {
  return averaged(anna, 'sold', energyWh, amountUsat);
}

function bought(accountId: AccountId, energyWh: number, amountUsat: bigint): AveragedLine {
  return averaged(accountId, 'bought', energyWh, amountUsat);
}

function averaged(
  accountId: AccountId,
  kind: AveragedLine['kind'],
  energyWh: number,
  amountUsat: bigint,
): AveragedLine {
  const amounts = { energyWh: wattHours(energyWh), amountUsat: microSatoshi(amountUsat) };
  return { accountId, kind, counterparty: 'prosumers', ...amounts };
}

function line(
  accountId: AccountId,
  kind: AccountLine['kind'],
  price: number,
  energyWh: number,
): AccountLine {
  return {
    ...{ accountId, kind, counterparty: 'prosumers' },
    priceMsatPerKwh: msatPerKwh(price),
    energyWh: wattHours(energyWh),
  };
}
