import {
  closeSync,
  cpSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildBundle, cleanUp, newDirectory, type RunningApp, startApp } from '../endToEnd/app.ts';
import { startHostProcess } from './hostProcess.ts';
import { canMount, mountSmallDisk, remount, unmountAll } from './mounts.ts';

const main = join(import.meta.dirname, '..', '..', 'local', 'main.ts');
let appFile: string;
beforeAll(() => {
  appFile = buildBundle();
});
afterAll(() => {
  cleanUp();
  unmountAll();
});

const path = '/grids/lane';
const homes = ['a', 'b'];
const startMs = Date.parse('2024-05-10T00:00:00Z');

async function createLane(app: RunningApp): Promise<void> {
  await app.send('POST', '/grids', {
    ...{ id: 'lane', name: 'Lane', timeZone: 'Europe/Berlin', timeframeMinutes: 15 },
    ...{ graceMinutes: 0, paused: true, activeFrom: '2024-05-10T00:00:00Z' },
    market: { mechanism: 'pool' },
    tariff: {
      importPriceMsatPerKwh: 333_333,
      exportPriceMsatPerKwh: 88_889,
      gridFeeMsatPerKwh: 22_222,
    },
  });
  for (const id of homes) {
    const home = { id, gridId: 'lane', name: id, address: 'Lane', type: 'household' };
    await app.send('POST', '/prosumers', home);
  }
}

/** Readings of a lot of timeframes: the same for the same number. */
function readingsOf(lot: number): object {
  const readings = Array.from({ length: 400 }, (_, at) => ({
    prosumerId: homes[at % 2],
    timeframe: new Date(startMs + (lot * 200 + Math.floor(at / 2)) * 900_000).toISOString(),
    ...{ producedWh: at, consumedWh: 400 - at },
  }));
  return { readings };
}

const post = (app: RunningApp, lot: number) =>
  app.request('POST', `${path}/readings`, readingsOf(lot));

/** Tries to start the app; answers how it ended and what it said. */
async function failToStart(dataDirectory: string, mode = ['--live']): Promise<string> {
  const args = [...mode, '--port', '0', '--data', dataDirectory, '--app', appFile];
  const started = startHostProcess({ script: main, args });
  expect(await started.ended).toBe(1);
  // A stack would say that it is a mistake of the app.
  expect(started.stderr()).not.toMatch(/^\s+at /m);
  return started.stderr();
}

/** Fills what is left of a disk; answers the file that does. */
function fill(place: string): string {
  const file = join(place, 'ballast');
  const descriptor = openSync(file, 'w');
  for (let bytes = 65_536; bytes >= 1; bytes /= 16) {
    for (let written = bytes; written === bytes; ) {
      try {
        written = writeSync(descriptor, Buffer.alloc(bytes));
      } catch {
        written = 0;
      }
    }
  }
  closeSync(descriptor);
  return file;
}

async function untilHolds(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let round = 0; round < 500 && !(await holds()); round += 1) await sleep(20);
  expect(await holds()).toBe(true);
}

const isMounting = canMount();
const onOwnDisk = isMounting ? describe : describe.skip;
const why = isMounting ? '' : ' (skipped: no file system may be mounted here)';

onOwnDisk(`a disk of its own${why}`, () => {
  test('that is full: 503, nothing half done, and on it goes as soon as there is room', async () => {
    const place = mountSmallDisk(16_384);
    const dataDirectory = join(place, 'data');
    const app = await startApp({ appFile, dataDirectory });
    await createLane(app);
    expect((await post(app, 0)).status).toBe(200);
    const ballast = fill(place);
    let lot = 1;
    let answer = await post(app, lot);
    // A log that was written before has room for some.
    for (; answer.status === 200 && lot < 100; answer = await post(app, lot)) lot += 1;
    expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(answer.headers.get('retry-after')).toBe('5');
    const home = { id: 'c', gridId: 'lane', name: 'c', address: 'Lane', type: 'household' };
    const key = { 'idempotency-key': 'one' };
    expect((await app.request('POST', '/prosumers', home, key)).status).toBe(503);
    // What is there is shown meanwhile.
    expect((await app.request('GET', path)).status).toBe(200);
    expect((await app.request('GET', '/prosumers/a')).status).toBe(200);

    rmSync(ballast);
    expect((await post(app, lot)).body).toMatchObject({ accepted: 400, duplicate: 0 });
    expect((await post(app, lot - 1)).body).toMatchObject({ accepted: 0, duplicate: 400 });
    expect((await app.request('POST', '/prosumers', home, key)).status).toBe(201);
    expect(await app.stop()).toBe(0);

    fill(place);
    expect(await failToStart(dataDirectory)).toMatch(/make room/i);
    rmSync(ballast);
    const again = await startApp({ appFile, dataDirectory });
    expect((await post(again, lot)).body).toMatchObject({ accepted: 0, duplicate: 400 });
    expect(await again.stop()).toBe(0);
  }, 60_000);

  test('that is full under the demonstration, which goes on', async () => {
    const place = mountSmallDisk(16_384);
    const app = await startApp({ appFile, dataDirectory: join(place, 'data'), args: [] });
    const status = async () => (await app.request('GET', '/grids/hamlet')).status;
    await untilHolds(async () => (await status()) === 200);
    const ballast = fill(place);
    await untilHolds(() => app.stderr().includes("The demonstration's time cannot be kept"));
    expect(await status()).toBe(200);
    rmSync(ballast);
    const clock = join(place, 'data', 'clock.json');
    const before = readFileSync(clock, 'utf8');
    await untilHolds(() => readFileSync(clock, 'utf8') !== before);
    expect(await app.stop()).toBe(0);
  }, 60_000);

  test('that is read-only: it does not start, says why, and does once it can be written to', async () => {
    const place = mountSmallDisk(16_384);
    const dataDirectory = join(place, 'data');
    const app = await startApp({ appFile, dataDirectory });
    await createLane(app);
    await app.kill();
    remount(place, 'ro');
    expect(await failToStart(dataDirectory)).toContain('the disk is read-only. Mount it');
    remount(place, 'rw');
    const again = await startApp({ appFile, dataDirectory });
    expect((await again.request('GET', '/prosumers/b')).status).toBe(200);
    expect(await again.stop()).toBe(0);
  }, 60_000);
});

