import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Client, Fields } from '../endToEnd/client.ts';
import { crashGridId, gridPath, homes } from './crashGrid.ts';
import { modelBalances } from './modelBalances.ts';
import type { Notebook } from './notebook.ts';

const namesMax = 5;

/** Every thing that was acknowledged is there once, and nothing else. Answers what was counted. */
export async function checkThings(client: Client, notebook: Notebook): Promise<readonly string[]> {
  const trades: Fields[] = [];
  const orders: Fields[] = [];
  for (const home of homes) {
    trades.push(...(await client.all(`/trades?prosumerId=${home}&status=pending&limit=1000`)));
    orders.push(...(await client.all(`/orders?prosumerId=${home}&limit=1000`)));
  }
  const prosumers = await client.all(`/prosumers?gridId=${crashGridId}&limit=1000`);
  const newcomers = prosumers.filter(({ id }) => !homes.includes(String(id)));
  learnCancelled(notebook, trades);
  const { name } = await client.get(gridPath);
  requireSame('the name of the grid', [notebook.gridName], [String(name)]);
  requireSame('trades ahead', notebook.trades.map(tradeText), trades.map(shownTrade));
  requireSame('orders', notebook.orders.map(orderText), orders.map(orderText));
  requireSame(
    'prosumers',
    [...notebook.prosumers].map(([id, newcomer]) => `${id} ${newcomer}`),
    newcomers.map((each) => `${each['id']} ${each['name']}`),
  );
  await checkRecorded(client, notebook);
  return [
    `${trades.length} trades ahead, ${orders.length} orders and ${newcomers.length} prosumers are there, each once`,
  ];
}

/** A cancellation that was cut and then came too late was done or not: both are right. */
function learnCancelled(notebook: Notebook, trades: readonly Fields[]): void {
  const cancelled = new Set(
    trades.filter(({ status }) => status === 'cancelled').map(({ id }) => id),
  );
  for (const trade of notebook.trades) {
    if (trade.cancelled === 'asked') trade.cancelled = cancelled.has(trade.id) ? 'yes' : 'no';
  }
}

function tradeText(trade: Notebook['trades'][number]): string {
  const status = trade.cancelled === 'yes' ? 'cancelled' : 'posted';
  return `${trade.id} ${trade.prosumerId} ${trade.side} ${trade.energyWh} ${status}`;
}

function shownTrade({ id, prosumerId, side, energyWh, status }: Fields): string {
  return `${id} ${prosumerId} ${side} ${energyWh} ${status}`;
}

function orderText({ id, prosumerId, timeframe, side, energyWh, limitPriceMsatPerKwh }: Fields) {
  return `${id} ${prosumerId} ${timeframe} ${side} ${energyWh} ${limitPriceMsatPerKwh}`;
}

/** Each trade ahead that was not cancelled is recorded once; balances are those of the model. */
async function checkRecorded(client: Client, notebook: Notebook): Promise<void> {
  const recorded = await client.all(`/trades?gridId=${crashGridId}&limit=1000`);
  const expected = notebook.trades.filter(({ cancelled }) => cancelled === 'no');
  requireSame(
    'recorded trades with the mini grid',
    expected.map(({ timeframe, prosumerId, energyWh }) => `${timeframe} ${prosumerId} ${energyWh}`),
    recorded
      .filter(({ kind }) => kind === 'grid')
      .map(({ timeframe, sellerId, buyerId, energyWh }) => {
        const prosumerId = sellerId === 'mini-grid' ? buyerId : sellerId;
        return `${timeframe} ${prosumerId} ${energyWh}`;
      }),
  );
  const accounts = await client.all(`${gridPath}/accounts?limit=1000`);
  requireSame(
    'balances',
    [...modelBalances(notebook)].map(([id, usat]) => `${id} ${usat}`),
    accounts
      .filter(({ balanceUsat }) => balanceUsat !== '0')
      .map(({ accountId, balanceUsat }) => `${accountId} ${balanceUsat}`),
  );
}

/** The files, which nobody hosts now: sound, with each reading once, and no message given up. */
export function checkFiles(dataDirectory: string, notebook: Notebook): readonly string[] {
  for (const name of ['smartGridInfo', 'prosumerInfo', 'traderInfo', 'queues']) {
    const [{ integrity_check: state } = {}] = rowsOf(dataDirectory, name, 'PRAGMA integrity_check');
    requireSame(`the state of ${name}.db`, ['ok'], [String(state)]);
  }
  const readings = rowsOf(
    dataDirectory,
    'smartGridInfo',
    'SELECT prosumerId, timeframe, version, producedWh, consumedWh FROM readings',
  );
  requireSame('readings', notebook.readings.map(readingText), readings.map(readingText));
  const messages = rowsOf(dataDirectory, 'queues', 'SELECT messageId FROM messages');
  requireSame(
    'messages',
    [],
    messages.map(({ messageId }) => String(messageId)),
  );
  return [`${readings.length} readings are there, each once; no message is left over`];
}

function rowsOf(dataDirectory: string, name: string, sql: string): readonly Fields[] {
  const db = new DatabaseSync(join(dataDirectory, `${name}.db`), { readOnly: true });
  try {
    return db.prepare(sql).all();
  } finally {
    db.close();
  }
}

function readingText({ prosumerId, timeframe, version, producedWh, consumedWh }: Fields): string {
  return `${prosumerId} ${timeframe} ${version} ${producedWh} ${consumedWh}`;
}

/** Throws with what is missing, and what is there too often or though nobody was told. */
function requireSame(what: string, expected: readonly string[], found: readonly string[]): void {
  const counts = new Map<string, number>();
  for (const each of expected) counts.set(each, (counts.get(each) ?? 0) + 1);
  for (const each of found) counts.set(each, (counts.get(each) ?? 0) - 1);
  const missing = [...counts].filter(([, count]) => count > 0).map(([each]) => each);
  const surplus = [...counts].filter(([, count]) => count < 0).map(([each]) => each);
  if (missing.length + surplus.length === 0) return;
  const some = (list: readonly string[]) =>
    `${list.length} (${list.slice(0, namesMax).join('; ')})`;
  throw new Error(`${what}: ${some(missing)} are missing, ${some(surplus)} are too many`);
}
