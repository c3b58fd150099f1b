/** An example of a body, as the document shows it. */
type Example = { readonly summary: string; readonly value: object };

const timeframe = '2026-01-01T00:00:00Z';

/**
 * Examples of bodies, by the title of their schema. They work one after the other: the grid is
 * created paused, takes its prosumers and readings of the past, and is then let run.
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
  },
  ProsumerPatch: {
    name: { summary: 'Another name', value: { name: 'House 7, upper floor' } },
  },
  BillingRunCreate: {
    month: { summary: 'A month', value: { period: '2026-01' } },
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
