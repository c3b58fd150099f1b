import { Type } from 'typebox';
import { count, instant, oneOf } from './common.ts';
import { nextLink, pageParameters } from './page.ts';
import { parameters } from './routeParameters.ts';

export const completenessQuery = parameters({
  from: Type.Optional(
    instant('Timeframes from this start on; without it, of seven local days up to `to`.'),
  ),
  to: Type.Optional(
    instant('Timeframes before this start; without it, up to now. 35 days after `from`, at most.'),
  ),
  only: Type.Optional(
    oneOf(['incomplete'], 'Leaves out what was received as a whole and in time.'),
  ),
  ...pageParameters,
});

export const Gap = Type.Object(
  {
    from: instant('Start of its first timeframe.'),
    to: instant('End of its last timeframe.'),
    kind: oneOf(['missing', 'estimated'], 'Whether nothing is there, or an estimate.'),
  },
  { title: 'Gap', description: 'Timeframes in a row without a reading.' },
);

export const DayCompleteness = Type.Object(
  {
    day: Type.String({
      pattern: '^\\d{4}-\\d{2}-\\d{2}$',
      description: 'Day of the grid’s time zone, as 2026-03-29: of 92, 96 or 100 quarter-hours.',
    }),
    prosumerId: Type.String({ description: 'Id of the prosumer.' }),
    expected: count(
      'Timeframes that it takes part in and that have ended: received + missing + estimated.',
    ),
    received: count('Timeframes with a reading.'),
    missing: count('Timeframes without one.'),
    estimated: count('Timeframes whose energy was estimated.'),
    late: count('Timeframes whose reading came after they had closed; corrections settled it.'),
    unsettledLate: count('Timeframes with a late reading that no correction has settled.'),
    gaps: Type.Array(Gap, { description: 'What is missing or estimated, each as long as it is.' }),
  },
  {
    title: 'DayCompleteness',
    description: 'How complete the readings of a prosumer are on a day, as far as it has ended.',
  },
);

export const Completeness = Type.Object(
  {
    gridId: Type.String({ description: 'Id of the mini grid.' }),
    from: instant('Start of the range.'),
    to: instant('End of the range.'),
    readingsDeletedBefore: Type.Optional(
      instant(
        'Readings of timeframes before this are kept no longer; what is said of those is what they were settled on.',
      ),
    ),
    value: Type.Array(DayCompleteness, {
      description: 'By day, then by id of the prosumer. May be empty where `nextLink` goes on.',
    }),
    nextLink,
  },
  { title: 'Completeness', description: 'How complete the readings of a mini grid are.' },
);
