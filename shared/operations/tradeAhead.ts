import { changedFields } from '../domain/changedFields.ts';
import { connectionEnergyWh } from '../domain/connectionEnergy.ts';
import { type Grid, gridDefaults } from '../domain/grid.ts';
import type { ProsumerId } from '../domain/ids.ts';
import type { AheadView, Side, TradeAhead } from '../domain/order.ts';
import type { Prosumer } from '../domain/prosumer.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import type { Instant } from '../domain/timeframe.ts';
import { aheadIdOf } from '../domain/tradeId.ts';
import { energyWhMax, type MsatPerKwh, type WattHours } from '../domain/units.ts';
import type { AcceptOutcome, AheadLimits } from '../ports/orderStore.ts';
import type { Ports } from '../ports/ports.ts';
import { type AuditingPorts, auditEntry } from './auditEntry.ts';
import { inactiveIn, participantOf } from './participant.ts';
import { type Quote, quoteOf } from './quoteTimeframe.ts';
import { timeframeEnded, tradableTimeframe } from './tradableTimeframe.ts';
import { viewAhead } from './tradesAhead.ts';

export type AheadAsked = {
  /** What it is named after: the same again when a request is repeated under its key. */
  readonly id: string;
  readonly prosumerId: ProsumerId;
  readonly timeframe: Instant;
  readonly side: Side;
  readonly energyWh: WattHours;
  readonly limitPriceMsatPerKwh?: MsatPerKwh;
};

/**
 * Agrees on a trade of a prosumer with `mini-grid` at the quoted price. Repeatable: what was accepted
 * under an id is answered again, whatever has become of it. A paused grid accepts too.
 */
export async function tradeAhead(
  ports: AuditingPorts & Pick<Ports, 'prosumers' | 'grids' | 'orders' | 'closings'>,
  asked: AheadAsked,
): Promise<Result<AheadView, Refusal>> {
  const participant = await participantOf(ports, asked.prosumerId);
  if (!participant.ok) return participant;
  const { prosumer, grid } = participant.value;
  const id = aheadIdOf(grid.id, asked.timeframe as TradeAhead['timeframe'], asked.id);
  const accepted = await ports.orders.getAhead(id);
  if (accepted !== undefined) return accept(await viewAhead(ports, accepted));

  const inactive = inactiveIn(participant.value, asked.timeframe);
  if (inactive !== undefined) return refuse(inactive);
  const acceptedAt = ports.clock.now();
  const timeframe = tradableTimeframe(grid, asked.timeframe, acceptedAt);
  if (!timeframe.ok) return timeframe;
  const quote = quoteOf(grid, timeframe.value);
  if (!isWithinLimit(asked, quote)) return refuse(priceLimitNotMet(asked, quote));
  const { priceMsatPerKwh, gridFeeMsatPerKwh } = quote;
  const limits = limitsOf(prosumer, grid);
  const trade = {
    ...asked,
    id,
    gridId: grid.id,
    timeframe: timeframe.value,
    priceMsatPerKwh,
    gridFeeMsatPerKwh,
    acceptedAt,
  };
  const entry = auditEntry(ports, {
    gridId: grid.id,
    action: 'accepted',
    thing: { kind: 'trade_ahead', id },
    ...changedFields(undefined, trade),
  });
  const outcome = await ports.orders.acceptAhead(trade, limits, entry);
  if (outcome.outcome === 'accepted') return accept(await viewAhead(ports, outcome.trade));
  return refuse(
    outcome.outcome === 'sealed'
      ? timeframeEnded(timeframe.value, quote.tradableUntil, '/timeframe')
      : overLimit(asked, outcome, limits),
  );
}

/** Without a limit of its own a prosumer has its grid's, but no more than its connection carries. */
function limitsOf(prosumer: Prosumer, grid: Grid): AheadLimits {
  const { aheadEnergyWhMax = gridDefaults.aheadEnergyWhMax, timeframeMinutes } = grid;
  const { connectionLimitW = Number.POSITIVE_INFINITY } = prosumer;
  const carriedWh = connectionEnergyWh(connectionLimitW, timeframeMinutes);
  const prosumerWhMax = prosumer.aheadEnergyWhMax ?? Math.min(aheadEnergyWhMax, carriedWh);
  return { prosumerWhMax, prosumerTradesMax, gridWhMax: energyWhMax };
}

/** Trades of a prosumer that are pending for one timeframe and side. */
const prosumerTradesMax = 100;

/** Who sells takes no less than its limit, who buys gives no more. */
function isWithinLimit({ side, limitPriceMsatPerKwh: limit }: AheadAsked, quote: Quote): boolean {
  if (limit === undefined) return true;
  return side === 'sell' ? quote.priceMsatPerKwh >= limit : quote.priceMsatPerKwh <= limit;
}

function priceLimitNotMet({ side }: AheadAsked, { priceMsatPerKwh }: Quote): Refusal {
  return {
    code: 'price_limit_not_met',
    detail: `${priceMsatPerKwh} msat/kWh is quoted, which is ${side === 'sell' ? 'below' : 'above'} the limit.`,
    errors: [{ pointer: '/limitPriceMsatPerKwh', detail: `is not met by ${priceMsatPerKwh}` }],
  };
}

function overLimit(
  { side, energyWh }: AheadAsked,
  { limit, pendingWh }: Extract<AcceptOutcome, { readonly outcome: 'over_limit' }>,
  limits: AheadLimits,
): Refusal {
  if (limit === 'prosumerTradesMax') {
    const detail = `For one timeframe a prosumer may have ${prosumerTradesMax} trades to ${side} ahead.`;
    return { code: 'ahead_limit_exceeded', detail };
  }
  const whose = limit === 'prosumerWhMax' ? 'a prosumer' : 'the prosumers of a grid together';
  const leftWh = Math.max(limits[limit] - pendingWh, 0);
  return {
    code: 'ahead_limit_exceeded',
    detail: `For one timeframe ${whose} may ${side} ${limits[limit]} Wh ahead; ${leftWh} Wh are left, not ${energyWh}.`,
    errors: [{ pointer: '/energyWh', detail: `is more than the ${leftWh} Wh that are left` }],
  };
}
