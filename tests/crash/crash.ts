import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runVerify } from '../../local/verify/runVerify.ts';
import { buildBundle, newDirectory } from '../endToEnd/app.ts';
import { createClient } from '../endToEnd/client.ts';
import { createRandom } from '../endToEnd/random.ts';
import { settleThrough } from '../endToEnd/settling.ts';
import type { HostProcess } from '../localHost/hostProcess.ts';
import { checkBilling } from './billingRun.ts';
import { checkFiles, checkThings } from './checkAcknowledged.ts';
import { type CrashClock, createCrashClock } from './crashClock.ts';
import { crashGridId, createCrashGrid, firstName, gridPath } from './crashGrid.ts';
import { type CrashLoad, startCrashLoad } from './crashLoad.ts';
import type { CrashOptions } from './crashOptions.ts';
import { createHostLives, type HostLives, untilReady } from './hostLives.ts';
import { drawKill, killAt } from './killing.ts';
import { createNotebook, type Notebook } from './notebook.ts';
import { createPersistentClient, type PersistentClient } from './persistentClient.ts';
import { killWhileMigrating } from './schemaKills.ts';

/** One kill in so many is of a host that brings old files up to date. */
const killsPerSchemaKill = 10;
const pauseMs = 100;

type Run = {
  readonly lives: HostLives;
  readonly client: PersistentClient;
  readonly clock: CrashClock;
  readonly notebook: Notebook;
  readonly load: CrashLoad;
  readonly random: () => number;
};

/** Kills a host under load, again and again. Answers what was found in order; throws what was not. */
export async function runCrash(
  { kills, seed, appFile = buildBundle() }: CrashOptions,
  say: (line: string) => void,
): Promise<readonly string[]> {
  const startMs = performance.now();
  const random = createRandom(seed);
  const main = join(import.meta.dirname, '..', '..', 'local', 'main.ts');
  const schemaKills = Math.floor(kills / killsPerSchemaKill);
  await killWhileMigrating({ main, appFile }, schemaKills, random);
  say(`${schemaKills} kills while old files were brought up to date`);

  const clock = createCrashClock();
  const parts = { main, appFile, dataDirectory: newDirectory(), settings: clock.settings };
  const [lives, first] = await createHostLives(parts);
  const ending = new AbortController();
  const client = createPersistentClient(lives.url, ending.signal);
  await createCrashGrid(client, clock);
  const notebook = createNotebook(firstName);
  const load = startCrashLoad({ client, clock, notebook, seed });
  const run = { lives, client, clock, notebook, load, random };
  const { found, torn } = await killAndCheck(run, first, kills - schemaKills, say).finally(() =>
    ending.abort(),
  );
  const seconds = Math.round((performance.now() - startMs) / 1000);
  const { acknowledged, cut, doneAllTheSame, refused } = client.counts;
  return [
    ...found,
    `${kills} kills in ${seconds} s, ${torn} of them in the middle of writing a transaction; seed ${seed}`,
    `${acknowledged} requests acknowledged, ${refused} refused; ${cut} cut by a kill and repeated, ${doneAllTheSame} of them had been done already`,
  ];
}

async function killAndCheck(
  run: Run,
  first: HostProcess,
  kills: number,
  say: (line: string) => void,
) {
  const { last, torn } = await killAll(run, first, kills, say);
  return { torn, found: await settleAndCheck(run, last) };
}

/** Ends one life after the other; answers the last one, and how many died while they wrote. */
async function killAll(
  { lives, client, notebook, load, random }: Run,
  first: HostProcess,
  kills: number,
  say: (line: string) => void,
): Promise<{ readonly last: HostProcess; readonly torn: number }> {
  let life = first;
  let torn = 0;
  for (let number = 1; number <= kills; number += 1) {
    const kill = drawKill(random);
    if (kill.when !== 'starting') {
      await Promise.race([load.failed, untilReady(lives.url, life)]);
      await checkStillThere(client, notebook);
    }
    const { isTorn } = await Promise.race([load.failed, killAt(lives, life, kill)]);
    torn += isTorn ? 1 : 0;
    const { acknowledged, cut } = client.counts;
    say(
      `kill ${number}: ${kill.when}${isTorn ? ', in a transaction' : ''}; ${acknowledged} acknowledged, ${cut} cut`,
    );
    life = lives.begin();
  }
  await untilReady(lives.url, life);
  return { last: life, torn };
}

/** What was acknowledged last is what a crash would take first. */
async function checkStillThere(client: PersistentClient, notebook: Notebook): Promise<void> {
  const paths = [
    ...notebook.trades.slice(-3).map(({ id }) => `/trades/${id}`),
    ...notebook.orders.slice(-3).map(({ id }) => `/orders/${id}`),
    ...[...notebook.prosumers.keys()].slice(-3).map((id) => `/prosumers/${id}`),
  ];
  for (const path of paths) {
    const { status } = await client.ask('GET', path);
    if (status !== 200) throw new Error(`${path} was acknowledged, and is answered with ${status}`);
  }
}

/** Ends the grid behind all that was traded for, lets everything settle, and looks at it. */
async function settleAndCheck(run: Run, life: HostProcess): Promise<readonly string[]> {
  const { lives, clock, notebook, load } = run;
  const lastTraded = await load.stop();
  const last = Math.max(lastTraded, clock.current());
  const client = createClient(lives.url);
  await client.send('PATCH', gridPath, { activeUntil: clock.instantOf(last + 1) });
  // The grace of a timeframe is as long as a timeframe.
  while (clock.current() < last + 2) await sleep(pauseMs);
  await settleThrough(client, crashGridId, clock.instantOf(last));
  const things = await checkThings(client, notebook);
  const billed = await checkBilling(client, run.client, notebook);
  const verified = await runVerify(
    {
      gridId: crashGridId,
      url: `${lives.url}/api`,
      files: [],
      isPart: false,
      known: [...notebook.hashes],
    },
    { say: () => undefined },
  );
  life.child.kill('SIGTERM');
  const exitCode = await life.ended;
  if (exitCode !== 0) throw new Error(`The last life ended with ${exitCode}: ${life.stderr()}`);
  const complaints = lives.complaints();
  if (complaints !== '') throw new Error(`The host complained: ${complaints}`);
  return [...things, ...billed, ...checkFiles(lives.dataDirectory, notebook), ...verified];
}
