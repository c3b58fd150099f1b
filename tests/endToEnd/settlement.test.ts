import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildBundle, cleanUp, clockAt, type RunningApp, startApp } from './app.ts';
import { booksOf, sumOf } from './books.ts';
import { fieldsIn } from './client.ts';
import {
  type Community,
  createCommunity,
  halfDaily,
  hourly,
  postedReadings,
  quarterly,
} from './community.ts';
import { lateLots } from './lateLots.ts';
import { type ModelReading, type ModelTrade, settle } from './model.ts';
import { createRandom, drawSeed } from './random.ts';
import { settleThrough } from './settling.ts';

const communities = [quarterly, hourly, halfDaily];
const random = createRandom(drawSeed());
/** Each grid as its readings came in time, and then with lots of them that came late. */
const stages = [
  ...communities.map((community) => ({
    ...{ name: `the ${community.grid.id} grid`, community },
    lots: [] as ReturnType<typeof lateLots>,
  })),
  ...communities.map((community) => ({
    ...{ name: `the ${community.grid.id} grid, corrected`, community },
    lots: lateLots(community, random),
  })),
];
/** While timeframes are still corrected. */
const soonAfter = '2024-06-03T00:00:00Z';
let app: RunningApp;

beforeAll(async () => {
  app = await startApp({ appFile: buildBundle(), env: clockAt(soonAfter) });
  for (const community of communities) await createCommunity(app, community);
  const { readings } = halfDaily;
  await app.send('POST', `${pathOf(halfDaily)}/readings`, { readings });
}, 60_000);

afterAll(cleanUp);

const pathOf = (community: Community) => `/grids/${community.grid.id}`;

test('takes readings and registers, each on its own: duplicates are told, bad ones refused', async () => {
  const path = `${pathOf(quarterly)}/readings`;
  const [first, second, ...rest] = postedReadings(quarterly);
  const bad = [
    { ...second, producedWh: -5 },
    { ...second, prosumerId: 'h1' },
    { ...second, timeframe: '2024-06-01T10:07:00Z' },
    { ...second, timeframe: '2024-06-01T12:00:00Z' },
    { ...second, timeframe: '2024-06-01T10:00:00Z', surprise: 1 },
    { ...first, prosumerId: 'joins', timeframe: '2024-06-01T10:15:00Z' },
    17,
  ];
  const answer = await app.send('POST', path, { readings: [first, ...bad, first] });
  expect(answer).toMatchObject({ accepted: 1, duplicate: 1, late: 0, rejected: bad.length });
  expect(fieldsIn(answer, 'results').map(({ status, code }) => code ?? status)).toEqual([
    'accepted',
    'invalid',
    'prosumer_not_in_grid',
    'timeframe_misaligned',
    'timeframe_outside_grid',
    'invalid',
    'prosumer_not_active',
    'invalid',
    'duplicate',
  ]);
  const all = { readings: [second, ...rest] };
  expect(await app.send('POST', path, all)).toMatchObject({ accepted: rest.length + 1 });
  expect(await app.send('POST', path, all)).toMatchObject({
    accepted: 0,
    duplicate: rest.length + 1,
  });
});

test('a higher version replaces a reading, the same with other content is refused', async () => {
  const path = `${pathOf(hourly)}/readings`;
  const [first, ...rest] = hourly.readings;
  const wrong = { ...first, producedWh: 999 };
  const readings = [wrong, { ...first, version: 2 }, ...rest];
  expect(await app.send('POST', path, { readings })).toMatchObject({ accepted: readings.length });
  expect(await app.send('POST', path, { readings: [{ ...wrong, producedWh: 1 }] })).toMatchObject({
    rejected: 1,
    results: [{ status: 'rejected', code: 'reading_conflict' }],
  });
});

