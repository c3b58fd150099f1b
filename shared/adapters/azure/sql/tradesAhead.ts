import type { TradeAheadId } from '../../../domain/ids.ts';
import type { AcceptOutcome, AheadLimits, OrderStore } from '../../../ports/orderStore.ts';
import { type TradeAheadRow, tradeAheadOf } from '../../orderRows.ts';
import { pageOf, rowsFor } from '../../pageOf.ts';
import { acceptStatement, cancelStatement } from './aheadStatements.ts';
import { auditParameters } from './auditEntries.ts';
import { locksParameter } from './lockedTransaction.ts';
import { booksLock, booksLockOf } from './orderBooks.ts';
import type { SqlDatabase, SqlParameters } from './sqlDatabase.ts';
import {
  asciiParameter,
  bigIntParameter,
  idParameter,
  instantParameter,
  intParameter,
  rowsParameter,
  wordParameter,
} from './sqlParameters.ts';

type TradesAhead = Pick<
  OrderStore,
  'acceptAhead' | 'getAhead' | 'cancelAhead' | 'listAhead' | 'listAheadOf' | 'placesAhead'
>;
type NewTrade = Parameters<OrderStore['acceptAhead']>[0];

type PlaceRow = { readonly aheadId: TradeAheadId; readonly place: string };

type AcceptAnswer = readonly [
  outcome: readonly {
    readonly outcome: 'accepted' | 'sealed' | keyof AheadLimits;
    readonly pendingWh: string | null;
  }[],
  trade: readonly TradeAheadRow[],
];

/** Trades ahead: accepted and cancelled until their timeframe is sealed. */
export function azureTradesAhead(db: SqlDatabase): TradesAhead {
  const trades = async (statement: string, parameters: SqlParameters) =>
    (await db.query<TradeAheadRow>(statement, parameters)).rows.map(tradeAheadOf);
  return {
    async acceptAhead(trade, limits, entry) {
      const answer = await db.queryAll<AcceptAnswer>(acceptStatement, {
        locks: locksParameter(booksLock(trade.gridId)),
        ...parametersOf(trade),
        prosumerWhMax: bigIntParameter(limits.prosumerWhMax),
        prosumerTradesMax: bigIntParameter(limits.prosumerTradesMax),
        gridWhMax: bigIntParameter(limits.gridWhMax),
        ...auditParameters(entry),
      });
      return outcomeOf(answer);
    },
    async getAhead(id) {
      const [trade] = await trades(getStatement, { id: asciiParameter(id) });
      return trade;
    },
    async cancelAhead(id, entry) {
      const { rows } = await db.query<Pick<TradeAheadRow, 'status'>>(cancelStatement, {
        locks: locksParameter(booksLockOf(id)),
        id: asciiParameter(id),
        ...auditParameters(entry),
      });
      const [row] = rows;
      if (row === undefined) return 'not_found';
      return row.status === 'cancelled' ? 'cancelled' : 'sealed';
    },
    async listAhead({ gridId, timeframe }, page) {
      const found = await trades(timeframe === undefined ? ofGridStatement : ofTimeframeStatement, {
        gridId: idParameter(gridId),
        ...(timeframe !== undefined && { timeframe: instantParameter(timeframe) }),
        after: bigIntParameter(page.after ?? 0),
        limit: intParameter(rowsFor(page)),
      });
      return pageOf(found, page, ({ sequence }) => sequence);
    },
    async listAheadOf(prosumerId, page) {
      const found = await trades(ofProsumerStatement, {
        prosumerId: idParameter(prosumerId),
        before: bigIntParameter(page.after ?? Number.MAX_SAFE_INTEGER),
        limit: intParameter(rowsFor(page)),
      });
      return pageOf(found, page, ({ sequence }) => sequence);
    },
    async placesAhead(gridId, asked) {
      const { rows } = await db.query<PlaceRow>(placesStatement, {
        gridId: idParameter(gridId),
        trades: rowsParameter(asked.map(({ id, timeframe }) => [id, timeframe])),
      });
      return new Map(rows.map(({ aheadId, place }) => [aheadId, Number(place)]));
    },
  };
}

function parametersOf(trade: NewTrade): SqlParameters {
  return {
    id: asciiParameter(trade.id),
    gridId: idParameter(trade.gridId),
    prosumerId: idParameter(trade.prosumerId),
    timeframe: instantParameter(trade.timeframe),
    side: wordParameter(trade.side),
    energyWh: bigIntParameter(trade.energyWh),
    priceMsatPerKwh: bigIntParameter(trade.priceMsatPerKwh),
    gridFeeMsatPerKwh: bigIntParameter(trade.gridFeeMsatPerKwh),
    limitPriceMsatPerKwh: bigIntParameter(trade.limitPriceMsatPerKwh ?? null),
    acceptedAt: instantParameter(trade.acceptedAt),
  };
}

function outcomeOf([[answer], [row]]: AcceptAnswer): AcceptOutcome {
  if (answer === undefined) throw new Error('an acceptance answers what came of it');
  const { outcome, pendingWh } = answer;
  if (outcome === 'sealed') return { outcome };
  if (outcome !== 'accepted') {
    return { outcome: 'over_limit', limit: outcome, pendingWh: Number(pendingWh) };
  }
  if (row === undefined) throw new Error('a trade ahead was accepted and is gone');
  return { outcome, trade: tradeAheadOf(row) };
}

const getStatement = 'SELECT * FROM tradesAhead WHERE aheadId = @id';

const ofGridStatement = `SELECT TOP (@limit) * FROM tradesAhead
WHERE gridId = @gridId AND sequence > @after ORDER BY sequence`;

const ofTimeframeStatement = `SELECT TOP (@limit) * FROM tradesAhead
WHERE gridId = @gridId AND timeframe = @timeframe AND sequence > @after ORDER BY sequence`;

const ofProsumerStatement = `SELECT TOP (@limit) * FROM tradesAhead
WHERE prosumerId = @prosumerId AND sequence < @before ORDER BY sequence DESC`;

const placesStatement = `SELECT placed.aheadId, placed.place FROM (
  SELECT aheadId, ROW_NUMBER() OVER (PARTITION BY timeframe ORDER BY sequence) AS place
  FROM tradesAhead WHERE gridId = @gridId AND status = 'pending' AND timeframe IN (
    SELECT timeframe COLLATE Latin1_General_BIN2
    FROM OPENJSON(@trades) WITH (timeframe VARCHAR(20) '$[1]'))
) AS placed INNER JOIN OPENJSON(@trades) WITH (id VARCHAR(150) '$[0]') AS given
  ON placed.aheadId = given.id COLLATE Latin1_General_BIN2`;
