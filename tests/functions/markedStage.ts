import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { signPsbt } from '../../local/signer/signPsbt.ts';
import { followPayments } from '../../shared/operations/followPayments.ts';
import { followPayouts } from '../../shared/operations/followPayouts.ts';
import { billed, type MoneyApp, openPaidGrid } from '../operations/moneyApp.ts';
import { bind, fundGrid } from '../operations/payoutSteps.ts';
import { afterQuarter, gridBody, opening, quarter } from './accessStage.ts';
import type { Answer, Call } from './api.ts';

/** In every name and address of prosumers, and in nothing else. */
export const mark = 'Zzqx';
/** Who there is, and in which grid. */
export const people = { ada: 'grid', cem: 'grid', anna: 'lane', bert: 'lane' } as const;
const now = '2026-12-01T08:00:00Z';

export function homeOf(id: keyof typeof people) {
  const named = { name: `${mark} ${id}`, address: `${mark}allee 7, ${id}` };
  return { id, gridId: people[id], ...named, type: 'household' };
}

/**
 * Goes once through everything: `lane` is settled, traded ahead, corrected and billed, `grid` pays out to
 * Ada and asks Cem to pay. Answers the bodies of all messages, and what documents say.
 */
export async function live(app: MoneyApp, call: Call): Promise<readonly string[]> {
  const seen: string[] = [];
  app.setClock(opening);
  made(await call('POST', '/grids', gridBody('lane')));
  for (const id of ['anna', 'bert'] as const) await settleIn(call, id, { activeFrom: quarter });
  const about = { prosumerId: 'anna', timeframe: quarter, side: 'sell' };
  made(await call('POST', '/trades', { ...about, energyWh: 1 }));
  made(await call('POST', '/orders', { ...about, limitPriceMsatPerKwh: 200_000 }));
  await read(call, 'anna', 2_000, 0);
  await read(call, 'bert', 0, 1_500);
  app.setClock(afterQuarter);
  await settle(app, seen);
  await read(call, 'bert', 0, 1_600, 2);
  await settle(app, seen);
  made(await call('POST', '/grids/lane/billing-runs/2026-11/finalize'));

  app.setClock(now);
  await openPaidGrid(app, []);
  made(await call('PATCH', '/grids/grid', { activeUntil: '2026-11-22T10:15:00Z' }));
  for (const id of ['ada', 'cem'] as const) await settleIn(call, id, {});
  made(await call('PATCH', '/prosumers/ada', { name: `${mark} von ada` }));
  await settle(app, seen);
  await billed(app, { ada: 60_000n, cem: -70_000n });
  await bind(app, 'ada');
  await fundGrid(app, [100_000n]);
  await payOut(app, call, seen);
  return seen;
}

async function settleIn(call: Call, id: keyof typeof people, more: object): Promise<void> {
  const headers = { 'idempotency-key': `home-of-${id}` };
  made(await call('POST', '/prosumers', { ...homeOf(id), ...more }, headers));
}

async function read(call: Call, id: string, producedWh: number, consumedWh: number, version = 1) {
  const reading = { prosumerId: id, timeframe: quarter, producedWh, consumedWh, version };
  made(await call('POST', '/grids/lane/readings', { readings: [reading] }));
}

async function settle(app: MoneyApp, seen: string[]): Promise<void> {
  await app.tick();
  await app.drain((messages) => {
    seen.push(...messages.map(({ message }) => message.body));
    return messages;
  });
}

async function payOut({ ports, purse, wallet }: MoneyApp, call: Call, seen: string[]) {
  const { body } = made(await call('POST', '/grids/grid/payouts', { feeRateSatPerKvb: 2_000 }));
  const path = `/grids/grid/payouts/${body.id}`;
  const psbt = made(await call('GET', `${path}/psbt`)).body;
  seen.push(psbt, JSON.stringify(made(await call('GET', `${path}/manifest`)).body));
  const signed = await signPsbt(psbt, wallet.account);
  seen.push(JSON.stringify(made(await call('POST', `${path}/signature`, { psbt: signed })).body));
  await purse.mine(6);
  await followPayments(ports);
  await followPayouts(ports);
  seen.push(JSON.stringify(made(await call('GET', path)).body));
}

/** The tables of the databases of a data directory in whose rows a text stands, by name. */
export function tablesWith({ directory }: MoneyApp, text: string): readonly string[] {
  const found = new Set<string>();
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.db'))) {
    const db = new DatabaseSync(join(directory, file), { readOnly: true });
    const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    for (const { name } of tables) {
      const rows = db.prepare(`SELECT * FROM "${name}"`);
      rows.setReadBigInts(true);
      const isIn = rows.all().some((row) => Object.values(row).some((value) => holds(value, text)));
      if (isIn) found.add(String(name));
    }
    db.close();
  }
  return [...found].sort();
}

function holds(value: unknown, text: string): boolean {
  const known = value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value);
  return known.includes(text);
}

/** The files of a data directory, other than databases, in which a text stands. */
export function filesWith({ directory }: MoneyApp, text: string): readonly string[] {
  return readdirSync(directory, { recursive: true })
    .map((name) => join(directory, String(name)))
    .filter((file) => statSync(file).isFile() && !/\.db(-wal|-shm)?$/.test(file))
    .filter((file) => readFileSync(file, 'latin1').includes(text));
}

/** Databases that hold a text in any of their bytes, those that nothing points to included. */
export function databasesWith({ directory }: MoneyApp, text: string): readonly string[] {
  const files = readdirSync(directory).filter((name) => /\.db(-wal)?$/.test(name));
  return files.filter((name) => readFileSync(join(directory, name), 'latin1').includes(text));
}

export function made(answer: Answer): Answer {
  if (answer.status >= 300) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return answer;
}
