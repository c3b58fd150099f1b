import { Type } from 'typebox';
import { count, instant, oneOf, sumWh } from './common.ts';
import { nextLink } from './page.ts';

const energyFields = {
  producedWh: sumWh('Produced.'),
  consumedWh: sumWh('Consumed.'),
  nettoWh: sumWh('Produced − consumed.'),
};

export const NettoOfProsumer = Type.Object(
  { prosumerId: Type.String({ description: 'Id of the prosumer.' }), ...energyFields },
  { title: 'NettoOfProsumer', description: 'Netto of one prosumer of a grid.' },
);

export const GridNetto = Type.Object(
  {
    gridId: Type.String({ description: 'Id of the mini grid.' }),
    timeframe: Type.Optional(
      instant('Start of the timeframe; without it: over all closed timeframes.'),
    ),
    ...energyFields,
    prosumers: Type.Array(NettoOfProsumer, { description: 'A page of its prosumers, by id.' }),
    nextLink,
  },
  { title: 'GridNetto', description: 'Netto of a mini grid and of each of its prosumers.' },
);

export const ProsumerNetto = Type.Object(
  {
    timeframe: instant('Start of the timeframe.'),
    revision: count('Latest revision of the timeframe.'),
    ...energyFields,
    status: oneOf(['received', 'missing', 'estimated'], 'Where the energy comes from.'),
  },
  { title: 'ProsumerNetto', description: 'Netto of one prosumer in one closed timeframe.' },
);