describe('the files of a data directory', () => {
  /** As a killed app leaves them: with logs. */
  let whole: string;
  beforeAll(async () => {
    whole = newDirectory();
    const app = await startApp({ appFile, dataDirectory: whole });
    await createLane(app);
    for (const lot of [0, 1, 2]) expect((await post(app, lot)).status).toBe(200);
    await app.kill();
  }, 60_000);

  function copied(): string {
    const directory = newDirectory();
    cpSync(whole, directory, { recursive: true });
    return directory;
  }

  /** The same with all in the files themselves, and no logs. */
  function checkpointed(): string {
    const directory = copied();
    for (const name of ['smartGridInfo', 'prosumerInfo', 'traderInfo', 'queues']) {
      const db = new DatabaseSync(join(directory, `${name}.db`));
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      db.close();
    }
    return directory;
  }

  async function startsWith(dataDirectory: string, lot: number): Promise<void> {
    const app = await startApp({ appFile, dataDirectory });
    expect((await post(app, lot)).body).toMatchObject({ duplicate: 400 });
    expect(await app.stop()).toBe(0);
  }

  test.each(['smartGridInfo', 'prosumerInfo', 'traderInfo', 'queues'])(
    'with garbage at the start of %s: named, left alone, and used again when it is restored',
    async (name) => {
      const directory = checkpointed();
      const file = join(directory, `${name}.db`);
      const sound = readFileSync(file);
      writeFileSync(file, Buffer.concat([Buffer.alloc(100, 'x'), sound.subarray(100)]));
      const complaint = await failToStart(directory);
      expect(complaint).toContain(file);
      expect(complaint).toContain('restore the data directory from a backup');
      expect(readFileSync(file).subarray(100).equals(sound.subarray(100))).toBe(true);
      writeFileSync(file, sound);
      await startsWith(directory, 2);
    },
    60_000,
  );

  test('with a page of garbage somewhere: named before anything is answered from it', async () => {
    const directory = checkpointed();
    const file = join(directory, 'smartGridInfo.db');
    const damaged = readFileSync(file);
    const middle = Math.floor(damaged.length / 4_096 / 2) * 4_096;
    damaged.fill('x', middle, middle + 4_096);
    writeFileSync(file, damaged);
    const complaint = await failToStart(directory);
    expect(complaint).toContain(`${file} is damaged: `);
    expect(complaint).toContain('restore the data directory from a backup');
  }, 60_000);

  test('with a log that is cut off: what was before the cut is there, the rest can be done again', async () => {
    const directory = copied();
    const log = join(directory, 'smartGridInfo.db-wal');
    // The last lot of readings was some sixty kB.
    truncateSync(log, statSync(log).size - 10_000);
    const app = await startApp({ appFile, dataDirectory: directory });
    expect((await post(app, 0)).body).toMatchObject({ duplicate: 400 });
    expect((await post(app, 2)).body).toMatchObject({ rejected: 0 });
    expect((await post(app, 2)).body).toMatchObject({ duplicate: 400 });
    expect(await app.stop()).toBe(0);
  }, 60_000);

  test.each(['smartGridInfo', 'queues'])(
    'of a newer program, as %s: refused, and left to it',
    async (name) => {
      const directory = copied();
      const file = join(directory, `${name}.db`);
      const db = new DatabaseSync(file);
      db.exec('PRAGMA user_version = 999');
      db.close();
      const complaint = await failToStart(directory);
      expect(complaint).toContain(`${file} cannot be used: its schema is version 999`);
      expect(complaint).toContain('use a newer program');
    },
    60_000,
  );

  test('that are used already: a second process is told by whom', async () => {
    const app = await startApp({ appFile, dataDirectory: copied() });
    const complaint = await failToStart(app.dataDirectory);
    expect(complaint).toContain(`is in use by process ${app.pid}`);
    expect((await post(app, 0)).status).toBe(200);
    expect(await app.stop()).toBe(0);
  }, 60_000);
});

test.each([
  ['live', ['--live']],
  ['under the demonstration', []],
])(
  'a data directory that is a file, or behind one, is told so, %s',
  async (_, mode) => {
    const file = join(newDirectory(), 'file');
    writeFileSync(file, 'precious');
    expect(await failToStart(file, mode)).toContain(
      `The data directory ${file} cannot be used: it is a file`,
    );
    expect(await failToStart(join(file, 'data'), mode)).toContain(
      'there is a file on the way to it',
    );
    expect(readFileSync(file, 'utf8')).toBe('precious');
  },
  60_000,
);

test('a clock of the demonstration that is garbage is told so', async () => {
  const directory = newDirectory();
  writeFileSync(join(directory, 'clock.json'), '{"virt');
  const complaint = await failToStart(directory, []);
  expect(complaint).toContain("does not hold the demonstration's time. Delete the folder");
}, 60_000);
