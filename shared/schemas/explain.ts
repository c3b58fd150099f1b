import { type TSchema, Type } from 'typebox';
import { readingChecks, readingQualities } from '../domain/reading.ts';
import { Actor } from './audit.ts';
import {
  count,
  energyWh,
  hash,
  instant,
  oneOf,
  priceMsatPerKwh,
  sumWh,
  tradePriceMsatPerKwh,
} from './common.ts';
import { Tariff } from './tariff.ts';
import { Transaction } from './transaction.ts';

/** The product of two energies, which may be beyond a double. */
function bigCount(description: string) {
  return Type.String({ pattern: '^(?:0|[1-9]\\d*)$', description: `${description} As text.` });
}

/** A limit or price that may lie below 0: what is paid beside it may be more than all of it. */
function limitMsatPerKwh(description: string) {
  return Type.Integer({ description: `${description} Millisatoshi per kWh.` });
}

/** A part of the explanation: its fields are named in the document, and no more are there. */
function part<const Fields extends Record<string, TSchema>>(
  title: string,
  description: string,
  fields: Fields,
) {
  return Type.Object(fields, { title, description });
}

const side = (description: string) => oneOf(['sell', 'buy'], description);

export const ExplainedReading = part('ExplainedReading', 'A version of the reading.', {
  version: Type.Integer({ minimum: 1, description: 'From 1; a higher one replaces it.' }),
  producedWh: energyWh('Produced.'),
  consumedWh: energyWh('Consumed.'),
  quality: oneOf(readingQualities, 'How far to trust it, as it was sent.'),
  checks: Type.Array(oneOf(readingChecks, 'A check.'), {
    description: 'The checks that it failed when it came.',
  }),
  espiQuality: count('`QualityOfReading` of ESPI (Green Button), by quality and checks.'),
  source: Type.String({ description: 'Who sent it.' }),
  receivedAt: instant('When it came.'),
  /** Shown to operators. */
  postedBy: Type.Optional(Actor),
  usedInRevisions: Type.Array(count('A revision.'), {
    description: 'Revisions of the timeframe that are settled on it.',
  }),
});

export const ExplainedTradeAhead = part(
  'ExplainedTradeAhead',
  'A trade with the mini grid that was agreed on before the timeframe ended.',
  {
    id: Type.String({ description: 'Id of the trade ahead.' }),
    side: side('What the prosumer does.'),
    energyWh: energyWh('Energy.'),
    priceMsatPerKwh: priceMsatPerKwh('Price, as it was quoted.'),
    gridFeeMsatPerKwh: priceMsatPerKwh('Fee of the mini grid, paid by the buyer.'),
    acceptedAt: instant('When it was accepted.'),
    positionWh: sumWh('What it moves the position by: − energyWh where sold, + where bought.'),
  },
);

const Netto = part('ExplainedNetto', 'What the prosumer is settled on.', {
  producedWh: energyWh('Produced.'),
  consumedWh: energyWh('Consumed.'),
  nettoWh: sumWh('producedWh − consumedWh.'),
  status: oneOf(['received', 'missing', 'estimated'], 'Where the energy comes from.'),
  version: count('Version of the reading it is; 0 where none is, and it is an estimate or 0.'),
});

const Position = part('ExplainedPosition', 'What is left to trade in the market.', {
  nettoWh: sumWh('Netto; 0 without a line.'),
  soldAheadWh: sumWh('Sold ahead.'),
  boughtAheadWh: sumWh('Bought ahead.'),
  positionWh: sumWh('nettoWh − soldAheadWh + boughtAheadWh: above 0 to sell, below 0 to buy.'),
});

const Price = part(
  'ExplainedPrice',
  'The price among accounts: numerator ÷ denominator, a half going to the even neighbour. `mid_market`: (import + export) ÷ 2. `supply_demand_ratio`, where 0 < S < D: import · export · D ÷ ((import − export) · S + export · D); the import price at S = 0, the export price at S ≥ D. `uniform`, in an auction: (highest sell limit + lowest buy limit that are needed for the volume) ÷ 2; with no volume as `mid_market`. `fixed`: the price of the grid.',
  {
    rule: oneOf(['mid_market', 'fixed', 'supply_demand_ratio', 'uniform'], 'The rule.'),
    sellLimitMsatPerKwh: Type.Optional(limitMsatPerKwh('Of an auction: the marginal sell limit.')),
    buyLimitMsatPerKwh: Type.Optional(limitMsatPerKwh('Of an auction: the marginal buy limit.')),
    numerator: Type.Optional(bigCount('Absent where the price is one that is given.')),
    denominator: Type.Optional(bigCount('Absent where the price is one that is given.')),
    priceMsatPerKwh: tradePriceMsatPerKwh('What comes of it.'),
  },
);

const Tranche = part('ExplainedTranche', 'Energy that takes part in an auction at one limit.', {
  orderId: Type.Optional(
    Type.String({ description: 'The order it is of; absent: what no order covers.' }),
  ),
  limitMsatPerKwh: limitMsatPerKwh(
    'As it counts: a seller’s is at least the export price, a buyer’s at most what the power plant takes with its fee, less the fee of the grid.',
  ),
  energyWh: sumWh('What takes part at it.'),
});

