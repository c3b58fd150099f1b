import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { GridId } from '../../shared/domain/ids.ts';
import type { Book, Side } from '../../shared/domain/order.ts';
import { addMinutes, type Timeframe } from '../../shared/domain/timeframe.ts';
import { msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import type { OrderStore } from '../../shared/ports/orderStore.ts';
import { freshStores } from './adapters.ts';
import { entryOf } from './auditSamples.ts';
import { aheadId, aheadOf, cancelOf, changeOf, onlyFor, orderId, orderOf } from './orderSamples.ts';
import { frames, limits, openMax, plainBooks, type Step } from './plainBooks.ts';
import { describeProsumerInfo } from './prosumerInfoAdapters.ts';
import { at1000, gridId, prosumerId } from './samples.ts';

const frameOf = (n: number) => addMinutes(at1000, 15 * n) as Timeframe;

const frame = fc.integer({ min: 0, max: frames - 1 });
const id = fc.integer({ min: 0, max: 5 });
const who = fc.integer({ min: 0, max: 2 });
const version = fc.integer({ min: 1, max: 3 });
const price = fc.integer({ min: 1, max: 3 });
const side = fc.constantFrom<Side>('sell', 'buy');
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('accept'), id, who, frame, side, wh: price }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancelAhead'), id, frame }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('place'),
      ...{ id, who, frame, isStanding: fc.boolean(), price },
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('change'), id, version, frame, price }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel'), id, version, frame }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('seal'), frame }) },
);

async function runStep(orders: OrderStore, grid: GridId, step: Step): Promise<string> {
  if (step.do === 'seal') {
    await orders.seal(grid, frameOf(step.frame));
    return 'sealed';
  }
  const timeframe = frameOf(step.frame);
  if (step.do === 'cancelAhead') {
    return orders.cancelAhead(aheadId(`${step.id}`, timeframe, grid), entryOf());
  }
  if (step.do === 'accept') {
    const { side, wh } = step;
    const trade = aheadOf(`${step.id}`, { gridId: grid, timeframe, side, energyWh: wattHours(wh) });
    const of = { prosumerId: prosumerId(`${grid}-p${step.who}`) };
    return (await orders.acceptAhead({ ...trade, ...of }, limits, entryOf())).outcome;
  }
  const limitPriceMsatPerKwh = msatPerKwh('price' in step ? step.price : 0);
  const key = `${grid}-o${step.id}`;
  if (step.do === 'place') {
    const order = orderOf(key, {
      gridId: grid,
      prosumerId: prosumerId(`${grid}-p${step.who}`),
      limitPriceMsatPerKwh,
      ...(step.isStanding ? { validFrom: timeframe } : onlyFor(timeframe)),
    });
    return (await orders.place(order, openMax, entryOf())).outcome;
  }
  const about = { orderId: orderId(key), version: step.version, validFrom: timeframe };
  const terms = { side: 'sell', limitPriceMsatPerKwh } as const;
  const change = step.do === 'cancel' ? cancelOf(key, about) : changeOf(key, { ...about, terms });
  return (await orders.changeOrder(change, entryOf())).outcome;
}

/** A book as the plain one says it. */
function linesOf(grid: GridId, frame: number, { ahead, orders }: Book): readonly string[] {
  const bare = (text: string) => text.replace(`${grid}-`, '');
  return [
    ...ahead.map(({ id, energyWh }) => `${frame}.${id.split('.').at(-1)} ${energyWh}`),
    ...orders.map(({ id, prosumerId, version, limitPriceMsatPerKwh }) =>
      [bare(prosumerId), bare(id), version, limitPriceMsatPerKwh].join(' '),
    ),
  ];
}

describeProsumerInfo('books of orders', (adapter) => {
  const stores = freshStores(adapter);
  const numRuns = adapter.name === 'embedded' ? 300 : 3;
  let grids = 0;

  test('are those of a far simpler one after any steps, and stay once they are sealed', async () => {
    const { orders } = stores();
    const steps = fc.array(anyStep, { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(steps, async (steps) => {
        grids += 1;
        const grid = gridId(`g${grids}`);
        const plain = plainBooks();
        const sealed = new Map<number, Book>();
        for (const step of steps) {
          expect([step, await runStep(orders, grid, step)]).toEqual([step, plain.run(step)]);
          for (let n = 0; n <= plain.sealedThrough(); n += 1) {
            if (!sealed.has(n)) sealed.set(n, await orders.book(grid, frameOf(n)));
          }
        }
        for (let n = 0; n < frames; n += 1) {
          const book = await orders.book(grid, frameOf(n));
          expect(linesOf(grid, n, book)).toEqual(plain.book(n));
          if (sealed.has(n)) expect(book).toEqual(sealed.get(n));
        }
      }),
      { numRuns },
    );
  });
});
