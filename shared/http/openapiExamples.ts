/** An example of a body, as the document shows it. */
type Example = { readonly summary: string; readonly value: object };

const timeframe = '2026-01-01T00:00:00Z';
const exampleAddress = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

/**
 * Examples of bodies, by the title of their schema. They work one after the other: the grid is
 * created paused, takes its prosumers and readings of the past, and is then let run. Another one has
 * an auction, and stays paused. What a reader still has to fill in, the summary says.
 */
export const examples: Readonly<Record<string, Readonly<Record<string, Example>>>> = {
  GridCreate: {
    paused: {
      summary: 'A grid of quarter-hours that starts paused',
      value: {
        id: 'sunny-street',
        name: 'Sunny Street',
        timeZone: 'Europe/Vienna',
        timeframeMinutes: 15,
        graceMinutes: 5,
        activeFrom: timeframe,
        activeUntil: '2026-01-02T00:00:00Z',
        paused: true,
        market: { mechanism: 'pool' },
        tariff: {
          importPriceMsatPerKwh: 500_000,
          exportPriceMsatPerKwh: 100_000,
          gridFeeMsatPerKwh: 10_000,
        },
      },
    },
    auction: {
      summary: 'A grid with an auction, which takes orders while it is paused too',
      value: {
        id: 'auction-street',
        name: 'Auction Street',
        timeZone: 'Europe/Vienna',
        timeframeMinutes: 60,
        graceMinutes: 5,
        activeFrom: timeframe,
        paused: true,
        market: { mechanism: 'auction' },
        tariff: {
          importPriceMsatPerKwh: 500_000,
          exportPriceMsatPerKwh: 100_000,
          gridFeeMsatPerKwh: 10_000,
        },
      },
    },
  },
  GridPatch: {
    run: { summary: 'Let it run', value: { paused: false } },
    tariff: {
      summary: 'New prices, from the next timeframe on',
      value: {
        tariff: {
          importPriceMsatPerKwh: 450_000,
          exportPriceMsatPerKwh: 120_000,
          gridFeeMsatPerKwh: 10_000,
        },
      },
    },
  },
  TariffPut: {
    night: {
      summary: 'Other prices at night; how trades come about stays',
      value: {
        tariff: {
          importPriceMsatPerKwh: 500_000,
          exportPriceMsatPerKwh: 100_000,
          gridFeeMsatPerKwh: 10_000,
          importGridFeeMsatPerKwh: 30_000,
          windows: [
            {
              from: '22:00',
              to: '06:00',
              importPriceMsatPerKwh: 400_000,
              exportPriceMsatPerKwh: 100_000,
              gridFeeMsatPerKwh: 5_000,
            },
          ],
        },
      },
    },
    auction: {
      summary: 'An auction at prices in a currency, where a source of rates is configured',
      value: {
        market: { mechanism: 'auction' },
        tariff: {
          currency: 'EUR',
          importPricePerKwh: '0.30',
          exportPricePerKwh: '0.08',
          gridFeePerKwh: '0.01',
        },
      },
    },
  },
  ProsumerCreate: {
    household: {
      summary: 'A household',
      value: {
        id: 'house-7',
        gridId: 'sunny-street',
        name: 'House 7',
        address: 'Sunny Street 7, 1010 Vienna',
        type: 'household',
      },
    },
    bidder: {
      summary: 'A shop where there is an auction',
      value: {
        id: 'shop-8',
        gridId: 'auction-street',
        name: 'Shop 8',
        address: 'Auction Street 8, 1010 Vienna',
        type: 'company',
      },
    },
  },
  ProsumerPatch: {
    name: { summary: 'Another name', value: { name: 'House 7, upper floor' } },
  },
  BillingRunCreate: {
    month: { summary: 'A month', value: { period: '2026-01' } },
  },
  PayoutCreate: {
    asked: { summary: 'At the fee rate that the network tells', value: {} },
    given: { summary: 'At 5 satoshi per virtual byte', value: { feeRateSatPerKvb: 5_000 } },
  },
  PayoutSignature: {
    signed: { summary: 'The signed PSBT, cut short here', value: { psbt: 'cHNidP8BAHECAAAA' } },
  },
  PayoutReplacement: {
    higher: { summary: 'At 12 satoshi per virtual byte', value: { feeRateSatPerKvb: 12_000 } },
  },
  AddressChallengeCreate: {
    address: { summary: 'An address', value: { address: exampleAddress } },
  },
  PayoutAddressPut: {
    signed: {
      summary: 'The challenge of that address, signed; cut short here',
      value: {
        address: exampleAddress,
        nonce: '019aa0c4-5a00-7000-8000-000000000000',
        signature: 'AkgwRQIhAKYj',
      },
    },
  },
  TradeCreate: {
    sell: {
      summary: 'Sell at the quoted price, if it is at least this; name a timeframe to come',
      value: {
        prosumerId: 'shop-8',
        timeframe,
        side: 'sell',
        energyWh: 500,
        limitPriceMsatPerKwh: 250_000,
      },
    },
  },
  OrderCreate: {
    standing: {
      summary: 'Standing, for all that the meter shows',
      value: { prosumerId: 'shop-8', side: 'buy', limitPriceMsatPerKwh: 380_000 },
    },
    timeframe: {
      summary: 'For one timeframe; name one to come',
      value: {
        prosumerId: 'shop-8',
        timeframe,
        side: 'sell',
        energyWh: 800,
        limitPriceMsatPerKwh: 220_000,
      },
    },
  },
  OrderPut: {
    limit: {
      summary: 'Another limit',
      value: { side: 'sell', energyWh: 800, limitPriceMsatPerKwh: 240_000 },
    },
  },
  ReadingsPost: {
    interval: {
      summary: 'Energy of a timeframe',
      value: {
        readings: [{ prosumerId: 'house-7', timeframe, producedWh: 1_200, consumedWh: 450 }],
      },
    },
    registers: {
      summary: 'Two readings of a meter, and so the timeframe between them',
      value: {
        readings: [
          {
            prosumerId: 'house-7',
            at: '2026-01-01T00:15:00Z',
            meterId: 'meter-7',
            producedRegisterWh: 1_200,
            consumedRegisterWh: 450,
          },
          {
            prosumerId: 'house-7',
            at: '2026-01-01T00:30:00Z',
            meterId: 'meter-7',
            producedRegisterWh: 2_300,
            consumedRegisterWh: 990,
          },
        ],
      },
    },
  },
};
