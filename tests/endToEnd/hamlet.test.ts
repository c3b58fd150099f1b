import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildBundle, cleanUp, newDirectory, type RunningApp, startApp } from './app.ts';
import { type Books, booksOf, sumOf } from './books.ts';
import { hashOf } from './canonicalJson.ts';
import {
  createHamlet,
  hamlet,
  hamletLast,
  hamletModel,
  hamletReadings,
  hamletTimeframes,
  postsOf,
} from './hamlet.ts';
import type { ModelOutcome } from './model.ts';
import { createRandom, drawSeed } from './random.ts';
import { closeDue, settleThrough } from './settling.ts';

const limitMs = 300_000;
const killsWhileImporting = 3;
const killsWhileClosing = 7;
/** Long enough to be within a request, or well within the closing of a thousand timeframes. */
const importMsMax = 150;
const closingMsMax = 1_500;

const readings = hamletReadings();
const posts = postsOf(readings);
let bundle: string;
let model: ModelOutcome;
let undisturbed: Books;

beforeAll(() => {
  bundle = buildBundle();
  model = hamletModel(readings);
}, limitMs);

afterAll(cleanUp);

test(
  'six weeks of sixteen homes come to what the model says, to the µsat and the last hash',
  async () => {
    const app = await startApp({ appFile: bundle });
    await createHamlet(app, readings);
    for (const [index, post] of posts.entries()) {
      expect(await app.send('POST', '/grids/hamlet/readings', { readings: post })).toMatchObject({
        accepted: posts[index]?.length,
        rejected: 0,
      });
    }
    await app.send('PATCH', '/grids/hamlet', { paused: false });
    const startMs = performance.now();
    await settleThrough(app, hamlet.id, hamletLast);
    const seconds = (performance.now() - startMs) / 1000;
    console.log(`${hamletTimeframes} timeframes were settled in ${seconds.toFixed(1)} s`);
    undisturbed = await booksOf(app, hamlet.id);
    expectModel(undisturbed);
    expect(await app.stop()).toBe(0);
  },
  limitMs,
);

test('the chain of trades can be verified with the trades alone', () => {
  let previousHash = '0'.repeat(64);
  for (const { hash, ...trade } of undisturbed.trades) {
    if (trade['previousHash'] !== previousHash || hash !== hashOf(trade)) {
      throw new Error(`the chain breaks at ${trade['id']}`);
    }
    previousHash = String(hash);
  }
  expect(undisturbed.timeframes.at(-1)?.['hash']).toBe(previousHash);
});

test('per prosumer and timeframe, netto is what was sold less what was bought', () => {
  const traded = new Map<string, number>();
  const add = (id: unknown, timeframe: unknown, energyWh: number) =>
    traded.set(`${id} ${timeframe}`, (traded.get(`${id} ${timeframe}`) ?? 0) + energyWh);
  for (const { sellerId, buyerId, timeframe, energyWh } of undisturbed.trades) {
    add(sellerId, timeframe, Number(energyWh));
    add(buyerId, timeframe, -Number(energyWh));
  }
  const differing = readings.filter(
    ({ prosumerId, timeframe, producedWh, consumedWh }) =>
      (traded.get(`${prosumerId} ${timeframe}`) ?? 0) !== producedWh - consumedWh,
  );
  expect(differing).toEqual([]);
});

test(
  'killed at any moment and started again, it comes to the same',
  async () => {
    const random = createRandom(drawSeed());
    const dataDirectory = newDirectory();
    const start = () => startApp({ appFile: bundle, dataDirectory });

    let app = await start();
    await createHamlet(app, readings);
    const importKills = drawSome(posts.length, killsWhileImporting, random);
    for (const [index, post] of posts.entries()) {
      const body = { readings: post };
      if (importKills.has(index)) {
        const answer = app.send('POST', '/grids/hamlet/readings', body).catch(() => undefined);
        await sleep(random() * importMsMax);
        await app.kill();
        await answer;
        app = await start();
      }
      // What the one before had taken is a duplicate now, and nothing is lost.
      const { accepted, duplicate } = await app.send('POST', '/grids/hamlet/readings', body);
      expect(Number(accepted) + Number(duplicate)).toBe(post.length);
    }

    await app.send('PATCH', '/grids/hamlet', { paused: false });
    for (let kill = 0; kill < killsWhileClosing; kill += 1) {
      await closeDue(app);
      await sleep(random() * closingMsMax);
      await app.kill();
      app = await start();
    }
    await killBetweenClosedAndSettled(app);
    app = await start();
    await settleThrough(app, hamlet.id, hamletLast);
    const books = await booksOf(app, hamlet.id);
    expectModel(books);
    expect(isSame(books, undisturbed)).toBe(true);
    expect(await app.stop()).toBe(0);
  },
  limitMs,
);

/** Kills it once while trades of a closed timeframe are still to be recorded, if that can be seen. */
async function killBetweenClosedAndSettled(app: RunningApp): Promise<void> {
  await closeDue(app);
  const endMs = performance.now() + closingMsMax * 4;
  while (performance.now() < endMs) {
    const { lastClosedTimeframe } = await app.get('/grids/hamlet');
    if (typeof lastClosedTimeframe === 'string') {
      const path = `/grids/hamlet/timeframes/${lastClosedTimeframe}`;
      if ((await app.get(path))['status'] === 'closed') break;
    }
  }
  await app.kill();
}

/** Compares in a way that names the first difference of 80 000, and not all of them. */
function expectModel({ trades, timeframes, accounts }: Books): void {
  expect(accounts).toEqual(model.accounts);
  expect(sumOf(accounts, 'debitsUsat')).toBe(sumOf(accounts, 'creditsUsat'));
  expect(timeframes).toHaveLength(hamletTimeframes);
  expectEach(timeframes, model.timeframes);
  expectEach(trades, model.trades);
}

function expectEach(items: readonly unknown[], expected: readonly unknown[]): void {
  expect(items).toHaveLength(expected.length);
  const at = items.findIndex((item, index) => hashOf(item) !== hashOf(expected[index]));
  expect(items[at]).toEqual(expected[at]);
}

function isSame(a: Books, b: Books): boolean {
  return hashOf(a) === hashOf(b);
}

/** `count` different whole numbers under `end`. */
function drawSome(end: number, count: number, random: () => number): ReadonlySet<number> {
  const drawn = new Set<number>();
  while (drawn.size < count) drawn.add(Math.floor(random() * end));
  return drawn;
}
