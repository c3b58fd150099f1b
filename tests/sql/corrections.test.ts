import { afterEach, describe, expect, test } from '@jest/globals';
import { openSql } from '../../shared/adapters/azure/sql/openSql.ts';
import { systemClock } from '../../shared/adapters/clock.ts';
import { emptyDatabase, sqlServer } from '../contract/prosumerInfoAdapters.ts';
import { openBookedGrid, quarter } from '../operations/bookedGrid.ts';
import { outcomeOf, tradesInChain } from '../operations/settledBooks.ts';
import { join, post } from '../operations/smallGrid.ts';
import { openTestApp, type TestApp } from '../operations/testApp.ts';

const describeSql = sqlServer === undefined ? describe.skip : describe;
const apps: TestApp[] = [];

afterEach(() => {
  for (const app of apps.splice(0)) app.end();
});

/** Books, a closing, and two corrections of it, the second with a prosumer that joined since. */
async function run(stores: Parameters<typeof openTestApp>[2]) {
  const app = openTestApp('2026-11-22T09:59:00Z', undefined, stores);
  apps.push(app);
  await openBookedGrid(app.ports, { market: { mechanism: 'auction' } });
  app.setClock('2026-11-22T10:14:00Z');
  await post(app.ports, quarter, { a: 2000, b: -1500, d: 400 });
  const settle = async (at: string) => {
    app.setClock(at);
    await app.tick();
    await app.drain();
  };
  await settle('2026-11-22T10:15:00Z');
  await post(app.ports, quarter, { c: -1500 });
  await settle('2026-11-22T10:16:00Z');
  await join(app.ports, 'e', { activeFrom: quarter });
  await post(app.ports, quarter, { a: -300, e: 900 }, 2);
  await settle('2026-11-22T10:17:00Z');
  return { outcome: await outcomeOf(app.ports), trades: await tradesInChain(app.ports) };
}

describeSql('corrections over a SQL database (where SQL_SERVER is set)', () => {
  test('come to what they come to over the embedded stores', async () => {
    const { health: _, close, ...prosumerInfo } = openSql(await emptyDatabase(), systemClock());
    const overSql = await run(prosumerInfo);
    await close();
    expect(overSql).toEqual(await run({}));
    expect(overSql.trades.some(({ revision }) => revision === 2)).toBe(true);
  });
});
