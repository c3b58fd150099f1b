import { Type } from 'typebox';
import { tradeKinds } from '../domain/trade.ts';
import {
  accountId,
  amountUsat,
  count,
  hash,
  instant,
  oneOf,
  priceMsatPerKwh,
  tradeEnergyWh,
  tradePriceMsatPerKwh,
} from './common.ts';

/** `{gridId}.{timeframe as 20261122T1015Z}.{revision}.{sequence}` */
export const tradeId = Type.String({
  pattern: '^[a-z0-9][a-z0-9-]{0,62}\\.\\d{8}T\\d{4}Z\\.(?:0|[1-9]\\d{0,8})\\.[1-9]\\d{0,8}$',
  description: 'Id of a trade: grid, timeframe, revision and sequence.',
});

export const Trade = Type.Object(
  {
    id: tradeId,
    gridId: Type.String({ description: 'The mini grid it went through.' }),
    timeframe: instant('Start of the timeframe it belongs to.'),
    revision: count('Revision of the timeframe, from 0.'),
    sequence: Type.Integer({ minimum: 1, description: 'Place within the revision, from 1.' }),
    kind: oneOf(tradeKinds, 'Among prosumers, with the power plant or grid, or a correction.'),
    sellerId: accountId('Account that sells.'),
    buyerId: accountId('Account that buys.'),
    energyWh: tradeEnergyWh('Energy traded.'),
    priceMsatPerKwh: tradePriceMsatPerKwh('Price.'),
    gridFeeMsatPerKwh: priceMsatPerKwh('Fee of the mini grid, paid by the buyer.'),
    amountUsat: amountUsat('energyWh × priceMsatPerKwh, exactly.'),
    feeUsat: amountUsat('energyWh × gridFeeMsatPerKwh, exactly.'),
    correctsTimeframeRevision: Type.Optional(count('The revision that a correction corrects.')),
    previousHash: hash('Hash of the trade before it in the chain of its grid.'),
    hash: hash('Hash of this trade.'),
  },
  { title: 'Trade', description: 'A trade through the mini grid. Never changed, never deleted.' },
);
