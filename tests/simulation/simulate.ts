import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { documentsIn } from './auditHistory.ts';
import { auditLogged } from './auditLogged.ts';
import { auditOnce } from './auditOnce.ts';
import { hexScriptOf, openAuditor } from './auditor.ts';
import { auditRest } from './auditRest.ts';
import { auditSettled } from './auditSettled.ts';
import type { ChainStart } from './chainStart.ts';
import { openCommunities } from './community.ts';
import { createPayers } from './payers.ts';
import { type PlantName, plantOf } from './plants/plants.ts';
import { drawProfile } from './profile.ts';
import { comeToRest } from './rest.ts';
import type { Stage } from './stage.ts';
import { begin, steps } from './steps.ts';
import { createTrader } from './trader.ts';
import { createTreasurer } from './treasurer.ts';
import { openWorld } from './world.ts';

/** What a simulation led to: it says whether it went anywhere at all. */
export type Outcome = {
  readonly runs: number;
  readonly invoices: number;
  readonly credited: number;
  readonly payouts: number;
  readonly versions: number;
  readonly corrections: number;
  readonly ahead: number;
  readonly orders: number;
  /** Trades ahead and orders that were refused because their timeframe was over or sealed. */
  readonly tooLate: number;
  /** The same for what has the same steps, and at the end the same in all files; if it was asked for. */
  readonly trace: string;
};

export type SimulationSettings = {
  readonly seed: number;
  readonly steps: number;
  /** A bug to plant. */
  readonly plant?: PlantName | undefined;
  readonly isTraced?: boolean;
};

/**
 * Lets so many steps happen, audits after each and once all has come to rest. The same seed gives
 * the same again. Throws what the auditor found, with the seed, the steps and how to have it again.
 */
export async function simulate(
  { seed, steps: stepCount, plant, isTraced = false }: SimulationSettings,
  chainStart: ChainStart,
): Promise<Outcome> {
  const world = await openWorld(seed, chainStart, plant && plantOf(plant));
  const happened: string[] = [];
  try {
    const communities = await openCommunities(world);
    const trader = createTrader(world);
    const auditor = openAuditor(world, communities, trader.promised);
    const profile = drawProfile(world.chance);
    const stage: Stage = {
      world,
      profile,
      communities,
      payers: createPayers(world),
      treasurer: createTreasurer(world),
      trader,
      auditor,
      delivered: { timeframes: [], trades: [] },
    };
    await begin(stage);
    const likely = profile.weighed(steps);
    for (let count = 1; count <= stepCount; count += 1) {
      const step = world.chance.weigh(likely);
      happened.push(step.name);
      const done = await step.run(stage);
      await auditor.audit(done === 'followed');
    }
    happened.push('rest');
    await comeToRest(stage);
    const books = await auditor.audit(true);
    const { directory } = world;
    auditRest(books, auditor.reader.trades(), { directory, scriptOf: hexScriptOf });
    auditOnce(books, world.clients, communities, auditor.reader.readings());
    auditLogged(books, auditor.reader.logged());
    auditSettled(books, auditor.reader, auditor.closings, world.now());
    const trace = isTraced ? traceOf(happened, auditor.reader.digest(), directory) : '';
    auditor.reader.close();
    const payments = books.table('payments');
    return {
      runs: books.table('runs').length,
      invoices: books.table('invoices').length,
      credited: payments.filter(({ state }) => state === 'buried').length,
      payouts: books.payouts.length,
      versions: books.payouts.reduce((sum, { versions }) => sum + versions.length, 0),
      corrections: auditor.closings.corrections(),
      ahead: books.table('ahead').length,
      orders: books.table('versions').length,
      tooLate: trader.promised.refusals.get('timeframe_ended') ?? 0,
      trace,
    };
  } catch (cause) {
    const last = `step ${happened.length}, ${happened.at(-1)}`;
    const planted = plant === undefined ? '' : ` --plant ${plant}`;
    const again = `npm run simulate -- --seed ${seed} --steps ${stepCount}${planted}`;
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${what} (${last}; again with: ${again})`, { cause });
  } finally {
    world.end();
  }
}

function traceOf(happened: readonly string[], digest: string, directory: string): string {
  const hash = createHash('sha256').update(happened.join()).update(digest);
  for (const document of documentsIn(join(directory, 'documents'))) hash.update(document.join());
  return hash.digest('hex');
}