const Quota = part(
  'ExplainedQuota',
  'A share by largest remainder: energyWh · volumeWh = floorWh · totalWh + remainder. What all floors leave of the volume goes one Wh each to the largest remainders, of equal ones to the smaller id.',
  {
    energyWh: sumWh('What the prosumer asks for of the volume.'),
    volumeWh: sumWh('What there is to share: in an auction, what the better limits leave.'),
    totalWh: sumWh('What all together ask for.'),
    numerator: bigCount('energyWh · volumeWh.'),
    denominator: bigCount('totalWh.'),
    floorWh: sumWh('numerator ÷ denominator, cut.'),
    remainder: bigCount('numerator − floorWh · denominator.'),
    leftOverWh: count('volumeWh less all floors: as many get one Wh more.'),
    rank: Type.Integer({
      minimum: 1,
      description: 'Place by remainder, the largest first, of equal ones the smaller id.',
    }),
    oddWh: Type.Integer({
      minimum: 0,
      maximum: 1,
      description: '1 where rank ≤ leftOverWh, else 0.',
    }),
  },
);

const Share = part('ExplainedShare', 'What the prosumer trades in the market.', {
  side: side('Its side.'),
  energyWh: sumWh('|positionWh|.'),
  tranches: Type.Optional(
    Type.Array(Tranche, {
      description: 'Of an auction: the best order first, for no more in sum than energyWh.',
    }),
  ),
  inFullWh: sumWh(
    'Traded without sharing. In a pool all on the scarce side; in an auction what has a better limit than the marginal one, and what is at it where all of that is needed.',
  ),
  quota: Type.Optional(Quota),
  tradedWh: sumWh('Among accounts: inFullWh + floorWh + oddWh.'),
  powerPlantWh: sumWh('energyWh − tradedWh: exported by a seller, imported by a buyer.'),
});

const Outcome = part('ExplainedOutcome', 'What the market comes to for the prosumer.', {
  priceMsatPerKwh: tradePriceMsatPerKwh('Price among accounts.'),
  soldWh: sumWh('Sold among accounts.'),
  boughtWh: sumWh('Bought among accounts.'),
  exportedWh: sumWh('Sold to the power plant.'),
  importedWh: sumWh('Bought from the power plant.'),
});

const Market = part('ExplainedMarket', 'The market of the timeframe, and what is in it.', {
  mechanism: oneOf(['pool', 'auction'], 'How surplus and deficit meet.'),
  supplyWh: sumWh('S: all positions above 0, that of `mini-grid` included.'),
  demandWh: sumWh('D: all positions below 0, that of `mini-grid` included.'),
  matchedWh: sumWh('M: traded among accounts. In a pool the smaller of S and D.'),
  price: Price,
  share: Type.Optional(Share),
  outcome: Outcome,
  corrected: Type.Optional(Outcome),
});

export const ExplainedRevision = part(
  'ExplainedRevision',
  'A closing of the timeframe: the first one, or a correction. Its trades are those ahead at their own prices and what `outcome` says; those of a correction take `corrected` to `outcome`, with `mini-grid` in the middle.',
  {
    revision: count('From 0; one more with each correction.'),
    closingNumber: Type.Integer({ minimum: 1, description: 'Place among the grid’s closings.' }),
    status: oneOf(['closed', 'settled'], '`settled` once every trade has been recorded.'),
    closedAt: instant('When it closed.'),
    netto: Type.Optional(Netto),
    position: Position,
    market: Type.Optional(Market),
    transactions: Type.Array(Transaction, {
      description: 'The postings of the prosumer with their trades, as recorded, in sequence.',
    }),
    tradeCount: count('Trades of this revision, of all accounts.'),
    previousHash: hash('Hash before its first trade: that of the closing before.'),
    hash: hash('Hash of its last trade; without trades, `previousHash`.'),
  },
);

export const Explanation = part(
  'Explanation',
  'How a prosumer was settled in a timeframe, to be checked by hand. Of others there are sums only. A trade’s `hash` is the SHA-256, in lower-case hex, of the RFC 8785 canonical JSON of the trade without its `hash`: keys in order, no white space, UTF-8. Its `previousHash` is the hash of the trade before it, and for the first of a revision that of the closing with the closing number before.',
  {
    gridId: Type.String({ description: 'Id of the mini grid.' }),
    prosumerId: Type.String({ description: 'Id of the prosumer.' }),
    timeframe: instant('Start of the timeframe.'),
    tariff: Tariff,
    readings: Type.Array(ExplainedReading, { description: 'All versions, ascending.' }),
    readingsDeleted: Type.Optional(
      Type.Boolean({
        description: 'True where the mini grid keeps readings of this time no longer.',
      }),
    ),
    tradesAhead: Type.Array(ExplainedTradeAhead, { description: 'In order of acceptance.' }),
    revisions: Type.Array(ExplainedRevision, {
      description: 'All, ascending. The market is explained for the last four.',
    }),
  },
);
