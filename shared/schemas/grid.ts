import { type Static, type TOptional, Type } from 'typebox';
import type { FiatTariff, Tariff as TariffPrices } from '../domain/grid.ts';
import type { MsatPerKwh } from '../domain/units.ts';
import {
  closed,
  count,
  decimalPattern,
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

const prices = {
  importPriceMsatPerKwh: priceMsatPerKwh('What a prosumer pays the power plant.'),
  exportPriceMsatPerKwh: priceMsatPerKwh('What the power plant pays a prosumer.'),
  gridFeeMsatPerKwh: priceMsatPerKwh('What a buyer pays the mini grid beside the price.'),
};
const perKwh = (description: string) =>
  Type.String({
    pattern: decimalPattern,
    description: `${description} In the currency per kWh, a decimal as text.`,
  });
const fiatPrices = {
  currency: Type.String({ pattern: '^[A-Z]{3}$', description: 'Currency, ISO 4217.' }),
  importPricePerKwh: perKwh('What a prosumer pays the power plant.'),
  exportPricePerKwh: perKwh('What the power plant pays a prosumer.'),
  gridFeePerKwh: perKwh('What a buyer pays the mini grid beside the price.'),
};

export const Tariff = Type.Object(
  {
    ...prices,
    priceOfRecord: Type.Optional(
      Type.Object(
        {
          ...fiatPrices,
          rate: Type.Object(
            {
              source: Type.String({ description: 'Where the rate is from.' }),
              currency: fiatPrices.currency,
              pair: Type.String({ description: 'What is exchanged, as BTC/EUR.' }),
              rate: Type.String({ description: 'Units of the currency for one bitcoin.' }),
              fetchedAt: instant('When it was fetched.'),
            },
            { description: 'The rate that they were converted at.' },
          ),
        },
        { title: 'PriceOfRecord', description: 'What the prices were computed from, once.' },
      ),
    ),
  },
  { title: 'Tariff', description: 'Prices of a mini grid.' },
);

/** Prices as they are given: in millisatoshi, or in a currency to be converted once. */
export type TariffInput =
  | Pick<TariffPrices, 'importPriceMsatPerKwh' | 'exportPriceMsatPerKwh' | 'gridFeeMsatPerKwh'>
  | FiatTariff;

const TariffSettings = Type.Unsafe<TariffInput>({
  ...Type.Object(
    Object.fromEntries(
      Object.entries({ ...prices, ...fiatPrices }).map(([name, of]) => [name, Type.Optional(of)]),
    ),
    closed(
      'TariffSettings',
      'Prices of a mini grid, in millisatoshi or in a currency: then they are converted once.',
    ),
  ),
  if: { required: ['currency'] },
  // biome-ignore lint/suspicious/noThenProperty: `then` is a keyword of JSON Schema
  then: {
    required: Object.keys(fiatPrices),
    properties: Object.fromEntries(Object.keys(prices).map((name) => [name, false])),
  },
  else: {
    required: Object.keys(prices),
    properties: Object.fromEntries(Object.keys(fiatPrices).map((name) => [name, false])),
  },
});

const wholeSat = (description: string) =>
  Type.String({
    pattern: '^(?:0|[1-9]\\d{0,14})$',
    description: `${description} Satoshi, as a decimal string.`,
  });

/** How a grid is billed and paid; what is left out has its default. */
const billingFields = {
  confirmations: Type.Array(
    Type.Object(
      {
        fromSat: wholeSat('Payments from this amount on.'),
        confirmations: Type.Integer({
          minimum: 1,
          maximum: 100,
          description: 'Confirmations at which they are credited.',
        }),
      },
      { additionalProperties: false },
    ),
    {
      minItems: 1,
      maxItems: 10,
      description: 'Confirmations by amount, the first from 0 on: [{ "fromSat": "0", … }].',
    },
  ),
  dueDays: Type.Integer({ minimum: 0, maximum: 365, description: 'Days until an invoice is due.' }),
  minimumSat: wholeSat('Less than this is carried over instead of billed.'),
  payoutFeePaidBy: oneOf(['payees', 'operator'], 'Who pays the fee of a payout.'),
  addressCooldownHours: Type.Integer({
    minimum: 0,
    maximum: 720,
    description: 'Hours until a changed payout address is used.',
  }),
};
const accountKey = (type: 'string' | ['string', 'null']) =>
  Type.Unsafe<string | null>({
    type,
    minLength: 1,
    maxLength: 200,
    description:
      'Extended public key of the grid’s account (BIP84): xpub or zpub, of test networks tpub or vpub. Never a private key.',
  });

const BillingSettingsInput = Type.Object(
  {
    accountKey: Type.Optional(accountKey(['string', 'null'])),
    ...(Object.fromEntries(
      Object.entries(billingFields).map(([name, of]) => [name, Type.Optional(of)]),
    ) as { [F in keyof typeof billingFields]: TOptional<(typeof billingFields)[F]> }),
  },
  closed('BillingSettings', 'How a mini grid bills. What is left out stays as it is.'),
);

export type BillingInput = Static<typeof BillingSettingsInput>;

const BillingSettings = Type.Object(
  {
    accountKey: Type.Optional(Type.String({ description: 'The grid’s account.' })),
    ...billingFields,
  },
  { title: 'Billing', description: 'How a mini grid bills.' },
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
    tariff: TariffSettings,
    billing: Type.Optional(BillingSettingsInput),
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
    tariff: Type.Optional(TariffSettings),
    billing: Type.Optional(BillingSettingsInput),
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
    billing: BillingSettings,
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
