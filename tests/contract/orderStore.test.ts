import { describe, expect, test } from '@jest/globals';
import { compareIds } from '../../shared/domain/ids.ts';
import { emptyBook } from '../../shared/domain/order.ts';
import { msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import { freshStores } from './adapters.ts';
import { entryOf } from './auditSamples.ts';
import {
  aheadId,
  aheadOf,
  buyTerms,
  cancelOf,
  changeOf,
  noLimits,
  onlyFor,
  orderId,
  orderOf,
} from './orderSamples.ts';
import { describeProsumerInfo } from './prosumerInfoAdapters.ts';
import {
  allPages,
  at1000,
  at1015,
  at1030,
  at1045,
  hillside,
  instant,
  nthId,
  prosumerId,
  riverside,
  timeframe,
} from './samples.ts';

const at1100 = timeframe('2026-11-22T11:00:00Z');
const ben = prosumerId('ben');

describeProsumerInfo('order store', (adapter) => {
  const stores = freshStores(adapter);
  const accept = (id: string, change: Parameters<typeof aheadOf>[1] = {}, limits = {}) =>
    stores().orders.acceptAhead(aheadOf(id, change), { ...noLimits, ...limits }, entryOf());
  const place = (id: string, change: Parameters<typeof orderOf>[1] = {}, openMax = 99) =>
    stores().orders.place(orderOf(id, change), openMax, entryOf());
  const bookedIds = async (frame = at1030, gridId = riverside) => {
    const { ahead, orders } = await stores().orders.book(gridId, frame);
    return [...ahead.map(({ id }) => id), ...orders.map(({ id, version }) => `${id}.${version}`)];
  };

  describe('a trade ahead', () => {
    test('comes back whole, by its id and in its book, and is there after all is closed', async () => {
      const whole = aheadOf('a', {
        energyWh: wattHours(Number.MAX_SAFE_INTEGER),
        priceMsatPerKwh: msatPerKwh(1_000_000_000),
        gridFeeMsatPerKwh: msatPerKwh(0),
        limitPriceMsatPerKwh: msatPerKwh(0),
      });
      const trade = { ...whole, status: 'pending', sequence: 1 };
      const { orders, reopen } = stores();
      expect(await orders.acceptAhead(whole, noLimits, entryOf())).toEqual({
        outcome: 'accepted',
        trade,
      });
      expect(await orders.getAhead(whole.id)).toEqual(trade);
      const reopened = (await reopen()).orders;
      expect(await reopened.getAhead(whole.id)).toEqual(trade);
      expect(await reopened.book(riverside, at1030)).toEqual({ ahead: [trade], orders: [] });
      expect(await reopened.getAhead(aheadId('b'))).toBeUndefined();
    });

    test('is accepted once: a repeat is answered as the trade is, whatever has passed', async () => {
      const { orders } = stores();
      const first = await accept('a');
      expect(await accept('a')).toEqual(first);
      const other = { energyWh: wattHours(7), priceMsatPerKwh: msatPerKwh(1) };
      expect(await accept('a', other, { prosumerWhMax: 0 })).toEqual(first);
      await orders.cancelAhead(aheadId('a'), entryOf());
      await orders.seal(riverside, at1030);
      const cancelled = await orders.getAhead(aheadId('a'));
      expect(cancelled?.status).toBe('cancelled');
      expect(await accept('a')).toEqual({ outcome: 'accepted', trade: cancelled });
      expect((await orders.listAhead({ gridId: riverside }, { limit: 9 })).items).toHaveLength(1);
    });

    test('has its place among those of its grid, in the order of acceptance', async () => {
      const { orders } = stores();
      const refused = { prosumerWhMax: 999 };
      const sequences = [];
      for (const outcome of [
        await accept('z', { timeframe: at1045 }),
        await accept('a', { prosumerId: ben }),
        await accept('q', {}, refused),
        await accept('z', { timeframe: at1045 }),
        await accept('b', { gridId: hillside, prosumerId: prosumerId('kim') }),
        await accept('c'),
      ]) {
        sequences.push(outcome.outcome === 'accepted' ? outcome.trade.sequence : outcome.outcome);
      }
      expect(sequences).toEqual([1, 2, 'over_limit', 1, 1, 3]);
      expect(await bookedIds()).toEqual([aheadId('a'), aheadId('c')]);
      expect(await bookedIds(at1045)).toEqual([aheadId('z', at1045)]);
      expect((await orders.book(hillside, at1030)).ahead).toHaveLength(1);
    });

    test.each([
      ['prosumerWhMax', { prosumerId: prosumerId('anna') }, 1_500],
      ['gridWhMax', { prosumerId: prosumerId('zoe') }, 3_500],
    ] as const)('passes the limit %s at no Wh less, and at no Wh more', async (limit, who, wh) => {
      await accept('a', { energyWh: wattHours(1_500) });
      await accept('b', { energyWh: wattHours(2_000), prosumerId: ben });
      // None of these counts under the limit.
      await accept('c', { energyWh: wattHours(9_000), side: 'buy' });
      await accept('d', { energyWh: wattHours(9_000), timeframe: at1045 });
      await accept('e', { energyWh: wattHours(9_000), gridId: hillside });
      const energyWh = wattHours(100);
      const over = { outcome: 'over_limit', limit, pendingWh: wh };
      expect(await accept('f', { ...who, energyWh }, { [limit]: wh + 99 })).toEqual(over);
      const exactly = await accept('f', { ...who, energyWh }, { [limit]: wh + 100 });
      expect(exactly).toMatchObject({ outcome: 'accepted' });
      const more = await accept('g', { ...who, energyWh }, { [limit]: wh + 201 });
      expect(more).toMatchObject({ outcome: 'accepted' });
      const full = await accept('h', { ...who, energyWh: wattHours(1) }, { [limit]: wh + 200 });
      expect(full).toEqual({ ...over, pendingWh: wh + 200 });
    });

    test('is one of so many of its prosumer, for a timeframe and side', async () => {
      const limits = { prosumerTradesMax: 2 };
      await accept('a', {}, limits);
      await accept('b', {}, limits);
      const over = { outcome: 'over_limit', limit: 'prosumerTradesMax', pendingWh: 2_000 };
      expect(await accept('c', {}, limits)).toEqual(over);
      for (const other of [{ side: 'buy' }, { timeframe: at1045 }, { prosumerId: ben }] as const) {
        const id = JSON.stringify(other).length;
        expect(await accept(`d${id}`, other, limits)).toMatchObject({ outcome: 'accepted' });
      }
      await stores().orders.cancelAhead(aheadId('a'), entryOf());
      expect(await accept('c', {}, limits)).toMatchObject({ outcome: 'accepted' });
    });

    test("meets the prosumer's limit before the grid's", async () => {
      const none = { prosumerWhMax: 0, gridWhMax: 0 };
      const over = { outcome: 'over_limit', pendingWh: 0 };
      expect(await accept('a', {}, none)).toEqual({ ...over, limit: 'prosumerWhMax' });
      const some = { prosumerWhMax: 1_000, gridWhMax: 999 };
      expect(await accept('a', {}, some)).toEqual({ ...over, limit: 'gridWhMax' });
    });

    test('frees its energy when it is cancelled, and leaves the book', async () => {
      const { orders } = stores();
      const limits = { prosumerWhMax: 1_000, gridWhMax: 1_000 };
      await accept('a', {}, limits);
      expect(await accept('b', {}, limits)).toMatchObject({ outcome: 'over_limit' });
      expect(await orders.cancelAhead(aheadId('a'), entryOf())).toBe('cancelled');
      expect(await orders.cancelAhead(aheadId('a'), entryOf())).toBe('cancelled');
      expect(await accept('b', {}, limits)).toMatchObject({ outcome: 'accepted' });
      expect(await bookedIds()).toEqual([aheadId('b')]);
      expect((await orders.getAhead(aheadId('a')))?.status).toBe('cancelled');
    });

    test('is cancelled until its timeframe is sealed, and if it is there', async () => {
      const { orders } = stores();
      await accept('a');
      await accept('b');
      await orders.seal(riverside, at1015);
      expect(await orders.cancelAhead(aheadId('a'), entryOf())).toBe('cancelled');
      await orders.seal(riverside, at1030);
      expect(await orders.cancelAhead(aheadId('b'), entryOf())).toBe('sealed');
      expect(await orders.cancelAhead(aheadId('a'), entryOf())).toBe('cancelled');
      expect(await orders.cancelAhead(aheadId('c'), entryOf())).toBe('not_found');
      expect(await orders.cancelAhead(aheadId('a', at1045), entryOf())).toBe('not_found');
    });

    test('is listed by grid, by timeframe and by prosumer, page by page', async () => {
      const { orders } = stores();
      for (const [n, id] of ['f', 'e', 'd', 'c', 'b'].entries()) {
        await accept(id, {
          timeframe: n % 2 === 0 ? at1030 : at1045,
          prosumerId: n === 4 ? ben : prosumerId('anna'),
        });
      }
      await accept('a', { gridId: hillside, prosumerId: prosumerId('kim') });
      await orders.cancelAhead(aheadId('d'), entryOf());
      for (const limit of [1, 2, 3, 5, 6]) {
        const sequences = async (
          list: (page: { after?: number; limit: number }) => ReturnType<typeof orders.listAheadOf>,
        ) => (await allPages(limit, list)).map(({ sequence }) => sequence);
        const of = (about: Parameters<typeof orders.listAhead>[0]) =>
          sequences((page) => orders.listAhead(about, page));
        expect(await of({ gridId: riverside })).toEqual([1, 2, 3, 4, 5]);
        expect(await of({ gridId: riverside, timeframe: at1030 })).toEqual([1, 3, 5]);
        expect(await of({ gridId: riverside, timeframe: at1045 })).toEqual([2, 4]);
        expect(await of({ gridId: riverside, timeframe: at1000 })).toEqual([]);
        expect(await of({ gridId: hillside })).toEqual([1]);
        const ofProsumer = (id: string) =>
          sequences((page) => orders.listAheadOf(prosumerId(id), page));
        expect(await ofProsumer('anna')).toEqual([4, 3, 2, 1]);
        expect(await ofProsumer('ben')).toEqual([5]);
        expect(await ofProsumer('nobody')).toEqual([]);
      }
      const { items } = await orders.listAhead({ gridId: riverside }, { limit: 9 });
      const places = await orders.placesAhead(riverside, [...items].reverse());
      expect(items.map(({ id }) => places.get(id))).toEqual([1, 1, undefined, 2, 2]);
      const last = items.slice(-1);
      expect([...(await orders.placesAhead(riverside, last)).values()]).toEqual([2]);
      expect((await orders.placesAhead(hillside, last)).size).toBe(0);
      const [, , third] = (await orders.listAhead({ gridId: riverside }, { limit: 9 })).items;
      expect(third).toEqual(await orders.getAhead(aheadId('d')));
    });
  });

  describe('acceptances at once', () => {
    test('have each a place of their own, without a gap, and an id is accepted once', async () => {
      const { orders, openAnother } = stores();
      const other = (await openAnother()).orders;
      const ids = Array.from({ length: 12 }, (_, n) => nthId(n >> 1));
      const outcomes = await Promise.all(
        ids.map((id, n) =>
          (n % 2 === 0 ? orders : other).acceptAhead(aheadOf(id), noLimits, entryOf()),
        ),
      );
      const places = outcomes.map((answer) =>
        answer.outcome === 'accepted' ? `${answer.trade.id} ${answer.trade.sequence}` : '',
      );
      const { ahead } = await orders.book(riverside, at1030);
      expect(ahead.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6]);
      expect(new Set(places)).toEqual(
        new Set(ahead.map(({ id, sequence }) => `${id} ${sequence}`)),
      );
    });

    test('pass no limit together', async () => {
      const { orders, openAnother } = stores();
      const other = (await openAnother()).orders;
      const limits = { ...noLimits, gridWhMax: 3_999 };
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, (_, n) =>
          (n % 2 === 0 ? orders : other).acceptAhead(
            aheadOf(nthId(n), { prosumerId: prosumerId(nthId(n)) }),
            limits,
            entryOf(),
          ),
        ),
      );
      expect(outcomes.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(3);
      expect((await orders.book(riverside, at1030)).ahead).toHaveLength(3);
    });

    test('and the sealing of their timeframe: what is accepted is in the book, and no more', async () => {
      const { orders, openAnother } = stores();
      const other = (await openAnother()).orders;
      const accepts = Array.from(
        { length: 16 },
        (_, n) => () =>
          (n % 2 === 0 ? orders : other).acceptAhead(aheadOf(nthId(n)), noLimits, entryOf()),
      );
      const before = Promise.all(accepts.slice(0, 8).map((run) => run()));
      const sealing = other.seal(riverside, at1030);
      const outcomes = [
        ...(await Promise.all(accepts.slice(8).map((run) => run()))),
        ...(await before),
      ];
      const sealed = await sealing;
      const accepted = outcomes.flatMap((answer) =>
        answer.outcome === 'accepted' ? [answer.trade.id] : [],
      );
      expect(sealed.ahead.map(({ id }) => id).toSorted(compareIds)).toEqual(
        accepted.toSorted(compareIds),
      );
      expect(await orders.book(riverside, at1030)).toEqual(sealed);
      expect(await accept('late')).toEqual({ outcome: 'sealed' });
    });
  });

  describe('a seal', () => {
    test('refuses all that is for its timeframe or one before, and nothing after', async () => {
      const { orders } = stores();
      await accept('b', { timeframe: at1015 });
      await place('b', onlyFor(at1030));
      await place('s', { validFrom: at1015 });
      await orders.seal(riverside, at1030);
      for (const frame of [at1000, at1015, at1030]) {
        expect(await accept('a', { timeframe: frame })).toEqual({ outcome: 'sealed' });
        expect(await place('a', onlyFor(frame))).toEqual({ outcome: 'sealed' });
        expect(await place('a', { validFrom: frame })).toEqual({ outcome: 'sealed' });
        const standing = { outcome: 'sealed' };
        expect(await orders.changeOrder(changeOf('s', { validFrom: frame }), entryOf())).toEqual(
          standing,
        );
        expect(await orders.changeOrder(cancelOf('s', { validFrom: frame }), entryOf())).toEqual(
          standing,
        );
        expect(await orders.changeOrder(changeOf('b', { validFrom: frame }), entryOf())).toEqual({
          outcome: 'closed',
        });
      }
      expect(await orders.cancelAhead(aheadId('b', at1015), entryOf())).toBe('sealed');
      expect(await accept('a', { timeframe: at1045 })).toMatchObject({ outcome: 'accepted' });
      expect(await place('a', onlyFor(at1045))).toMatchObject({ outcome: 'placed' });
      expect(await place('t', { validFrom: at1045 })).toMatchObject({ outcome: 'placed' });
      const changed = await orders.changeOrder(changeOf('s', { validFrom: at1045 }), entryOf());
      expect(changed).toMatchObject({ outcome: 'changed' });
      expect(await accept('a', { gridId: hillside })).toMatchObject({ outcome: 'accepted' });
    });

    test('answers the book, again and again, and never moves back', async () => {
      const { orders, reopen } = stores();
      expect(await orders.seal(riverside, at1015)).toEqual(emptyBook);
      await accept('a');
      await place('s');
      const sealed = await orders.seal(riverside, at1030);
      expect(sealed.ahead.map(({ id }) => id)).toEqual([aheadId('a')]);
      expect(sealed.orders.map(({ id }) => id)).toEqual(['s']);
      expect(await orders.seal(riverside, at1000)).toEqual(emptyBook);
      expect(await orders.seal(riverside, at1030)).toEqual(sealed);
      const reopened = (await reopen()).orders;
      const again = await reopened.acceptAhead(aheadOf('b'), noLimits, entryOf());
      expect(again).toEqual({ outcome: 'sealed' });
      expect(await reopened.seal(riverside, at1030)).toEqual(sealed);
      expect(await reopened.seal(hillside, at1030)).toEqual(emptyBook);
    });

    test('keeps the book as it was, whatever becomes of its orders', async () => {
      const { orders } = stores();
      await place('s');
      await place('t', { prosumerId: ben });
      await place('u', onlyFor(at1030));
      await accept('a');
      const sealed = await orders.seal(riverside, at1030);
      await orders.changeOrder(changeOf('s', { validFrom: at1045 }), entryOf());
      await orders.changeOrder(cancelOf('t', { validFrom: at1045 }), entryOf());
      expect(await orders.book(riverside, at1030)).toEqual(sealed);
      expect(sealed.orders.map(({ id }) => id)).toEqual(['s', 'u', 't']);
      expect(await bookedIds(at1045)).toEqual(['s.2']);
    });

    test('and changes at once: each change that was made is not in the sealed book', async () => {
      const { orders, openAnother } = stores();
      const other = (await openAnother()).orders;
      const ids = Array.from({ length: 12 }, (_, n) => nthId(n));
      for (const id of ids) await place(id);
      const change = (id: string, n: number) =>
        (n % 2 === 0 ? orders : other).changeOrder(
          n % 3 === 0 ? changeOf(id) : cancelOf(id),
          entryOf(),
        );
      const before = ids.slice(0, 6).map(change);
      const sealing = other.seal(riverside, at1030);
      const outcomes = await Promise.all([...before, ...ids.slice(6).map(change)]);
      const sealed = await sealing;
      const expected = ids.flatMap((id, n) => {
        if (outcomes[n]?.outcome === 'sealed') return [`${id}.1`];
        expect(outcomes[n]?.outcome).toBe('changed');
        return n % 3 === 0 ? [`${id}.2`] : [];
      });
      expect(sealed.orders.map(({ id, version }) => `${id}.${version}`)).toEqual(expected);
      expect(await orders.book(riverside, at1030)).toEqual(sealed);
    });
  });

  describe('an order', () => {
    test('comes back whole, with all that it may have and without', async () => {
      const { orders, reopen } = stores();
      const first = { version: 1, changedAt: orderOf('s').placedAt, status: 'open' };
      const full = orderOf('o', {
        ...onlyFor(at1030),
        prosumerId: ben,
        side: 'buy',
        energyWh: wattHours(Number.MAX_SAFE_INTEGER),
        limitPriceMsatPerKwh: msatPerKwh(0),
      });
      const standing = { ...orderOf('s'), ...first };
      expect(await orders.place(orderOf('s'), 9, entryOf())).toEqual({
        outcome: 'placed',
        order: standing,
      });
      expect(await orders.place(full, 9, entryOf())).toMatchObject({ outcome: 'placed' });
      const reopened = (await reopen()).orders;
      expect(await reopened.getOrder(orderId('o'))).toEqual({ ...full, ...first });
      expect(await reopened.getOrder(orderId('s'))).toEqual(standing);
      expect(await reopened.getOrder(orderId('p'))).toBeUndefined();
      const { orders: booked } = await reopened.book(riverside, at1030);
      expect(booked).toEqual([standing, { ...full, ...first }]);
    });

    test('counts for its timeframe, or for every one from the first on', async () => {
      await place('s', { validFrom: at1015 });
      await place('o', onlyFor(at1030));
      expect(await bookedIds(at1000)).toEqual([]);
      expect(await bookedIds(at1015)).toEqual(['s.1']);
      expect(await bookedIds(at1030)).toEqual(['o.1', 's.1']);
      expect(await bookedIds(at1045)).toEqual(['s.1']);
      expect(await bookedIds(timeframe('2199-12-31T23:45:00Z'))).toEqual(['s.1']);
      expect(await bookedIds(at1030, hillside)).toEqual([]);
    });

    test('is in the book by prosumer, then by its own id', async () => {
      await place('c', { prosumerId: prosumerId('a-b') });
      await place('a', { ...onlyFor(at1030), prosumerId: ben });
      await place('b', { prosumerId: prosumerId('a0') });
      await place('d', { prosumerId: prosumerId('a-b'), ...onlyFor(at1030) });
      await place('b-2', { prosumerId: prosumerId('a0'), ...onlyFor(at1030) });
      expect(await bookedIds()).toEqual(['c.1', 'd.1', 'b.1', 'b-2.1', 'a.1']);
    });

    test('is placed once: a repeat answers its latest version, whatever has passed', async () => {
      const { orders } = stores();
      const first = await place('s');
      expect(await place('s', { side: 'buy' }, 0)).toEqual(first);
      const changed = await orders.changeOrder(changeOf('s'), entryOf());
      await orders.seal(riverside, at1045);
      expect(await place('s')).toEqual({ ...changed, outcome: 'placed' });
    });

    test('is one too many where as many are open that count from its first timeframe on', async () => {
      const { orders } = stores();
      await place('a', onlyFor(at1015));
      await place('b', onlyFor(at1030));
      await place('c');
      await place('d', { prosumerId: ben });
      await place('e');
      await orders.changeOrder(changeOf('c', { validFrom: at1045 }), entryOf());
      await orders.changeOrder(cancelOf('e', { validFrom: at1100 }), entryOf());
      // Of anna's, b and c count from 10:30 on, a before, and e is cancelled.
      expect(await place('f', {}, 2)).toEqual({ outcome: 'too_many' });
      expect(await place('f', { validFrom: at1015 }, 3)).toEqual({ outcome: 'too_many' });
      expect(await place('f', { validFrom: at1045 }, 1)).toEqual({ outcome: 'too_many' });
      expect(await place('f', {}, 3)).toMatchObject({ outcome: 'placed' });
      expect(await place('g', { prosumerId: ben }, 2)).toMatchObject({ outcome: 'placed' });
      expect(await place('h', { prosumerId: prosumerId('zoe') }, 0)).toEqual({
        outcome: 'too_many',
      });
    });

    test('and others at once are no more than may be open', async () => {
      const { orders, openAnother } = stores();
      const other = (await openAnother()).orders;
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, (_, n) =>
          (n % 2 === 0 ? orders : other).place(orderOf(nthId(n >> 1)), 3, entryOf()),
        ),
      );
      const placed = outcomes.flatMap((answer) =>
        answer.outcome === 'placed' ? [answer.order.id] : [],
      );
      expect(new Set(placed).size).toBe(3);
      expect(await bookedIds()).toHaveLength(3);
    });
  });

  describe('a change of an order', () => {
    test('ends the version before where the next one begins', async () => {
      const { orders } = stores();
      await place('s', { validFrom: at1015, energyWh: wattHours(5) });
      const change = changeOf('s', {
        validFrom: at1045,
        terms: { ...buyTerms, energyWh: wattHours(1) },
      });
      const order = {
        ...orderOf('s', { ...change.terms, validFrom: at1045 }),
        version: 2,
        changedAt: change.changedAt,
        status: 'open',
      };
      expect(await orders.changeOrder(change, entryOf())).toEqual({ outcome: 'changed', order });
      expect(await orders.getOrder(orderId('s'))).toEqual(order);
      expect(await bookedIds(at1030)).toEqual(['s.1']);
      expect(await bookedIds(at1045)).toEqual(['s.2']);
      expect((await orders.book(riverside, at1030)).orders[0]).toMatchObject({ energyWh: 5 });
      expect((await orders.book(riverside, at1045)).orders).toEqual([order]);
    });

    test('may leave out how much energy', async () => {
      const { orders } = stores();
      await place('s', { energyWh: wattHours(5) });
      const { energyWh: _, ...terms } = buyTerms;
      await orders.changeOrder(changeOf('s', { terms }), entryOf());
      const changed = await orders.getOrder(orderId('s'));
      expect(changed).toMatchObject(terms);
      expect(changed).not.toHaveProperty('energyWh');
    });

    test('that comes before the order counts replaces it as a whole', async () => {
      const { orders } = stores();
      await place('s', { validFrom: at1045 });
      await place('o', onlyFor(at1045));
      for (const id of ['s', 'o']) {
        const answer = await orders.changeOrder(changeOf(id, { validFrom: at1015 }), entryOf());
        expect(answer).toMatchObject({ outcome: 'changed', order: { validFrom: at1045 } });
      }
      expect(await bookedIds(at1030)).toEqual([]);
      expect(await bookedIds(at1045)).toEqual(['o.2', 's.2']);
      expect(await bookedIds(at1100)).toEqual(['s.2']);
      await orders.changeOrder(cancelOf('o', { version: 2, validFrom: at1015 }), entryOf());
      expect(await bookedIds(at1045)).toEqual(['s.2']);
    });

    test('counts at once for a timeframe that is not sealed, also where its own begins earlier', async () => {
      const { orders } = stores();
      await place('s', { validFrom: at1045 });
      await place('o', onlyFor(at1045));
      await orders.seal(riverside, at1030);
      for (const id of ['s', 'o']) {
        const answer = await orders.changeOrder(changeOf(id, { validFrom: at1015 }), entryOf());
        expect(answer).toMatchObject({ outcome: 'changed', order: { validFrom: at1045 } });
      }
    });

    test('cancels it where it has no terms: it is there, and counts no more', async () => {
      const { orders } = stores();
      const placed = orderOf('s', { validFrom: at1015, energyWh: wattHours(5) });
      await orders.place(placed, 9, entryOf());
      const cancel = cancelOf('s', { validFrom: at1045 });
      const order = {
        ...placed,
        version: 2,
        validFrom: at1045,
        validUntil: at1045,
        changedAt: cancel.changedAt,
        status: 'cancelled',
      };
      expect(await orders.changeOrder(cancel, entryOf())).toEqual({ outcome: 'changed', order });
      expect(await orders.getOrder(orderId('s'))).toEqual(order);
      expect(await bookedIds(at1030)).toEqual(['s.1']);
      expect(await bookedIds(at1045)).toEqual([]);
    });

    test('is repeated with the same answer', async () => {
      const { orders } = stores();
      await place('s');
      const changed = await orders.changeOrder(changeOf('s'), entryOf());
      const later = { changedAt: instant('2026-11-22T10:50:00Z'), validFrom: at1045 };
      expect(await orders.changeOrder(changeOf('s', later), entryOf())).toEqual(changed);
      const cancelled = await orders.changeOrder(cancelOf('s', { version: 2 }), entryOf());
      expect(cancelled).toMatchObject({ outcome: 'changed', order: { version: 3 } });
      await orders.seal(riverside, at1100);
      const again = cancelOf('s', { ...later, version: 2 });
      expect(await orders.changeOrder(again, entryOf())).toEqual(cancelled);
      expect(await orders.getOrder(orderId('s'))).toEqual(
        cancelled.outcome === 'changed' && cancelled.order,
      );
    });

    test('is refused at another version, when it is over, and where there is none', async () => {
      const { orders } = stores();
      await place('s');
      await place('o', onlyFor(at1030));
      await orders.changeOrder(changeOf('s'), entryOf());
      const other = { ...buyTerms, energyWh: wattHours(1) };
      for (const refused of [
        changeOf('s', { terms: other }),
        cancelOf('s'),
        changeOf('s', { version: 3 }),
        cancelOf('s', { version: 0 }),
      ]) {
        expect(await orders.changeOrder(refused, entryOf())).toEqual({ outcome: 'conflict' });
      }
      const closed = { outcome: 'closed' };
      const ended = { validFrom: at1045 };
      expect(await orders.changeOrder(changeOf('o', ended), entryOf())).toEqual(closed);
      expect(await orders.changeOrder(cancelOf('o', ended), entryOf())).toEqual(closed);
      await orders.changeOrder(cancelOf('s', { version: 2 }), entryOf());
      expect(await orders.changeOrder(changeOf('s', { version: 3 }), entryOf())).toEqual(closed);
      expect(await orders.changeOrder(cancelOf('s', { version: 3 }), entryOf())).toEqual(closed);
      expect(await orders.changeOrder(cancelOf('s'), entryOf())).toEqual(closed);
      expect(await orders.changeOrder(changeOf('s', { version: 2 }), entryOf())).toEqual(closed);
      expect(await orders.changeOrder(changeOf('p'), entryOf())).toEqual({ outcome: 'not_found' });
      expect(await bookedIds()).toEqual(['o.1']);
    });

    test('that two make at once at one version is made by one', async () => {
      const { orders, openAnother } = stores();
      const other = (await openAnother()).orders;
      await place('s');
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, (_, n) => {
          const terms = { ...buyTerms, energyWh: wattHours(n + 1) };
          return (n % 2 === 0 ? orders : other).changeOrder(changeOf('s', { terms }), entryOf());
        }),
      );
      const made = outcomes.filter(({ outcome }) => outcome === 'changed');
      expect(made).toEqual([{ outcome: 'changed', order: await orders.getOrder(orderId('s')) }]);
      expect(outcomes.filter(({ outcome }) => outcome === 'conflict')).toHaveLength(7);
    });
  });

  test('orders of a prosumer are listed by id, at their latest versions, page by page', async () => {
    const { orders } = stores();
    for (const id of ['d', 'a', 'c', 'b']) await place(id);
    await place('e', { prosumerId: ben });
    await orders.changeOrder(changeOf('b', { validFrom: at1045 }), entryOf());
    await orders.changeOrder(cancelOf('c', { validFrom: at1045 }), entryOf());
    for (const limit of [1, 2, 3, 4, 5]) {
      const listed = await allPages(
        limit,
        (page: { after?: ReturnType<typeof orderId>; limit: number }) =>
          orders.listOrders(prosumerId('anna'), page),
      );
      expect(listed.map(({ id, version, status }) => [id, version, status])).toEqual([
        ['a', 1, 'open'],
        ['b', 2, 'open'],
        ['c', 2, 'cancelled'],
        ['d', 1, 'open'],
      ]);
      expect(listed[1]).toEqual(await orders.getOrder(orderId('b')));
    }
    expect(await orders.listOrders(prosumerId('nobody'), { limit: 9 })).toEqual({ items: [] });
  });
});
