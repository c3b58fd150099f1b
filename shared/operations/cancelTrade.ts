import type { AheadView, TradeAhead } from '../domain/order.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import { parseAheadId } from '../domain/tradeId.ts';
import type { Ports } from '../ports/ports.ts';
import { type AuditingPorts, auditEntry } from './auditEntry.ts';
import { changedSinceRead } from './changeConditionally.ts';
import { getTrade, tradeNotFound } from './listTrades.ts';
import { viewAhead } from './tradesAhead.ts';

/**
 * Cancels a trade ahead, until its timeframe starts. A repeat answers the same. A recorded trade is
 * never cancelled.
 */
export async function cancelTrade(
  ports: AuditingPorts & Pick<Ports, 'orders' | 'closings' | 'trades'>,
  text: string,
  ifMatch: string | undefined,
): Promise<Result<AheadView, Refusal>> {
  const id = parseAheadId(text);
  if (id === undefined) {
    const recorded = await getTrade(ports, text);
    return recorded.ok ? refuse(recordedAlready(text)) : recorded;
  }
  const trade = await ports.orders.getAhead(id);
  if (trade === undefined) return refuse(tradeNotFound(text));
  const view = await viewAhead(ports, trade);
  if (ifMatch !== undefined && ifMatch !== etagOfAhead(view)) return refuse(changedSinceRead);
  if (trade.status === 'cancelled') return accept(view);
  if (trade.timeframe <= ports.clock.now()) return refuse(timeframeStarted(trade));
  const entry = auditEntry(ports, {
    gridId: trade.gridId,
    action: 'cancelled',
    thing: { kind: 'trade_ahead', id },
    before: { status: trade.status },
    after: { status: 'cancelled' },
  });
  const outcome = await ports.orders.cancelAhead(id, entry);
  if (outcome === 'not_found') return refuse(tradeNotFound(text));
  if (outcome === 'sealed') return refuse(timeframeStarted(trade));
  return accept({ ...trade, status: 'cancelled' });
}

/** The tag of what has become of a trade ahead. */
export function etagOfAhead({ status }: AheadView): string {
  return status;
}

function timeframeStarted({ id, timeframe }: TradeAhead): Refusal {
  return {
    code: 'timeframe_started',
    detail: `The timeframe of ${id} started at ${timeframe}: the trade stands.`,
  };
}

function recordedAlready(text: string): Refusal {
  return {
    code: 'timeframe_started',
    detail: `The trade ${text} is recorded, and stands for ever.`,
  };
}
