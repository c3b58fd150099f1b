import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { storeSchemas } from '../../local/checkStores.ts';
import { openDatabase } from '../../shared/adapters/embedded/database.ts';
import { newDirectory } from '../endToEnd/app.ts';
import { startHostProcess } from '../localHost/hostProcess.ts';
import { untilReady } from './hostLives.ts';

const killMsMax = 700;
const killsPerDirectory = 5;

type Parts = { readonly main: string; readonly appFile: string };

/**
 * Kills hosts while they bring files of the first version up to date: `kills` times, five for a
 * directory. In the end each directory must have the schema of a new one. Throws where it has not.
 */
export async function killWhileMigrating(parts: Parts, kills: number, random: () => number) {
  const expected = await schemaAfter(parts, newDirectory());
  let left = kills;
  while (left > 0) {
    const directory = newDirectory();
    makeOld(directory);
    const here = Math.min(left, killsPerDirectory);
    for (let kill = 0; kill < here; kill += 1) await killOnce(parts, directory, random);
    left -= here;
    const found = await schemaAfter(parts, directory);
    if (found !== expected) throw new Error(`The schema is another after kills: ${found}`);
  }
}

/** Files as they were when their first version was all there was, each with something in it. */
function makeOld(directory: string): void {
  for (const [name, schema] of Object.entries(storeSchemas)) {
    const db = openDatabase(join(directory, `${name}.db`), schema.slice(0, 1));
    if (name === 'queues') {
      db.exec(`INSERT INTO messages (queue, messageId, enqueuedAtMs) VALUES ('other', 'one', 1);
        INSERT INTO bodies (sequenceNumber, body) VALUES (1, '{}')`);
    }
    db.close();
  }
}

/** The files are opened, and brought up to date, as soon as the host has started. */
async function killOnce({ main, appFile }: Parts, directory: string, random: () => number) {
  const args = ['--live', '--port', '0', '--data', directory, '--app', appFile];
  const life = startHostProcess({ dataDirectory: directory, script: main, args });
  await sleep(random() * killMsMax);
  life.child.kill('SIGKILL');
  await life.ended;
}

/** Lets a host open a directory in peace, and answers what its files are like then. */
async function schemaAfter({ main, appFile }: Parts, directory: string): Promise<string> {
  const args = ['--live', '--port', '0', '--data', directory, '--app', appFile];
  const life = startHostProcess({ dataDirectory: directory, script: main, args });
  await untilReady(await life.ready, life);
  life.child.kill('SIGTERM');
  await life.ended;
  return Object.keys(storeSchemas)
    .map((name) => describe(join(directory, `${name}.db`)))
    .join('\n');
}

function describe(file: string): string {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const things = db.prepare('SELECT sql FROM sqlite_schema ORDER BY name').all();
    const version = db.prepare('PRAGMA user_version').get();
    const integrity = db.prepare('PRAGMA integrity_check').all();
    return JSON.stringify({ things, version, integrity });
  } finally {
    db.close();
  }
}
