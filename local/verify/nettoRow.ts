import type { JsonObject } from '../jsonFields.ts';
import { countField, instantField, integerField, textField, wordField } from './rowFields.ts';

const statuses = ['received', 'missing', 'estimated'] as const;

/** What a prosumer was settled on in a timeframe, at its latest revision. */
export type NettoRow = {
  readonly timeframe: string;
  readonly revision: number;
  readonly prosumerId: string;
  readonly producedWh: number;
  readonly consumedWh: number;
  readonly nettoWh: number;
  readonly status: (typeof statuses)[number];
};

/** Reads a netto of an export. Throws a Finding. */
export function nettoRow(place: string, json: JsonObject): NettoRow {
  const timeframe = instantField(place, json, 'timeframe');
  const prosumerId = textField(place, json, 'prosumerId');
  const thing = nettoName({ timeframe, prosumerId });
  return {
    timeframe,
    revision: countField(thing, json, 'revision'),
    prosumerId,
    producedWh: countField(thing, json, 'producedWh'),
    consumedWh: countField(thing, json, 'consumedWh'),
    nettoWh: integerField(thing, json, 'nettoWh'),
    status: wordField(thing, json, 'status', statuses),
  };
}

/** How a netto is called in what is said of it. */
export function nettoName(netto: Pick<NettoRow, 'timeframe' | 'prosumerId'>): string {
  return `netto of ${netto.prosumerId} in ${netto.timeframe}`;
}
