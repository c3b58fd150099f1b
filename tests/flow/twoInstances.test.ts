import { afterEach, expect, test } from '@jest/globals';
import type { Instant } from '../../shared/domain/timeframe.ts';
import { createRandom, drawSeed, shuffled } from '../endToEnd/random.ts';
import { gridId, join, openGrid, post } from '../operations/smallGrid.ts';
import { openTestApp, type TestApp } from '../operations/testApp.ts';
import { endWorkers, startWorker, type Work } from './worker.ts';

const limitMs = 120_000;
const activeFrom = '2024-06-01T00:00:00Z' as Instant;
/** Fewer than one command closes, so that each of two closers may come to make them all. */
const timeframes = 40;
const prosumers = 12;
/** Enough for two messages of trades in one timeframe. */
const manyProsumers = 620;
const messagesMax = 1_000;
const apps: TestApp[] = [];

afterEach(() => {
  endWorkers();
  for (const app of apps.splice(0)) app.end();
});

test(
  'two instances that close the same timeframes at once come to what one does',
  async () => {
    const starts = startsOf(timeframes);
    const alone = await openFilled(starts, prosumers);
    await alone.tick();
    await alone.drain();
    const app = await openFilled(starts, prosumers);
    await app.tick();
    const commands = takeAll(app);
    expect(commands).toHaveLength(timeframes);

    const random = createRandom(drawSeed());
    const workers = await Promise.all([startWorker(app.directory), startWorker(app.directory)]);
    const closed = await Promise.all(
      workers.map((worker) => worker.handle(twice(commands, random))),
    );
    // Each closing was made by one of the two, and by one only.
    expect(closed.flat().sort((a, b) => a - b)).toEqual(starts.map((_, index) => index + 1));
    await app.drain();
    expect(await bookOf(app)).toEqual(await bookOf(alone));
  },
  limitMs,
);

test(
  'two instances that record the same trades at once, twice and out of order, record them once',
  async () => {
    const [first = '', ...more] = startsOf(3);
    const alone = await openFilled([first], manyProsumers, more);
    await alone.tick();
    await alone.drain();
    const app = await openFilled([first], manyProsumers, more);
    await app.tick();
    const random = createRandom(drawSeed());
    for (const expected of ['timeframes', 'trades']) {
      const messages = takeAll(app);
      expect(new Set(messages.map(({ queue }) => queue))).toEqual(new Set([expected]));
      const workers = await Promise.all([startWorker(app.directory), startWorker(app.directory)]);
      await Promise.all(workers.map((worker) => worker.handle(twice(messages, random))));
    }
    const book = await bookOf(app);
    expect(book.closings[0]).toMatchObject({ status: 'settled', batchCount: 2 });
    expect(book).toEqual(await bookOf(alone));
  },
  limitMs,
);

function startsOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) =>
    new Date(Date.parse(activeFrom) + index * 900_000).toISOString().replace('.000Z', 'Z'),
  );
}

/** A grid whose timeframes are all due, with readings of all in `full` and of a few in `sparse`. */
async function openFilled(
  full: readonly string[],
  count: number,
  sparse: readonly string[] = [],
): Promise<TestApp> {
  const app = openTestApp('2024-07-01T00:00:00Z');
  apps.push(app);
  const end = startsOf(full.length + sparse.length + 1).at(-1) as Instant;
  await openGrid(app.ports, { activeFrom, activeUntil: end });
  const ids = Array.from({ length: count }, (_, index) => `p${String(index).padStart(3, '0')}`);
  for (const id of ids) await join(app.ports, id);
  for (const [at, start] of [...full, ...sparse].entries()) {
    const metered = full.includes(start) ? ids : ids.slice(0, 5);
    const nettos = metered.map((id, index) => [
      id,
      ((index * 7_919 + at * 104_729) % 4_001) - 2_000,
    ]);
    await post(app.ports, start, Object.fromEntries(nettos));
  }
  return app;
}

/** Takes all messages off both queues, as if they were now on their way. */
function takeAll({ embedded: { queues } }: TestApp): readonly Work[] {
  return (['timeframes', 'trades'] as const).flatMap((queue) =>
    queues.receive(queue, messagesMax).map(({ body, lockToken }) => {
      queues.complete(queue, lockToken);
      return { queue, body: JSON.parse(body) };
    }),
  );
}

function twice(messages: readonly Work[], random: () => number): readonly Work[] {
  return shuffled([...messages, ...messages], random);
}

/** Everything but when it was closed, and whether it was late for that. */
async function bookOf({ ports }: TestApp) {
  const closings = await ports.closings.list(gridId, {}, { limit: 1_000 });
  const trades = await ports.trades.list(gridId, {}, { limit: 100_000 });
  const accounts = await ports.ledger.listAccounts(gridId, { limit: 1_000 });
  const { closingNumber, producedWh, consumedWh } = await ports.rosters.totals(gridId);
  const postings = await ports.ledger.listPostings(
    'p001' as Parameters<typeof ports.ledger.listPostings>[0],
    {},
    { limit: 10_000 },
  );
  return {
    closings: closings.items.map(({ closedAt, readingsMark, ...closing }) => closing),
    trades: trades.items,
    accounts: accounts.items,
    postings: postings.items,
    totals: { closingNumber, producedWh, consumedWh },
  };
}
