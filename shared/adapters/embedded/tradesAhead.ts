import type { DatabaseSync } from 'node:sqlite';
import type { TradeAheadId } from '../../domain/ids.ts';
import type { TradeAhead } from '../../domain/order.ts';
import type { AheadLimits, OrderStore } from '../../ports/orderStore.ts';
import { type TradeAheadRow, tradeAheadOf } from '../orderRows.ts';
import { pageOf, rowsFor } from '../pageOf.ts';
import { auditWriter } from './auditLog.ts';
import { transaction } from './database.ts';
import { orderBooks } from './orderBooks.ts';
import { query, write } from './statement.ts';

type TradesAhead = Pick<
  OrderStore,
  'acceptAhead' | 'getAhead' | 'cancelAhead' | 'listAhead' | 'listAheadOf' | 'placesAhead'
>;

/** Trades ahead: accepted and cancelled until their timeframe is sealed. */
export function embeddedTradesAhead(db: DatabaseSync): TradesAhead {
  const statements = prepare(db);
  const books = orderBooks(db);
  const audit = auditWriter(db);
  const { select, cancel, selectOfGrid, selectOfTimeframe, selectOfProsumer, places } = statements;
  const passedLimit = limitCheck(statements);
  return {
    async acceptAhead(trade, limits, entry) {
      return transaction(db, () => {
        const there = select.get(trade.id);
        if (there !== undefined) return { outcome: 'accepted', trade: tradeAheadOf(there) };
        if (books.isSealed(trade.gridId, trade.timeframe)) return { outcome: 'sealed' };
        const passed = passedLimit(trade, limits);
        if (passed !== undefined) return { outcome: 'over_limit', ...passed };
        const sequence = books.nextSequence(trade.gridId);
        const accepted: TradeAhead = { ...trade, status: 'pending', sequence };
        insert(statements, accepted);
        audit(entry);
        return { outcome: 'accepted', trade: accepted };
      });
    },
    async getAhead(id) {
      const row = select.get(id);
      return row && tradeAheadOf(row);
    },
    async cancelAhead(id, entry) {
      return transaction(db, () => {
        const trade = select.get(id);
        if (trade === undefined) return 'not_found';
        if (trade.status === 'cancelled') return 'cancelled';
        if (books.isSealed(trade.gridId, trade.timeframe)) return 'sealed';
        cancel.run(id);
        audit(entry);
        return 'cancelled';
      });
    },
    async listAhead({ gridId, timeframe }, page) {
      const after = page.after ?? 0;
      const rows =
        timeframe === undefined
          ? selectOfGrid.all(gridId, after, rowsFor(page))
          : selectOfTimeframe.all(gridId, timeframe, after, rowsFor(page));
      return pageOf(rows.map(tradeAheadOf), page, ({ sequence }) => sequence);
    },
    async listAheadOf(prosumerId, page) {
      const before = page.after ?? Number.MAX_SAFE_INTEGER;
      const rows = selectOfProsumer.all(prosumerId, before, rowsFor(page));
      return pageOf(rows.map(tradeAheadOf), page, ({ sequence }) => sequence);
    },
    async placesAhead(gridId, trades) {
      const timeframes = JSON.stringify([...new Set(trades.map(({ timeframe }) => timeframe))]);
      const ids = JSON.stringify(trades.map(({ id }) => id));
      return new Map(places.all(gridId, timeframes, ids).map((row) => [row.aheadId, row.place]));
    },
  };
}

type NewTrade = Parameters<OrderStore['acceptAhead']>[0];
const nothing = { pendingWh: 0, trades: 0 };
type Passed = { readonly limit: keyof AheadLimits; readonly pendingWh: number };

/** Answers the first limit that a trade would pass. */
function limitCheck({ sumOfProsumer, sumOfGrid }: ReturnType<typeof prepare>) {
  return (trade: NewTrade, limits: AheadLimits): Passed | undefined => {
    const { gridId, timeframe, side, prosumerId, energyWh } = trade;
    const own = sumOfProsumer.get(gridId, timeframe, side, prosumerId) ?? nothing;
    if (own.pendingWh + energyWh > limits.prosumerWhMax) {
      return { limit: 'prosumerWhMax', pendingWh: own.pendingWh };
    }
    if (own.trades >= limits.prosumerTradesMax) {
      return { limit: 'prosumerTradesMax', pendingWh: own.pendingWh };
    }
    const { pendingWh } = sumOfGrid.get(gridId, timeframe, side) ?? nothing;
    if (pendingWh + energyWh > limits.gridWhMax) return { limit: 'gridWhMax', pendingWh };
    return undefined;
  };
}

function insert({ insert }: ReturnType<typeof prepare>, trade: TradeAhead): void {
  const { id, gridId, prosumerId, timeframe, side, energyWh, status, sequence } = trade;
  const prices = [trade.priceMsatPerKwh, trade.gridFeeMsatPerKwh];
  const limit = trade.limitPriceMsatPerKwh ?? null;
  const what = [id, gridId, prosumerId, timeframe, side, energyWh, ...prices, limit];
  insert.run(...what, status, sequence, trade.acceptedAt);
}

function prepare(db: DatabaseSync) {
  const trades = (sql: string) => query<TradeAheadRow>(db, `SELECT * FROM tradesAhead ${sql}`);
  const sum = (of: string) =>
    query<typeof nothing>(
      db,
      `SELECT coalesce(sum(energyWh), 0) AS pendingWh, count(*) AS trades FROM tradesAhead
       WHERE status = 'pending' AND gridId = ? AND timeframe = ? AND side = ? ${of}`,
    );
  return {
    select: trades('WHERE aheadId = ?'),
    sumOfProsumer: sum('AND prosumerId = ?'),
    sumOfGrid: sum(''),
    insert: write(
      db,
      `INSERT INTO tradesAhead (aheadId, gridId, prosumerId, timeframe, side, energyWh,
         priceMsatPerKwh, gridFeeMsatPerKwh, limitPriceMsatPerKwh, status, sequence, acceptedAt)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    cancel: write(
      db,
      `UPDATE tradesAhead SET status = 'cancelled' WHERE aheadId = ? AND status = 'pending'`,
    ),
    selectOfGrid: trades('WHERE gridId = ? AND sequence > ? ORDER BY sequence LIMIT ?'),
    selectOfTimeframe: trades(
      'WHERE gridId = ? AND timeframe = ? AND sequence > ? ORDER BY sequence LIMIT ?',
    ),
    places: query<{ readonly aheadId: TradeAheadId; readonly place: number }>(
      db,
      `SELECT aheadId, place FROM (
         SELECT aheadId, row_number() OVER (PARTITION BY timeframe ORDER BY sequence) AS place
         FROM tradesAhead WHERE gridId = ? AND status = 'pending'
           AND timeframe IN (SELECT value FROM json_each(?)))
       WHERE aheadId IN (SELECT value FROM json_each(?))`,
    ),
    selectOfProsumer: trades(
      'WHERE prosumerId = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?',
    ),
  };
}