test('shows a timeframe that is still open with what its readings come to so far', async () => {
  const { timeframes } = modelOf(quarterly);
  const [first] = timeframes;
  const { producedWh, consumedWh, nettoWh, readings } = first ?? {};
  const path = `${pathOf(quarterly)}/timeframes/${first?.timeframe}`;
  expect(await app.get(path)).toEqual({
    ...{ timeframe: first?.timeframe, status: 'open' },
    ...{ producedWh, consumedWh, nettoWh, readings },
  });
  expect(
    (await app.request('GET', `${pathOf(quarterly)}/netto?timeframe=${first?.timeframe}`)).status,
  ).toBe(404);
});

describe.each(stages)('$name', ({ community, lots }) => {
  const path = pathOf(community);
  const gridId = community.grid.id;
  const model = modelOf(community, lots);

  test('runs, and comes to the trades, timeframes and accounts of the model', async () => {
    await app.send('PATCH', path, { paused: false });
    await settleThrough(app, gridId, community.last);
    for (const readings of lots) await settleLate(readings);
    const books = await booksOf(app, gridId);
    expect(books).toEqual({
      trades: model.trades,
      timeframes: model.timeframes,
      accounts: model.accounts,
    });
    expect(sumOf(books.accounts, 'balanceUsat')).toBe(0n);
  }, 30_000);

  test('each trade and each timeframe is found alone, and the trades of a timeframe together', async () => {
    for (const trade of model.trades) expect(await app.get(`/trades/${trade.id}`)).toEqual(trade);
    for (const expected of model.timeframes) {
      const { timeframe } = expected;
      expect(await app.get(`${path}/timeframes/${timeframe}`)).toMatchObject(expected);
      expect(await app.all(`/trades?gridId=${gridId}&timeframe=${timeframe}`)).toEqual(
        model.trades.filter((trade) => trade.timeframe === timeframe),
      );
    }
  });

  test('shows the netto of all, per timeframe and over all of them', async () => {
    for (const { timeframe, producedWh, consumedWh, nettoWh } of model.timeframes) {
      expect(await app.get(`${path}/netto?timeframe=${timeframe}`)).toEqual({
        ...{ gridId, timeframe, producedWh, consumedWh, nettoWh },
        prosumers: model.nettos
          .filter((line) => line.timeframe === timeframe)
          .map(({ timeframe: _, status, revision, ...line }) => line),
      });
    }
    const sums = energyOf(model.nettos);
    const members = community.prosumers.map(({ id }) => ({ prosumerId: id, ...energyBy(id) }));
    members.sort((a, b) => (a.prosumerId < b.prosumerId ? -1 : 1));
    expect(await app.get(`${path}/netto`)).toEqual({ gridId, ...sums, prosumers: members });
    expect(await app.all(`${path}/prosumers`)).toMatchObject(members);
    expect(await app.get(path)).toMatchObject({
      ...sums,
      prosumerCount: members.length,
      lastClosedTimeframe: community.last,
    });
  });

  test('shows each prosumer with its account, netto and transactions, newest first', async () => {
    for (const { id } of community.prosumers) {
      const account = model.accounts.find(({ accountId }) => accountId === id);
      const { accountId, ...sums } = account ?? {};
      expect(await app.get(`/prosumers/${id}`)).toMatchObject({ id: accountId, gridId, ...sums });
      expect(await app.all(`/prosumers/${id}/netto`)).toEqual(
        model.nettos
          .filter(({ prosumerId }) => prosumerId === id)
          .map(({ prosumerId, ...line }) => line),
      );
      const mine = model.trades.filter(
        ({ sellerId, buyerId }) => sellerId === id || buyerId === id,
      );
      const transactions = await app.all(`/prosumers/${id}/transactions`);
      expect(transactions).toEqual(mine.map((trade) => transactionOf(trade, id)).reverse());
      expect(await app.all(`/trades?prosumerId=${id}`)).toEqual(mine.toReversed());
      expect(sumOf(transactions, 'creditUsat') - sumOf(transactions, 'debitUsat')).toBe(
        BigInt(account?.balanceUsat ?? ''),
      );
    }
  });

  test('gives the same in pages as at once', async () => {
    const [{ id } = { id: '' }] = community.prosumers;
    for (const each of [
      ...['/grids', '/prosumers', `/prosumers?gridId=${gridId}`, `/trades?gridId=${gridId}`],
      ...[
        `/trades?prosumerId=${id}`,
        `${path}/timeframes`,
        `${path}/prosumers`,
        `${path}/accounts`,
      ],
      ...[`/prosumers/${id}/transactions`, `/prosumers/${id}/netto`],
    ]) {
      const whole = await app.all(each);
      expect(whole.length).toBeGreaterThan(1);
      expect(await app.all(`${each}${each.includes('?') ? '&' : '?'}limit=1`)).toEqual(whole);
    }
    const whole = await app.all(`${path}/netto`, 'prosumers');
    expect(await app.all(`${path}/netto?limit=1`, 'prosumers')).toEqual(whole);
  });

  test('shows a part of the time where one is asked for: from its start, before its end', async () => {
    const [, from, to = community.grid.activeUntil] = model.timeframes.map(
      ({ timeframe }) => timeframe,
    );
    const isWithin = ({ timeframe }: { readonly timeframe: string }) => timeframe === from;
    const range = `from=${from}&to=${to}`;
    expect(await app.all(`${path}/timeframes?${range}`)).toMatchObject(
      model.timeframes.filter(isWithin),
    );
    for (const { id } of community.prosumers) {
      const transactions = await app.all(`/prosumers/${id}/transactions?${range}`);
      expect(transactions.map(({ tradeId }) => tradeId)).toEqual(
        model.trades
          .filter((trade) => isWithin(trade) && [trade.sellerId, trade.buyerId].includes(id))
          .map((trade) => trade.id)
          .reverse(),
      );
    }
  });

  /** All of them are marked as late, and settled by corrections. */
  async function settleLate(readings: readonly ModelReading[]): Promise<void> {
    expect(await app.send('POST', `${path}/readings`, { readings })).toMatchObject({
      late: readings.length,
      rejected: 0,
    });
    for (const { timeframe } of readings.slice(0, 1)) {
      expect(await app.get(`${path}/timeframes/${timeframe}`)).toMatchObject({
        hasLateReadings: true,
      });
    }
    await settleThrough(app, gridId, community.last);
  }

  function energyBy(id: string) {
    return energyOf(model.nettos.filter(({ prosumerId }) => prosumerId === id));
  }
});

