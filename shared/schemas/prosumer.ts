import { type TUnsafe, Type } from 'typebox';
import { prosumerTypes } from '../domain/prosumer.ts';
import { energyWhMax } from '../domain/units.ts';
import { accountFields } from './account.ts';
import {
  closed,
  gridId,
  instant,
  instantOrNull,
  line,
  lines,
  oneOf,
  prosumerId,
} from './common.ts';

/** Where a prosumer stands in its grid. */
export const memberStatus = oneOf(
  ['active', 'inactive'],
  '`inactive` once deactivated: it takes part until `activeUntil`, and its ledger stays.',
);

const fields = {
  name: line(200, 'Name of the prosumer.'),
  address: lines(500, 'Postal address.'),
  type: oneOf(prosumerTypes, 'What kind of prosumer it is.'),
};
/** 100 MW: more than any connection of a community. */
const connectionLimitWMax = 100_000_000;

/** Limits of a prosumer: given, given or null to take them away, and read. */
export function prosumerLimits<Value extends number | null>(
  type: 'integer' | readonly ['integer', 'null'],
) {
  const limit = (minimum: number, maximum: number, description: string): TUnsafe<Value> =>
    Type.Unsafe<Value>({ type, minimum, maximum, description });
  return {
    connectionLimitW: Type.Optional(
      limit(
        1,
        connectionLimitWMax,
        'What its connection carries either way, in watts. A reading of more is questionable.',
      ),
    ),
    aheadEnergyWhMax: Type.Optional(
      limit(
        0,
        energyWhMax,
        'What it may sell, and buy, ahead for one timeframe; without it, what its grid says. Wh.',
      ),
    ),
  };
}

const activeFromText = 'Start of its first timeframe.';
const activeUntilText = 'End of its last timeframe; open-ended without it.';

export const ProsumerCreate = Type.Object(
  {
    id: Type.Optional(prosumerId),
    gridId,
    ...fields,
    activeFrom: Type.Optional(
      instant(`${activeFromText} Without it the first timeframe of the grid that is not closed.`),
    ),
    activeUntil: Type.Optional(instant(activeUntilText)),
    ...prosumerLimits<number>('integer'),
  },
  closed('ProsumerCreate', 'A prosumer to create; without `id` one is made.'),
);

export const ProsumerPatch = Type.Object(
  {
    name: Type.Optional(fields.name),
    address: Type.Optional(fields.address),
    type: Type.Optional(fields.type),
    activeFrom: Type.Optional(instant(activeFromText)),
    activeUntil: Type.Optional(instantOrNull(`${activeUntilText} Null takes it away.`)),
    ...prosumerLimits<number | null>(['integer', 'null']),
  },
  {
    ...closed('ProsumerPatch', 'What to change of a prosumer; at least one field.'),
    minProperties: 1,
  },
);

export const Prosumer = Type.Object(
  {
    id: prosumerId,
    gridId,
    name: Type.Optional(fields.name),
    address: Type.Optional(fields.address),
    type: fields.type,
    activeFrom: instant(activeFromText),
    activeUntil: Type.Optional(instant(activeUntilText)),
    ...prosumerLimits<number>('integer'),
    status: memberStatus,
    ...accountFields,
    createdAt: instant('When the prosumer was created.'),
    erasedAt: Type.Optional(
      instant('When its personal data was erased: from then on it has no name and no address.'),
    ),
  },
  { title: 'Prosumer', description: 'A household or company, with the sums of its account.' },
);
