import type { OrderId, ProsumerId } from '../../shared/domain/ids.ts';
import { type AheadView, type Order, type OrderTerms, sides } from '../../shared/domain/order.ts';
import {
  addMinutes,
  type Instant,
  type Timeframe,
  timeframeAt,
} from '../../shared/domain/timeframe.ts';
import { msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import type { Answer } from '../functions/api.ts';
import type { Asked } from './clients.ts';
import type { Community } from './community.ts';
import type { World } from './world.ts';

/** Something that a user asks for; what the app answers is noted, if it answers. */
export type Request = (ports: Ports) => Promise<Answer | undefined>;

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
  /** Notes an order that somebody else was answered. */
  noteOrder(answer: Answer): void;
};

export function createTrader({ chance, clients, now }: World): Trader {
  const notes = openNotes();
  const { ahead, cancelAsked, orders } = notes;
  const asked: { readonly request: Request; readonly at: Instant }[] = [];
  const orderIds: OrderId[] = [];
  const someTerms = (): OrderTerms => ({
    side: chance.pick(sides) ?? 'buy',
    ...(chance.hits(0.7) && { energyWh: wattHours(chance.between(1, 20_000)) }),
    limitPriceMsatPerKwh: msatPerKwh(chance.below(900_000)),
  });
  const noted =
    (wanted: Asked, keep: (body: Answer['body']) => void): Request =>
    async (ports) => {
      const answer = await clients.ask(ports, wanted);
      if (answer !== undefined) notes.note(answer, keep);
      return answer;
    };
  // Now and then only if the order is still as it was answered.
  const tagOf = (id: OrderId) => {
    const known = [...orders.values()].findLast((order) => order.id === id);
    return known !== undefined && chance.hits(0.5) ? `"o${known.version}"` : undefined;
  };
  return {
    promised: notes,
    tradeAhead({ prosumerIds }, timeframe) {
      const prosumerId = chance.pick(prosumerIds);
      if (prosumerId === undefined) return undefined;
      const wanted = clients.post('/trades', {
        ...{ prosumerId, timeframe, side: chance.pick(sides) ?? 'buy' },
        energyWh: chance.between(1, 24_000),
        ...(chance.hits(0.2) && { limitPriceMsatPerKwh: chance.below(900_000) }),
      });
      const request = noted(wanted, notes.noteAhead);
      // Now and then what was asked for a while ago is asked for again, as long as its key is kept.
      const isKept = ({ at }: { readonly at: Instant }) =>
        now() < addMinutes(at, askedAgainMinutes);
      const again = chance.hits(0.15) ? chance.pick(asked.filter(isKept)) : undefined;
      asked.push({ request, at: now() });
      return again?.request ?? request;
    },
    noteOrder: (answer) => notes.note(answer, notes.noteOrder),
    cancelTrade() {
      const id = chance.pick([...ahead.keys()].slice(-latestMax));
      if (id === undefined) return undefined;
      cancelAsked.add(id);
      return noted({ method: 'DELETE', path: `/trades/${id}` }, notes.noteAhead);
    },
    placeOrder({ prosumerIds }, timeframe) {
      const prosumerId = chance.pick(prosumerIds);
      if (prosumerId === undefined) return undefined;
      const id = `o${orderIds.length + 1}` as OrderId;
      orderIds.push(id);
      const wanted = { id, prosumerId, ...(timeframe && { timeframe }), ...someTerms() };
      return noted(clients.post('/orders', wanted), notes.noteOrder);
    },
    replaceOrder() {
      const id = chance.pick(orderIds.slice(-latestMax));
      const body = someTerms();
      if (id === undefined) return undefined;
      const wanted = { path: `/orders/${id}`, ifMatch: tagOf(id) };
      return noted({ method: 'PUT', body, ...wanted }, notes.noteOrder);
    },
    cancelOrder() {
      const id = chance.pick(orderIds.slice(-latestMax));
      if (id === undefined || !orders.has(`${id} 1`)) return undefined;
      const wanted = { path: `/orders/${id}`, ifMatch: tagOf(id) };
      return noted({ method: 'DELETE', ...wanted }, notes.noteOrder);
    },
  };
}

/** How long a user may ask again for what it asked for. */
const askedAgainMinutes = 24 * 60;
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
    note({ status, body }: Answer, keep: (body: Answer['body']) => void) {
      if (status < 300) keep(body);
      else refusals.set(body.code, (refusals.get(body.code) ?? 0) + 1);
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
