import { Type } from 'typebox';
import type { MsatPerKwh } from '../domain/units.ts';
import {
  closed,
  count,
  gridId,
  instant,
  instantOrNull,
  oneOf,
  priceMsatPerKwh,
  sumWh,
} from './common.ts';
import { memberStatus } from './prosumer.ts';

const timeframeMinutesMax = 1_440;
const graceMinutesMax = 10_080;

/** How trades come about: a pool, at the mid-market price or at a fixed one, which then must be given. */
export type MarketInput =
  | { readonly mechanism: 'pool'; readonly priceRule?: 'mid_market' }
  | {
      readonly mechanism: 'pool';
      readonly priceRule: 'fixed';
      readonly fixedPriceMsatPerKwh: MsatPerKwh;
    };

export const MarketSettings = Type.Unsafe<MarketInput>({
  ...Type.Object(
    {
      mechanism: oneOf(['pool'], 'How surplus and deficit meet.'),
      priceRule: Type.Optional(
        Type.Enum(['mid_market', 'fixed'], {
          type: 'string',
          default: 'mid_market',
          description: 'Price among prosumers: half-way of import and export, or fixed.',
        }),
      ),
      fixedPriceMsatPerKwh: Type.Optional(priceMsatPerKwh('The price of `fixed`; only with it.')),
    },
    closed('MarketSettings', 'How trades among prosumers come about.'),
  ),
  if: { properties: { priceRule: { const: 'fixed' } }, required: ['priceRule'] },
  // biome-ignore lint/suspicious/noThenProperty: `then` is a keyword of JSON Schema
  then: { required: ['fixedPriceMsatPerKwh'] },
  else: { properties: { fixedPriceMsatPerKwh: false } },
});

export const Tariff = Type.Object(
  {
    importPriceMsatPerKwh: priceMsatPerKwh('What a prosumer pays the power plant.'),
    exportPriceMsatPerKwh: priceMsatPerKwh('What the power plant pays a prosumer.'),
    gridFeeMsatPerKwh: priceMsatPerKwh('What a buyer pays the mini grid beside the price.'),
  },
  closed('Tariff', 'Prices of a mini grid.'),
);

const settings = {
  name: Type.String({ minLength: 1, maxLength: 200, description: 'Name of the mini grid.' }),
  timeZone: Type.String({
    minLength: 1,
    maxLength: 100,
    description: 'IANA time zone in which billing months are cut, such as Europe/Vienna.',
  }),
  timeframeMinutes: Type.Integer({
    minimum: 1,
    maximum: timeframeMinutesMax,
    description: 'Length of a timeframe in minutes; it divides a day.',
  }),
  graceMinutes: Type.Integer({
    minimum: 0,
    maximum: graceMinutesMax,
    description: 'Minutes after its end at which a timeframe closes.',
  }),
  activeFrom: instant('Start of the first timeframe.'),
};
const activeUntilText = 'End of the last timeframe; open-ended without it.';
const pausedText = 'While true no timeframe closes: history can be filled in first.';

export const GridCreate = Type.Object(
  {
    id: Type.Optional(gridId),
    ...settings,
    activeUntil: Type.Optional(instant(activeUntilText)),
    paused: Type.Optional(Type.Boolean({ default: false, description: pausedText })),
    market: MarketSettings,
    tariff: Tariff,
  },
  closed('GridCreate', 'A mini grid to create; without `id` one is made.'),
);

export const GridPatch = Type.Object(
  {
    name: Type.Optional(settings.name),
    timeZone: Type.Optional(settings.timeZone),
    timeframeMinutes: Type.Optional(settings.timeframeMinutes),
    graceMinutes: Type.Optional(settings.graceMinutes),
    activeFrom: Type.Optional(settings.activeFrom),
    activeUntil: Type.Optional(instantOrNull(`${activeUntilText} Null takes it away.`)),
    paused: Type.Optional(Type.Boolean({ description: pausedText })),
    market: Type.Optional(MarketSettings),
    tariff: Type.Optional(Tariff),
  },
  {
    ...closed('GridPatch', 'What to change of a mini grid; at least one field.'),
    minProperties: 1,
  },
);

export const Grid = Type.Object(
  {
    id: gridId,
    ...settings,
    activeUntil: Type.Optional(instant(activeUntilText)),
    paused: Type.Boolean({ description: pausedText }),
    market: MarketSettings,
    tariff: Tariff,
    prosumerCount: count('Prosumers of the grid.'),
    producedWh: sumWh('Produced over all closed timeframes.'),
    consumedWh: sumWh('Consumed over all closed timeframes.'),
    nettoWh: sumWh('Produced − consumed over all closed timeframes.'),
    lastClosedTimeframe: Type.Optional(instant('Start of the last closed timeframe.')),
    createdAt: instant('When the grid was created.'),
  },
  { title: 'Grid', description: 'A mini grid with its settings and totals.' },
);

export const GridProsumer = Type.Object(
  {
    prosumerId: Type.String({ description: 'Id of the prosumer.' }),
    status: memberStatus,
    activeFrom: instant('Start of its first timeframe.'),
    activeUntil: Type.Optional(instant('End of its last timeframe.')),
    producedWh: sumWh('Produced over all closed timeframes.'),
    consumedWh: sumWh('Consumed over all closed timeframes.'),
    nettoWh: sumWh('Produced − consumed over all closed timeframes.'),
  },
  { title: 'GridProsumer', description: 'A prosumer as its mini grid knows it.' },
);
