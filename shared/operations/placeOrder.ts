import { changedFields } from '../domain/changedFields.ts';
import type { Grid } from '../domain/grid.ts';
import type { OrderId, ProsumerId } from '../domain/ids.ts';
import type { Order, OrderTerms } from '../domain/order.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import { versionAt } from '../domain/terms.ts';
import {
  firstTimeframeFrom,
  type Instant,
  type Timeframe,
  timeframeAt,
  timeframeEnd,
} from '../domain/timeframe.ts';
import type { NewOrder } from '../ports/orderStore.ts';
import type { Ports } from '../ports/ports.ts';
import { type AuditingPorts, auditEntry } from './auditEntry.ts';
import { inactiveIn, type Participant, participantOf } from './participant.ts';
import { timeframeEnded, tradableTimeframe } from './tradableTimeframe.ts';

/** How many orders of a prosumer may be open at once. */
export const openOrdersMax = 200;

export type OrderAsked = OrderTerms & {
  readonly id: OrderId;
  readonly prosumerId: ProsumerId;
  /** Absent: standing. */
  readonly timeframe?: Instant;
};

/**
 * Places a sealed order in an auction. Repeatable: the same under the same id answers what is there,
 * whatever has become of it.
 */
export async function placeOrder(
  ports: AuditingPorts & Pick<Ports, 'prosumers' | 'grids' | 'orders'>,
  asked: OrderAsked,
): Promise<Result<Order, Refusal>> {
  const participant = await participantOf(ports, asked.prosumerId);
  if (!participant.ok) return participant;
  const there = await ports.orders.getOrder(asked.id);
  if (there !== undefined) return answerThere(there, asked);

  const placedAt = ports.clock.now();
  const validity = validityOf(participant.value, asked.timeframe, placedAt);
  if (!validity.ok) return validity;
  const { grid } = participant.value;
  const { timeframe: _, ...order } = asked;
  const placing = { ...order, ...validity.value, gridId: grid.id, placedAt };
  const entry = auditEntry(ports, {
    gridId: grid.id,
    action: 'placed',
    thing: { kind: 'order', id: asked.id },
    ...changedFields(undefined, placing),
  });
  const outcome = await ports.orders.place(placing, openOrdersMax, entry);
  if (outcome.outcome === 'placed') return answerThere(outcome.order, asked);
  if (outcome.outcome === 'too_many') return refuse(tooMany(asked.prosumerId));
  const { validFrom } = validity.value;
  return refuse(timeframeEnded(validFrom, timeframeEnd(validFrom, grid.timeframeMinutes)));
}

/** What is there under the id, if the same was asked for. As long as nothing changed, that is seen. */
function answerThere(there: Order, asked: OrderAsked): Result<Order, Refusal> {
  const isSame =
    there.prosumerId === asked.prosumerId &&
    there.timeframe === asked.timeframe &&
    (there.version > 1 || isSameTerms(there, asked));
  if (isSame) return accept(there);
  return refuse({
    code: 'order_exists',
    detail: `An order ${asked.id} that is not this one exists. Change it with PUT.`,
    errors: [{ pointer: '/id', detail: 'is taken' }],
  });
}

export function isSameTerms(a: OrderTerms, b: OrderTerms): boolean {
  return (
    a.side === b.side &&
    a.energyWh === b.energyWh &&
    a.limitPriceMsatPerKwh === b.limitPriceMsatPerKwh
  );
}

/** For which timeframes the order counts, where the prosumer takes part in them and in an auction. */
function validityOf(
  participant: Participant,
  at: Instant | undefined,
  now: Instant,
): Result<Pick<NewOrder, 'timeframe' | 'validFrom' | 'validUntil'>, Refusal> {
  const { grid } = participant;
  if (at === undefined) {
    const validFrom = firstOf(participant, now);
    const inactive = inactiveIn(participant, validFrom);
    if (inactive !== undefined) return refuse({ ...inactive, errors: standingErrors });
    return everTakesOrders(grid, validFrom) ? accept({ validFrom }) : refuse(withoutOrders(grid));
  }
  const inactive = inactiveIn(participant, at);
  if (inactive !== undefined) return refuse(inactive);
  const tradable = tradableTimeframe(grid, at, now);
  if (!tradable.ok) return tradable;
  const timeframe = tradable.value;
  if (versionAt(grid, timeframe).market.mechanism !== 'auction') return refuse(withoutOrders(grid));
  const validUntil = timeframeEnd(timeframe, grid.timeframeMinutes) as Timeframe;
  return accept({ timeframe, validFrom: timeframe, validUntil });
}

const standingErrors = [{ pointer: '/prosumerId', detail: 'takes part in no coming timeframe' }];

/** The first timeframe that has not ended, and that the prosumer and its grid have begun with. */
function firstOf({ grid, prosumer }: Participant, now: Instant): Timeframe {
  const minutes = grid.timeframeMinutes;
  return [grid.activeFrom, prosumer.activeFrom]
    .map((from) => firstTimeframeFrom(from, minutes))
    .reduce((a, b) => (a > b ? a : b), timeframeAt(now, minutes));
}

/** Is the market an auction then, or in a later version? */
function everTakesOrders(grid: Grid, from: Timeframe): boolean {
  const versions = [versionAt(grid, from), ...grid.terms.filter((t) => t.validFrom > from)];
  return versions.some(({ market }) => market.mechanism === 'auction');
}

function withoutOrders({ id }: Grid): Refusal {
  return { code: 'market_without_orders', detail: `The market of grid ${id} is no auction then.` };
}

function tooMany(prosumerId: ProsumerId): Refusal {
  return {
    code: 'orders_too_many',
    detail: `Prosumer ${prosumerId} has ${openOrdersMax} open orders. Cancel one first.`,
  };
}
