import type { OrderId, ProsumerId, TradeAheadId } from '../../shared/domain/ids.ts';
import { type AheadView, type Order, type OrderTerms, sides } from '../../shared/domain/order.ts';
import type { Result } from '../../shared/domain/result.ts';
import { addMinutes, type Timeframe, timeframeAt } from '../../shared/domain/timeframe.ts';
import { msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import { cancelTrade } from '../../shared/operations/cancelTrade.ts';
import { cancelOrder, replaceOrder } from '../../shared/operations/changeOrder.ts';
import { placeOrder } from '../../shared/operations/placeOrder.ts';
import { tradeAhead } from '../../shared/operations/tradeAhead.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import type { Community } from './community.ts';
import type { World } from './world.ts';

/** Something that a user asks for; what the app answers is noted, if it answers. */
export type Request = (ports: Ports) => Promise<unknown>;

/** What the app said that it agreed on and has. */
export type Promised = {
  /** Each as it was last answered. */
  readonly ahead: ReadonlyMap<string, AheadView>;
  /** Trades ahead that somebody wanted to cancel, whatever the answer. */
  readonly cancelAsked: ReadonlySet<string>;
  /** Every version of an order that was answered, by order and version. */
  readonly orders: ReadonlyMap<string, Order>;
  /** Requests that were refused, by reason. */
  readonly refusals: ReadonlyMap<string, number>;
};

/** Who trades ahead and orders, and remembers what the app promised. */
export type Trader = {
  readonly promised: Promised;
  tradeAhead(community: Community, timeframe: Timeframe): Request | undefined;
  cancelTrade(): Request | undefined;
  placeOrder(community: Community, timeframe: Timeframe | undefined): Request | undefined;
  replaceOrder(): Request | undefined;
  cancelOrder(): Request | undefined;
};

export function createTrader({ chance }: World): Trader {
  const notes = openNotes();
  const { ahead, cancelAsked, orders } = notes;
  const asked: ((ports: Ports) => Promise<Result<AheadView, { code: string }>>)[] = [];
  const orderIds: OrderId[] = [];
  let count = 0;
  const nextId = (prefix: string) => `${prefix}${++count}`;
  const someTerms = (): OrderTerms => ({
    side: chance.pick(sides) ?? 'buy',
    ...(chance.hits(0.7) && { energyWh: wattHours(chance.between(1, 20_000)) }),
    limitPriceMsatPerKwh: msatPerKwh(chance.below(900_000)),
  });
  return {
    promised: notes,
    tradeAhead({ prosumerIds }, timeframe) {
      const prosumerId = chance.pick(prosumerIds);
      if (prosumerId === undefined) return undefined;
      const wanted = {
        ...{ id: nextId('t'), prosumerId, timeframe, side: chance.pick(sides) ?? 'buy' },
        energyWh: wattHours(chance.between(1, 24_000)),
        ...(chance.hits(0.2) && { limitPriceMsatPerKwh: msatPerKwh(chance.below(900_000)) }),
      };
      const send = (ports: Ports) => tradeAhead(ports, wanted);
      // Now and then what was asked for long ago is asked for again.
      const request = (chance.hits(0.15) && chance.pick(asked)) || send;
      asked.push(send);
      return async (ports) => notes.note(await request(ports), notes.noteAhead);
    },
    cancelTrade() {
      const id = chance.pick([...ahead.keys()].slice(-latestMax)) as TradeAheadId | undefined;
      if (id === undefined) return undefined;
      cancelAsked.add(id);
      return async (ports) => notes.note(await cancelTrade(ports, id, undefined), notes.noteAhead);
    },
    placeOrder({ prosumerIds }, timeframe) {
      const prosumerId = chance.pick(prosumerIds);
      if (prosumerId === undefined) return undefined;
      const id = nextId('o') as OrderId;
      orderIds.push(id);
      const wanted = { id, prosumerId, ...(timeframe && { timeframe }), ...someTerms() };
      return async (ports) => notes.note(await placeOrder(ports, wanted), notes.noteOrder);
    },
    replaceOrder() {
      const id = chance.pick(orderIds.slice(-latestMax));
      const terms = someTerms();
      if (id === undefined) return undefined;
      return async (ports) =>
        notes.note(await replaceOrder(ports, id, terms, undefined), notes.noteOrder);
    },
    cancelOrder() {
      const id = chance.pick(orderIds.slice(-latestMax));
      if (id === undefined || !orders.has(`${id} 1`)) return undefined;
      return async (ports) => notes.note(await cancelOrder(ports, id, undefined), notes.noteOrder);
    },
  };
}

/** Of these requests one is picked to be changed: of older ones most are past. */
const latestMax = 12;
export const daysAheadMax = 3;

/** A timeframe that a user may think of: mostly one that can still be traded. */
export function someTimeframe({ chance, now }: World, { timeframeMinutes }: Community): Timeframe {
  const running = timeframeAt(now(), timeframeMinutes);
  const away = chance.between(-1, daysAheadMax);
  return timeframeAt(addMinutes(running, away * timeframeMinutes), timeframeMinutes);
}

function openNotes() {
  const ahead = new Map<string, AheadView>();
  const orders = new Map<string, Order>();
  const refusals = new Map<string, number>();
  return {
    ahead,
    orders,
    refusals,
    cancelAsked: new Set<string>(),
    noteAhead(view: AheadView) {
      ahead.set(view.id, view);
    },
    noteOrder(order: Order) {
      orders.set(`${order.id} ${order.version}`, order);
    },
    note<Value>(answer: Result<Value, { code: string }>, keep: (value: Value) => void) {
      if (answer.ok) keep(answer.value);
      else refusals.set(answer.refusal.code, (refusals.get(answer.refusal.code) ?? 0) + 1);
    },
  };
}

/** One of those who ever joined, and a timeframe of the last so many days before, mostly, `until`. */
export function somePastReading(
  { chance, now }: World,
  { prosumerIds, timeframeMinutes }: Community,
  daysMax: number,
  until: Timeframe | undefined,
): { readonly prosumerId: ProsumerId; readonly timeframe: Timeframe } | undefined {
  const prosumerId = chance.pick(prosumerIds);
  const minutesPerDay = 1_440;
  const running = timeframeAt(now(), timeframeMinutes);
  const last = (chance.hits(0.8) && until) || addMinutes(running, -timeframeMinutes);
  const back = chance.below(daysMax * minutesPerDay);
  const timeframe = timeframeAt(addMinutes(last, -back), timeframeMinutes);
  return prosumerId && { prosumerId, timeframe };
}
