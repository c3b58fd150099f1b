import { Type } from 'typebox';
import { tradeKinds, tradesPerBatch } from '../domain/trade.ts';
import {
  accountId,
  billingPeriod,
  closed,
  count,
  gridId,
  hash,
  instant,
  oneOf,
  priceMsatPerKwh,
  tradeEnergyWh,
  tradePriceMsatPerKwh,
} from './common.ts';

const timeframe = instant('Start of the timeframe.');
const place = (description: string) => Type.Integer({ minimum: 1, description });

/** A message of the queue `timeframes`. */
export const CloseCommand = Type.Object(
  { gridId, timeframe },
  closed('CloseCommand', 'Close this timeframe, and before it those that are still open.'),
);

const TradeTerms = Type.Object(
  {
    kind: oneOf(tradeKinds, 'Kind of trade.'),
    sellerId: accountId('Account that sells.'),
    buyerId: accountId('Account that buys.'),
    energyWh: tradeEnergyWh('Energy traded.'),
    priceMsatPerKwh: tradePriceMsatPerKwh('Price.'),
    gridFeeMsatPerKwh: priceMsatPerKwh('Fee of the mini grid.'),
  },
  closed('TradeTerms', 'Who trades how much at which price.'),
);

/** A message of the queue `trades`. */
export const TradeBatch = Type.Object(
  {
    gridId,
    timeframe,
    revision: count('Revision of the timeframe.'),
    closingNumber: place('Place among the closings of the grid.'),
    period: billingPeriod('The month in which the trades are billed.'),
    batch: place('Place among the batches of the revision.'),
    batchCount: place('Batches of the revision.'),
    priceVaries: Type.Optional(
      Type.Literal(true, { description: 'Whether each timeframe has a price of its own.' }),
    ),
    correctsTimeframeRevision: Type.Optional(count('The revision that is corrected.')),
    previousHash: hash('Hash before the first trade.'),
    hash: hash('Hash of the last trade.'),
    trades: Type.Array(TradeTerms, {
      minItems: 1,
      maxItems: tradesPerBatch,
      description: 'Trades in sequence.',
    }),
  },
  closed('TradeBatch', 'Trades to record.'),
);
