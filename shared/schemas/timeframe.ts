import { Type } from 'typebox';
import { count, hash, instant, oneOf, sumWh, tradePriceMsatPerKwh } from './common.ts';
import { Tariff } from './tariff.ts';

export const ReadingCounts = Type.Object(
  {
    expected: count('Prosumers that take part: received + missing + estimated.'),
    received: count('Prosumers with a reading.'),
    missing: count('Prosumers without one.'),
    estimated: count('Prosumers whose energy was estimated.'),
  },
  { title: 'ReadingCounts', description: 'How complete the readings of a timeframe were.' },
);

export const Timeframe = Type.Object(
  {
    timeframe: instant('Start of the timeframe.'),
    status: oneOf(['closed', 'settled'], '`settled` once every trade has been recorded.'),
    revision: count('From 0; one more with each correction.'),
    producedWh: sumWh('Produced.'),
    consumedWh: sumWh('Consumed.'),
    nettoWh: sumWh('Produced − consumed.'),
    tradedWh: sumWh('Traded among prosumers.'),
    importedWh: sumWh('Bought from the power plant.'),
    exportedWh: sumWh('Sold to the power plant.'),
    priceMsatPerKwh: tradePriceMsatPerKwh('Price among prosumers.'),
    tariff: Tariff,
    tradeCount: count('Trades of all revisions so far.'),
    revisionTradeCount: count('Trades of this revision: of a correction, what it differs by.'),
    batchCount: count('Messages in which the trades of this revision are recorded.'),
    closingNumber: Type.Integer({ minimum: 1, description: 'Place among the grid’s closings.' }),
    readings: ReadingCounts,
    hasLateReadings: Type.Boolean({
      description:
        'Readings came after it closed: the next run corrects it, while it is not older than `correctionDays`.',
    }),
    closedAt: instant('When this revision closed.'),
    previousHash: hash('Hash before its first trade.'),
    hash: hash('Hash of its last trade; without trades, `previousHash`.'),
  },
  { title: 'Timeframe', description: 'A closed timeframe of a mini grid, at its latest revision.' },
);

export const OpenTimeframe = Type.Object(
  {
    timeframe: instant('Start of the timeframe.'),
    status: oneOf(['open'], 'It has not closed yet.'),
    producedWh: sumWh('Produced, by the readings so far.'),
    consumedWh: sumWh('Consumed, by the readings so far.'),
    nettoWh: sumWh('Produced − consumed, by the readings so far.'),
    readings: ReadingCounts,
  },
  { title: 'OpenTimeframe', description: 'A timeframe that has begun and not closed.' },
);
