import type { DatabaseSync } from 'node:sqlite';
import { assert } from '../../domain/assert.ts';
import type { AccountId, GridId, Hash, TradeId } from '../../domain/ids.ts';
import { type BatchKey, isInBatch } from '../../domain/ledger.ts';
import type { Timeframe } from '../../domain/timeframe.ts';
import type { Trade, TradeKind } from '../../domain/trade.ts';
import { parseTradeId, tradeIdOf } from '../../domain/tradeId.ts';
import { microSatoshi, msatPerKwh, wattHours } from '../../domain/units.ts';
import type { TradeStore } from '../../ports/tradeStore.ts';
import { pageOf, rowsFor } from '../pageOf.ts';
import { transaction } from './database.ts';
import { bigintQuery, query, write } from './statement.ts';
import { boundsOf } from './timeframeRange.ts';

type TradeRow = {
  readonly gridId: GridId;
  readonly timeframe: Timeframe;
  readonly revision: bigint;
  readonly sequence: bigint;
  readonly kind: TradeKind;
  readonly sellerId: AccountId;
  readonly buyerId: AccountId;
  readonly energyWh: bigint;
  readonly priceMsatPerKwh: bigint;
  readonly gridFeeMsatPerKwh: bigint;
  readonly amountUsat: bigint;
  readonly feeUsat: bigint;
  readonly correctsTimeframeRevision: bigint | null;
  readonly previousHash: Hash;
  readonly hash: Hash;
};

const columns = `gridId, timeframe, revision, sequence, kind, sellerId, buyerId, energyWh,
  priceMsatPerKwh, gridFeeMsatPerKwh, amountUsat, feeUsat, correctsTimeframeRevision,
  previousHash, hash`;
const oneTrade = 'gridId = ? AND timeframe = ? AND revision = ? AND sequence = ?';

/** Trades, a row each, clustered in the order of their chain. */
export function embeddedTradeStore(db: DatabaseSync): TradeStore {
  const statements = prepare(db);
  const get = (tradeId: TradeId) => {
    const place = parseTradeId(tradeId);
    if (place === undefined) return undefined;
    const { gridId, timeframe, revision, sequence } = place;
    const row = statements.select.get(gridId, timeframe, revision, sequence);
    return row && tradeOf(row);
  };
  return {
    async createBatch(key, trades) {
      transaction(db, () => {
        for (const trade of trades) create(statements, key, trade);
      });
    },
    async get(tradeId) {
      return get(tradeId);
    },
    async getMany(tradeIds) {
      const trades = new Map<TradeId, Trade>();
      for (const tradeId of tradeIds) {
        const trade = trades.has(tradeId) ? undefined : get(tradeId);
        if (trade !== undefined) trades.set(tradeId, trade);
      }
      return trades;
    },
    async list(gridId, range, page) {
      const { from, to } = boundsOf(range);
      const after = page.after && page.after.timeframe >= from ? page.after : startOf(from);
      const { timeframe, revision, sequence } = after;
      const limit = rowsFor(page);
      const rows = statements.selectPage.all(gridId, timeframe, revision, sequence, to, limit);
      return pageOf(rows.map(tradeOf), page, (last) => ({
        timeframe: last.timeframe,
        revision: last.revision,
        sequence: last.sequence,
      }));
    },
  };
}

// Revisions count from 0 and sequences from 1: no trade stands before this in its timeframe.
function startOf(timeframe: string) {
  return { timeframe, revision: 0, sequence: 0 };
}

type Statements = ReturnType<typeof prepare>;

function prepare(db: DatabaseSync) {
  return {
    insert: write(
      db,
      `INSERT INTO trades (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    ),
    selectHash: query<{ hash: Hash }>(db, `SELECT hash FROM trades WHERE ${oneTrade}`),
    select: bigintQuery<TradeRow>(db, `SELECT ${columns} FROM trades WHERE ${oneTrade}`),
    selectPage: bigintQuery<TradeRow>(
      db,
      `SELECT ${columns} FROM trades
       WHERE gridId = ? AND (timeframe, revision, sequence) > (?, ?, ?) AND timeframe < ?
       ORDER BY timeframe, revision, sequence LIMIT ?`,
    ),
  };
}

function create({ insert, selectHash }: Statements, key: BatchKey, trade: Trade): void {
  const { gridId, timeframe, revision, sequence, kind, sellerId, buyerId } = trade;
  const { energyWh, priceMsatPerKwh, gridFeeMsatPerKwh, amountUsat, feeUsat } = trade;
  assert(isInBatch(key, trade), `the trade ${trade.id} is none of batch ${key.batch}`);
  const place = [gridId, timeframe, revision, sequence];
  const { changes } = insert.run(
    gridId,
    timeframe,
    revision,
    sequence,
    kind,
    sellerId,
    buyerId,
    energyWh,
    priceMsatPerKwh,
    gridFeeMsatPerKwh,
    amountUsat,
    feeUsat,
    trade.correctsTimeframeRevision ?? null,
    trade.previousHash,
    trade.hash,
  );
  if (changes === 1) return;
  const there = selectHash.get(...place)?.hash;
  if (there === trade.hash) return;
  throw new Error(`the trade ${trade.id} is there with hash ${there}, not ${trade.hash}`);
}

function tradeOf(row: TradeRow): Trade {
  const { gridId, timeframe, kind, sellerId, buyerId, previousHash, hash } = row;
  const revision = Number(row.revision);
  const sequence = Number(row.sequence);
  const corrects = row.correctsTimeframeRevision;
  return {
    id: tradeIdOf(gridId, timeframe, revision, sequence),
    gridId,
    timeframe,
    revision,
    sequence,
    kind,
    sellerId,
    buyerId,
    energyWh: wattHours(Number(row.energyWh)),
    priceMsatPerKwh: msatPerKwh(Number(row.priceMsatPerKwh)),
    gridFeeMsatPerKwh: msatPerKwh(Number(row.gridFeeMsatPerKwh)),
    amountUsat: microSatoshi(row.amountUsat),
    feeUsat: microSatoshi(row.feeUsat),
    ...(corrects !== null && { correctsTimeframeRevision: Number(corrects) }),
    previousHash,
    hash,
  };
}
