import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openSql, type Sql } from '../../shared/adapters/azure/sql/openSql.ts';
import { connectionLimits } from '../../shared/adapters/azure/sql/poolConfig.ts';
import type { SqlLimits } from '../../shared/adapters/azure/sql/sqlDatabase.ts';
import type { SqlSettings } from '../../shared/config/sqlSettings.ts';
import {
  aheadId,
  aheadOf,
  buyTerms,
  cancelOf,
  changeOf,
  noLimits,
  orderId,
  orderOf,
} from '../contract/orderSamples.ts';
import { emptyDatabase, sqlServer } from '../contract/prosumerInfoAdapters.ts';
import { at1015, at1030, prosumerId, riverside } from '../contract/samples.ts';
import { type Fault, type FaultyProxy, faults, openFaultyProxy } from './faultyProxy.ts';

/** Those that do not wait for the client to give up, and so can be met often. */
const cuts = faults.filter((fault) => fault.startsWith('cut'));
const limits: SqlLimits = {
  connection: { ...connectionLimits, connectMs: 10_000, requestMs: 5_000, cancelMs: 300 },
  retry: { attemptsMax: 8, budgetMs: 60_000, pauseMsMin: 10, pauseMsMax: 200 },
};
const describeSql = sqlServer === undefined ? describe.skip : describe;

describeSql('orders over a line with faults (where SQL_SERVER is set)', () => {
  let settings: SqlSettings;
  let proxy: FaultyProxy;
  let sql: Sql;
  let direct: Sql;

  beforeAll(async () => {
    settings = await emptyDatabase();
    proxy = await openFaultyProxy(settings.port);
  });
  afterAll(() => proxy.close());
  beforeEach(async () => {
    await emptyDatabase();
    sql = openSql({ ...settings, server: '127.0.0.1', port: proxy.port }, limits);
    direct = openSql(settings, limits);
    await sql.health.check();
  });
  afterEach(async () => {
    await Promise.all([sql.close(), direct.close()]);
    // Each fault met a request.
    expect(proxy.happened()).toBe(armed);
  });

  let armed = 0;
  const arm = (fault: Fault) => {
    armed += 1;
    proxy.arm(fault);
  };

  test.each(cuts)(
    '%s: trades are accepted, cancelled and sealed once, and say so',
    async (fault) => {
      const { orders } = sql;
      // What is accepted twice would pass the limit.
      const once = { ...noLimits, prosumerWhMax: 1_000 };
      arm(fault);
      const accepted = await orders.acceptAhead(aheadOf('a'), once);
      expect(accepted).toMatchObject({ outcome: 'accepted', trade: { sequence: 1 } });
      arm(fault);
      expect(await orders.cancelAhead(aheadId('a'))).toBe('cancelled');
      const next = await orders.acceptAhead(aheadOf('b'), once);
      expect(next).toMatchObject({ outcome: 'accepted', trade: { sequence: 2 } });
      arm(fault);
      const { ahead } = await orders.seal(riverside, at1030);
      expect(ahead.map(({ id }) => id)).toEqual([aheadId('b')]);
      expect((await direct.orders.acceptAhead(aheadOf('c'), noLimits)).outcome).toBe('sealed');
    },
  );

  test.each(cuts)(
    '%s: an order is placed, changed and cancelled once, and says so',
    async (fault) => {
      const { orders } = sql;
      arm(fault);
      expect(await orders.place(orderOf('s'), 1)).toMatchObject({ outcome: 'placed' });
      await orders.getOrder(orderId('s'));
      for (const [version, change] of [changeOf('s'), cancelOf('s', { version: 2 })].entries()) {
        arm(fault);
        const changed = await orders.changeOrder(change);
        expect(changed).toMatchObject({ outcome: 'changed', order: { version: version + 2 } });
        const order = await direct.orders.getOrder(orderId('s'));
        expect(changed).toEqual({ outcome: 'changed', order });
      }
    },
  );

  test('a fault that hides the change of another does not claim it', async () => {
    await direct.orders.place(orderOf('s'), 9);
    const others = changeOf('s', { terms: { ...buyTerms, side: 'sell' } });
    await direct.orders.changeOrder(others);
    arm('cutAnswer');
    expect(await sql.orders.changeOrder(changeOf('s'))).toEqual({ outcome: 'conflict' });
  });

  test('two workers that accept, change and seal while connections are lost', async () => {
    const count = 12;
    for (let n = 0; n < count; n += 1) {
      await direct.orders.place(orderOf(`o${n}`, { validFrom: at1015 }), count);
    }
    const workers = [sql.orders, direct.orders];
    for (let n = 0; n < 4; n += 1) arm(cuts[n % cuts.length] ?? 'cutAnswer');
    const outcomes = workers.map(async (orders, worker) => {
      const accepted = [];
      for (let n = 0; n < count; n += 1) {
        const trade = aheadOf(`${worker}-${n}`, { prosumerId: prosumerId(`w${worker}`) });
        const { outcome } = await orders.acceptAhead(trade, noLimits);
        if (outcome === 'accepted') accepted.push(trade.id);
        const changed = await orders.changeOrder(changeOf(`o${n}`));
        expect(['changed', 'sealed']).toContain(changed.outcome);
        if (worker === 1 && n === count / 2) await orders.seal(riverside, at1030);
      }
      return accepted;
    });
    const accepted = (await Promise.all(outcomes)).flat();
    const { ahead, orders } = await direct.orders.seal(riverside, at1030);
    expect(new Set(ahead.map(({ id }) => id))).toEqual(new Set(accepted));
    expect(ahead.map(({ sequence }) => sequence)).toEqual(ahead.map((_, n) => n + 1));
    expect(orders).toHaveLength(count);
    expect(await direct.orders.book(riverside, at1030)).toEqual({ ahead, orders });
  });
});
