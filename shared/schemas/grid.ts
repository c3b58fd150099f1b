import { type TUnsafe, Type } from 'typebox';
import { gridDefaults, missingReadings } from '../domain/grid.ts';
import { estimateDays } from '../domain/retention.ts';
import { energyWhMax } from '../domain/units.ts';
import { BillingSettings, BillingSettingsInput } from './billingSettings.ts';
import { closed, count, gridId, instant, instantOrNull, line, oneOf, sumWh } from './common.ts';
import { MarketSettings } from './market.ts';
import { memberStatus, prosumerLimits } from './prosumer.ts';
import { Tariff, TariffSettings } from './tariff.ts';

const timeframeMinutesMax = 1_440;
const graceMinutesMax = 10_080;
const correctionDaysMax = 730;
/** A hundred years: more than any law asks for. */
const retentionDaysMax = 36_525;

const settings = {
  name: line(200, 'Name of the mini grid.'),
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
const settlement = {
  missingReadings: oneOf(
    missingReadings,
    `What a timeframe is settled on where a reading is missing: on nothing, or on an estimate; \`${gridDefaults.missingReadings}\` if not given.`,
  ),
  correctionDays: Type.Integer({
    minimum: 0,
    maximum: correctionDaysMax,
    description: `Days after its start in which a timeframe is corrected; ${gridDefaults.correctionDays} if not given.`,
  }),
  aheadEnergyWhMax: Type.Integer({
    minimum: 0,
    maximum: energyWhMax,
    description: `Wh that a prosumer may sell, and buy, ahead for one timeframe; ${gridDefaults.aheadEnergyWhMax} if not given.`,
  }),
};
const settlementGiven = {
  missingReadings: Type.Optional(settlement.missingReadings),
  correctionDays: Type.Optional(settlement.correctionDays),
  aheadEnergyWhMax: Type.Optional(settlement.aheadEnergyWhMax),
};
const retention = {
  personalDataDays: Type.Integer({
    minimum: 0,
    maximum: retentionDaysMax,
    description: `Days for which a deactivated prosumer is still known by name once its last timeframe is no longer corrected, and longer while money of it is open; ${gridDefaults.personalDataDays} if not given.`,
  }),
};
function readingRetentionDays<Value extends number | null>(
  type: 'integer' | readonly ['integer', 'null'],
  more = '',
): TUnsafe<Value> {
  const description = `Days for which readings are kept: \`correctionDays\` + ${estimateDays} or more; for ever without it.${more}`;
  return Type.Unsafe<Value>({
    type,
    minimum: estimateDays,
    maximum: retentionDaysMax,
    description,
  });
}
const activeUntilText = 'End of the last timeframe; open-ended without it.';
const pausedText = 'While true no timeframe closes: history can be filled in first.';

export const GridCreate = Type.Object(
  {
    id: Type.Optional(gridId),
    ...settings,
    activeUntil: Type.Optional(instant(activeUntilText)),
    paused: Type.Optional(Type.Boolean({ default: false, description: pausedText })),
    ...settlementGiven,
    personalDataDays: Type.Optional(retention.personalDataDays),
    readingRetentionDays: Type.Optional(readingRetentionDays<number>('integer')),
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
    ...settlementGiven,
    personalDataDays: Type.Optional(retention.personalDataDays),
    readingRetentionDays: Type.Optional(
      readingRetentionDays<number | null>(
        ['integer', 'null'],
        ' Null takes it away; what is deleted stays so.',
      ),
    ),
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
    ...settlement,
    ...retention,
    readingRetentionDays: Type.Optional(readingRetentionDays<number>('integer')),
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
    connectionLimitW: prosumerLimits<number>('integer').connectionLimitW,
    producedWh: sumWh('Produced over all closed timeframes.'),
    consumedWh: sumWh('Consumed over all closed timeframes.'),
    nettoWh: sumWh('Produced − consumed over all closed timeframes.'),
  },
  { title: 'GridProsumer', description: 'A prosumer as its mini grid knows it.' },
);
