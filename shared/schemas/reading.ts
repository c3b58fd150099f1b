import { type Static, Type } from 'typebox';
import { readingChecks, readingQualities } from '../domain/reading.ts';
import type { WattHours } from '../domain/units.ts';
import { closed, count, energyWh, instant, line, oneOf, prosumerId } from './common.ts';

/** Readings in one request, at most. */
export const readingsPerRequestMax = 10_000;
const versionMax = 1_000_000;

const source = Type.Optional(line(100, 'Who sent it, such as a gateway.'));

function registerWh(description: string, minimum: number) {
  return Type.Unsafe<WattHours>({
    type: 'integer',
    minimum,
    maximum: Number.MAX_SAFE_INTEGER,
    description: `${description} Wh.`,
  });
}

export const IntervalReading = Type.Object(
  {
    prosumerId,
    timeframe: instant('Start of the timeframe.'),
    producedWh: energyWh('Produced in the timeframe.'),
    consumedWh: energyWh('Consumed in the timeframe.'),
    quality: Type.Optional(oneOf(readingQualities, 'How far to trust it; measured without it.')),
    version: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: versionMax,
        description: 'A correction has a higher version; 1 without it.',
      }),
    ),
    source,
  },
  closed('IntervalReading', 'Energy of one prosumer in one timeframe.'),
);
export type IntervalReadingInput = Readonly<Static<typeof IntervalReading>>;

export const RegisterReading = Type.Object(
  {
    prosumerId,
    at: instant('When the registers were read: a boundary between two timeframes.'),
    meterId: line(100, 'The meter; an exchanged meter is another one.'),
    producedRegisterWh: registerWh('Cumulative production.', 0),
    consumedRegisterWh: registerWh('Cumulative consumption.', 0),
    rolloverWh: Type.Optional(registerWh('Where the registers start again from 0.', 1)),
    source,
  },
  closed('RegisterReading', 'The cumulative registers of a meter at an instant.'),
);
export type RegisterReadingInput = Readonly<Static<typeof RegisterReading>>;

const envelope = closed('ReadingsPost', 'Readings of prosumers of one grid.');
const readingsText = 'Interval readings or register readings, mixed as they come.';
const readingsLimits = { minItems: 1, maxItems: readingsPerRequestMax, description: readingsText };

/** The envelope only: each item is validated on its own, so that a bad one does not spoil the rest. */
export const ReadingsPost = Type.Object(
  { readings: Type.Array(Type.Unknown(), readingsLimits) },
  envelope,
);

/** The same with its items, for documents. */
export const ReadingsPostShown = Type.Object(
  { readings: Type.Array(Type.Union([IntervalReading, RegisterReading]), readingsLimits) },
  envelope,
);

export const readingStatuses = ['accepted', 'duplicate', 'late', 'rejected'] as const;

export const ReadingResult = Type.Object(
  {
    index: count('Place in the request, from 0.'),
    status: oneOf(readingStatuses, '`late` is accepted too, and settled by a correction.'),
    code: Type.Optional(Type.String({ description: 'Why it was rejected.' })),
    checks: Type.Optional(
      Type.Array(oneOf([...readingChecks, 'register_reset'], 'A check that it failed.'), {
        description:
          'What is suspicious about it: it counts as questionable, and is settled all the same.',
      }),
    ),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          pointer: Type.String({ description: 'JSON pointer into the item.' }),
          detail: Type.String({ description: 'What is wrong there.' }),
        }),
        { description: 'What is wrong with the item.' },
      ),
    ),
  },
  { title: 'ReadingResult', description: 'What became of one reading.' },
);

export const ReadingsAnswer = Type.Object(
  {
    accepted: count('Readings accepted.'),
    duplicate: count('Readings that were there already, with the same content.'),
    late: count('Readings accepted after their timeframe had closed.'),
    rejected: count('Readings refused.'),
    results: Type.Array(ReadingResult, { description: 'One per reading, in order.' }),
  },
  { title: 'ReadingsAnswer', description: 'What became of the readings.' },
);
