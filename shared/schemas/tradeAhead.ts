import { type TUnsafe, Type } from 'typebox';
import { sides } from '../domain/order.ts';
import type { WattHours } from '../domain/units.ts';
import {
  accountId,
  amountUsat,
  closed,
  count,
  energyWh,
  gridId,
  instant,
  oneOf,
  priceMsatPerKwh,
  prosumerId,
} from './common.ts';
import { tradeId } from './trade.ts';

const tradeAheadId = Type.String({
  pattern: '^[a-z0-9][a-z0-9-]{0,62}\\.\\d{8}T\\d{4}Z\\.ahead\\.[a-z0-9][a-z0-9-]{0,62}$',
  description: 'Id of a trade ahead: grid, timeframe, `ahead` and an id of its own.',
});

export const side = oneOf(sides, 'What the prosumer does.');

/** Energy to trade: never 0. */
export function energyAboveZeroWh(description: string): TUnsafe<WattHours> {
  return Type.Unsafe<WattHours>({ ...energyWh(description), minimum: 1 });
}

export const TradeCreate = Type.Object(
  {
    prosumerId,
    timeframe: instant('Start of the timeframe to trade for; it has not ended.'),
    side,
    energyWh: energyAboveZeroWh('Energy to trade.'),
    limitPriceMsatPerKwh: Type.Optional(
      priceMsatPerKwh('Sell for no less, or buy for no more, than this; without it as quoted.'),
    ),
  },
  closed('TradeCreate', 'A trade with the mini grid, at the price that is quoted.'),
);

export const TradeAhead = Type.Object(
  {
    id: tradeAheadId,
    gridId,
    prosumerId,
    timeframe: instant('Start of the timeframe it belongs to.'),
    side,
    kind: oneOf(['grid'], 'With the mini grid.'),
    sellerId: accountId('Account that sells.'),
    buyerId: accountId('Account that buys.'),
    energyWh: energyAboveZeroWh('Energy agreed on.'),
    priceMsatPerKwh: priceMsatPerKwh('Price that was quoted.'),
    gridFeeMsatPerKwh: priceMsatPerKwh('Fee of the mini grid, paid by the buyer.'),
    amountUsat: amountUsat('energyWh × priceMsatPerKwh, exactly.'),
    feeUsat: amountUsat('energyWh × gridFeeMsatPerKwh, exactly.'),
    status: oneOf(
      ['pending', 'cancelled', 'posted'],
      '`pending` until the timeframe closes, `posted` from then on.',
    ),
    tradeId: Type.Optional(tradeId),
    acceptedAt: instant('When it was agreed on.'),
  },
  {
    title: 'TradeAhead',
    description:
      'A trade with the mini grid agreed on ahead. Posted, it has the id that it is recorded under.',
  },
);

export const Quote = Type.Object(
  {
    gridId,
    timeframe: instant('Start of the timeframe.'),
    priceMsatPerKwh: priceMsatPerKwh('What the mini grid buys and sells at ahead.'),
    gridFeeMsatPerKwh: priceMsatPerKwh('What the buyer pays the mini grid beside the price.'),
    importPriceMsatPerKwh: priceMsatPerKwh('What a prosumer pays the power plant.'),
    exportPriceMsatPerKwh: priceMsatPerKwh('What the power plant pays a prosumer.'),
    tradableUntil: instant('End of the timeframe: no longer traded from then on.'),
    cancellableUntil: instant('Start of the timeframe: no longer cancelled from then on.'),
    aheadEnergyWhMax: count(
      'What a prosumer may sell, and buy, ahead for the timeframe, unless it has its own. Wh.',
    ),
  },
  { title: 'Quote', description: 'The price at which the mini grid trades ahead.' },
);
