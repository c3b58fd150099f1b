import { Type } from 'typebox';
import type { AuctionMarket } from '../domain/grid.ts';
import type { MsatPerKwh } from '../domain/units.ts';
import { closed, conditional, oneOf, priceMsatPerKwh, without } from './common.ts';

/** How trades come about: by a pool, whose price is computed or given, or by an auction. */
export type MarketInput =
  | { readonly mechanism: 'pool'; readonly priceRule?: 'mid_market' | 'supply_demand_ratio' }
  | {
      readonly mechanism: 'pool';
      readonly priceRule: 'fixed';
      readonly fixedPriceMsatPerKwh: MsatPerKwh;
    }
  | AuctionMarket;

const ofPool = {
  priceRule: Type.Enum(['mid_market', 'fixed', 'supply_demand_ratio'], {
    type: 'string',
    default: 'mid_market',
    description:
      'Price among prosumers in a pool: half-way of import and export, fixed, or falling from the import price to the export price as supply grows to demand.',
  }),
  fixedPriceMsatPerKwh: priceMsatPerKwh('The price of `fixed`; only with it.'),
};
const ofAuction = {
  sellLimitMsatPerKwh: priceMsatPerKwh(
    'What energy without an order is sold for at least in an auction; the export price without it.',
  ),
  buyLimitMsatPerKwh: priceMsatPerKwh(
    'What energy without an order is bought for at most in an auction; without it what the power plant takes, less the grid fee.',
  ),
};

export const MarketSettings = Type.Unsafe<MarketInput>({
  ...Type.Object(
    {
      mechanism: oneOf(['pool', 'auction'], 'How surplus and deficit meet.'),
      priceRule: Type.Optional(ofPool.priceRule),
      fixedPriceMsatPerKwh: Type.Optional(ofPool.fixedPriceMsatPerKwh),
      sellLimitMsatPerKwh: Type.Optional(ofAuction.sellLimitMsatPerKwh),
      buyLimitMsatPerKwh: Type.Optional(ofAuction.buyLimitMsatPerKwh),
    },
    closed('MarketSettings', 'How trades among prosumers come about.'),
  ),
  ...conditional(
    { properties: { mechanism: { const: 'auction' } }, required: ['mechanism'] },
    { properties: without(ofPool) },
    {
      properties: without(ofAuction),
      ...conditional(
        { properties: { priceRule: { const: 'fixed' } }, required: ['priceRule'] },
        { required: ['fixedPriceMsatPerKwh'] },
        { properties: { fixedPriceMsatPerKwh: false } },
      ),
    },
  ),
});
