import { Type } from 'typebox';
import { type FiatTariff, type Tariff as TariffPrices, weekdays } from '../domain/grid.ts';
import {
  closed,
  conditional,
  decimalPattern,
  instant,
  oneOf,
  priceMsatPerKwh,
  timeOfDayPattern,
  without,
} from './common.ts';
import { MarketSettings } from './market.ts';

const windowsMax = 24;

const texts = {
  importPrice: 'What a prosumer pays the power plant.',
  exportPrice: 'What the power plant pays a prosumer.',
  gridFee: 'What the buyer of a local trade pays the mini grid beside the price.',
  importGridFee: 'What the buyer of an import pays the mini grid beside the price; 0 without it.',
};
const prices = {
  importPriceMsatPerKwh: priceMsatPerKwh(texts.importPrice),
  exportPriceMsatPerKwh: priceMsatPerKwh(texts.exportPrice),
  gridFeeMsatPerKwh: priceMsatPerKwh(texts.gridFee),
};
const importFee = { importGridFeeMsatPerKwh: Type.Optional(priceMsatPerKwh(texts.importGridFee)) };
const perKwh = (description: string) =>
  Type.String({
    pattern: decimalPattern,
    description: `${description} In the currency per kWh, a decimal as text.`,
  });
const fiatPrices = {
  importPricePerKwh: perKwh(texts.importPrice),
  exportPricePerKwh: perKwh(texts.exportPrice),
  gridFeePerKwh: perKwh(texts.gridFee),
};
const fiatImportFee = { importGridFeePerKwh: Type.Optional(perKwh(texts.importGridFee)) };
const currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'Currency, ISO 4217.' });

const timeOfDay = (description: string) =>
  Type.String({ pattern: timeOfDayPattern, description: `${description} Local, as 06:30.` });
const windowTime = {
  from: timeOfDay('When it begins.'),
  to: timeOfDay('When it is over; at or before `from`, that is on the next day.'),
  days: Type.Optional(
    Type.Array(oneOf(weekdays, 'A day of the week.'), {
      minItems: 1,
      maxItems: weekdays.length,
      uniqueItems: true,
      description: 'Days on which it begins; every day without it.',
    }),
  ),
};
const windowsText =
  'Prices by time of use. A timeframe has those of the first window that its start lies in, in the grid’s time zone, and the prices beside `windows` when there is none.';
const windowsOf = <const Fields extends Parameters<typeof Type.Object>[0]>(
  title: string,
  fields: Fields,
) =>
  Type.Array(Type.Object(fields, closed(title, 'Prices of a time of the day.')), {
    minItems: 1,
    maxItems: windowsMax,
    description: windowsText,
  });

export const Tariff = Type.Object(
  {
    ...prices,
    ...importFee,
    windows: Type.Optional(windowsOf('TariffWindow', { ...windowTime, ...prices, ...importFee })),
    priceOfRecord: Type.Optional(
      Type.Object(
        {
          currency,
          ...fiatPrices,
          ...fiatImportFee,
          windows: Type.Optional(
            windowsOf('FiatTariffWindow', { ...windowTime, ...fiatPrices, ...fiatImportFee }),
          ),
          rate: Type.Object(
            {
              source: Type.String({ description: 'Where the rate is from.' }),
              currency,
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
export type TariffInput = Omit<TariffPrices, 'priceOfRecord'> | FiatTariff;

const plainFields = { ...prices, ...importFee };
const fiatFields = { ...fiatPrices, ...fiatImportFee };
const inWindows = (rules: object) => ({ windows: { items: rules } });

export const TariffSettings = Type.Unsafe<TariffInput>({
  ...Type.Object(
    {
      currency: Type.Optional(currency),
      ...optional({ ...plainFields, ...fiatFields }),
      windows: Type.Optional(
        windowsOf('TariffWindowSettings', {
          ...windowTime,
          ...optional({ ...plainFields, ...fiatFields }),
        }),
      ),
    },
    closed(
      'TariffSettings',
      'Prices of a mini grid, in millisatoshi or in a currency: then they are converted once.',
    ),
  ),
  ...conditional(
    { required: ['currency'] },
    {
      required: Object.keys(fiatPrices),
      properties: { ...without(plainFields), ...inWindows(only(fiatPrices, plainFields)) },
    },
    {
      required: Object.keys(prices),
      properties: { ...without(fiatFields), ...inWindows(only(prices, fiatFields)) },
    },
  ),
});

export const TariffPut = Type.Object(
  { market: Type.Optional(MarketSettings), tariff: TariffSettings },
  closed('TariffPut', 'Prices from a timeframe on; without `market` it stays as it was before.'),
);

export const TariffVersion = Type.Object(
  {
    validFrom: instant('Start of the first timeframe that is settled with it.'),
    market: MarketSettings,
    tariff: Tariff,
    isSettled: Type.Boolean({ description: 'A timeframe was settled with it: it is for good.' }),
  },
  { title: 'TariffVersion', description: 'Market and prices from a timeframe on.' },
);

function optional(fields: Readonly<Record<string, Parameters<typeof Type.Optional>[0]>>) {
  return Object.fromEntries(Object.entries(fields).map(([name, of]) => [name, Type.Optional(of)]));
}

function only(required: object, never: object): object {
  return { required: Object.keys(required), properties: without(never) };
}
