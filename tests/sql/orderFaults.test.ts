import { describe, expect, test } from '@jest/globals';
import { entryOf } from '../contract/auditSamples.ts';
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
import { sqlServer } from '../contract/prosumerInfoAdapters.ts';
import { at1015, at1030, prosumerId, riverside } from '../contract/samples.ts';
import { cuts, faultyLine } from './faultyLine.ts';

const describeSql = sqlServer === undefined ? describe.skip : describe;

describeSql('orders over a line with faults (where SQL_SERVER is set)', () => {
  const line = faultyLine();

  test.each(cuts)(
    '%s: trades are accepted, cancelled and sealed once, and say so',
    async (fault) => {
      const { orders } = line.sql;
      // What is accepted twice would pass the limit.
      const once = { ...noLimits, prosumerWhMax: 1_000 };
      line.arm(fault);
      const accepted = await orders.acceptAhead(aheadOf('a'), once, entryOf());
      expect(accepted).toMatchObject({ outcome: 'accepted', trade: { sequence: 1 } });
      line.arm(fault);
      expect(await orders.cancelAhead(aheadId('a'), entryOf())).toBe('cancelled');
      const next = await orders.acceptAhead(aheadOf('b'), once, entryOf());
      expect(next).toMatchObject({ outcome: 'accepted', trade: { sequence: 2 } });
      line.arm(fault);
      const { ahead } = await orders.seal(riverside, at1030);
      expect(ahead.map(({ id }) => id)).toEqual([aheadId('b')]);
      expect(
        (await line.direct.orders.acceptAhead(aheadOf('c'), noLimits, entryOf())).outcome,
      ).toBe('sealed');
    },
  );

  test.each(cuts)(
    '%s: an order is placed, changed and cancelled once, and says so',
    async (fault) => {
      const { orders } = line.sql;
      line.arm(fault);
      expect(await orders.place(orderOf('s'), 1, entryOf())).toMatchObject({ outcome: 'placed' });
      await orders.getOrder(orderId('s'));
      for (const [version, change] of [changeOf('s'), cancelOf('s', { version: 2 })].entries()) {
        line.arm(fault);
        const changed = await orders.changeOrder(change, entryOf());
        expect(changed).toMatchObject({ outcome: 'changed', order: { version: version + 2 } });
        const order = await line.direct.orders.getOrder(orderId('s'));
        expect(changed).toEqual({ outcome: 'changed', order });
      }
    },
  );

  test('a fault that hides the change of another does not claim it', async () => {
    await line.direct.orders.place(orderOf('s'), 9, entryOf());
    const others = changeOf('s', { terms: { ...buyTerms, side: 'sell' } });
    await line.direct.orders.changeOrder(others, entryOf());
    line.arm('cutAnswer');
    expect(await line.sql.orders.changeOrder(changeOf('s'), entryOf())).toEqual({
      outcome: 'conflict',
    });
  });

  test('two workers that accept, change and seal while connections are lost', async () => {
    const count = 12;
    for (let n = 0; n < count; n += 1) {
      await line.direct.orders.place(orderOf(`o${n}`, { validFrom: at1015 }), count, entryOf());
    }
    const workers = [line.sql.orders, line.direct.orders];
    for (let n = 0; n < 4; n += 1) line.arm(cuts[n % cuts.length] ?? 'cutAnswer');
    const outcomes = workers.map(async (orders, worker) => {
      const accepted = [];
      for (let n = 0; n < count; n += 1) {
        const trade = aheadOf(`${worker}-${n}`, { prosumerId: prosumerId(`w${worker}`) });
        const { outcome } = await orders.acceptAhead(trade, noLimits, entryOf());
        if (outcome === 'accepted') accepted.push(trade.id);
        const changed = await orders.changeOrder(changeOf(`o${n}`), entryOf());
        expect(['changed', 'sealed']).toContain(changed.outcome);
        if (worker === 1 && n === count / 2) await orders.seal(riverside, at1030);
      }
      return accepted;
    });
    const accepted = (await Promise.all(outcomes)).flat();
    const { ahead, orders } = await line.direct.orders.seal(riverside, at1030);
    expect(new Set(ahead.map(({ id }) => id))).toEqual(new Set(accepted));
    expect(ahead.map(({ sequence }) => sequence)).toEqual(ahead.map((_, n) => n + 1));
    expect(orders).toHaveLength(count);
    expect(await line.direct.orders.book(riverside, at1030)).toEqual({ ahead, orders });
  });
});