test('ends in order when it is told to, and keeps everything', async () => {
  const before = await booksOf(app, hourly.grid.id);
  expect(await app.stop()).toBe(0);
  expect(app.stderr()).toBe('');
  const again = await startApp({ dataDirectory: app.dataDirectory, appFile: buildBundle() });
  expect(await booksOf(again, hourly.grid.id)).toEqual(before);
  expect(await again.stop()).toBe(0);
}, 30_000);

function modelOf(
  { grid, prosumers, readings }: Community,
  lots: readonly (readonly ModelReading[])[] = [],
) {
  return settle(grid, prosumers, readings, lots);
}

function energyOf(lines: readonly { readonly producedWh: number; readonly consumedWh: number }[]) {
  const producedWh = lines.reduce((sum, line) => sum + line.producedWh, 0);
  const consumedWh = lines.reduce((sum, line) => sum + line.consumedWh, 0);
  return { producedWh, consumedWh, nettoWh: producedWh - consumedWh };
}

function transactionOf(trade: ModelTrade, prosumerId: string) {
  const isSeller = trade.sellerId === prosumerId;
  return {
    tradeId: trade.id,
    prosumerId,
    timeframe: trade.timeframe,
    side: isSeller ? 'sell' : 'buy',
    energyWh: trade.energyWh,
    creditUsat: isSeller ? trade.amountUsat : '0',
    debitUsat: isSeller ? '0' : String(BigInt(trade.amountUsat) + BigInt(trade.feeUsat)),
    trade,
  };
}
