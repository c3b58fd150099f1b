import { Type } from 'typebox';
import type { GridId, ProsumerId } from '../domain/ids.ts';
import { instant, pathId } from './common.ts';

/** Parameters of a path or query: unknown ones are refused. */
export function parameters<const Properties extends Parameters<typeof Type.Object>[0]>(
  properties: Properties,
) {
  return Type.Object(properties, { additionalProperties: false });
}

/** An answer that is no JSON of ours. */
export function raw<const MediaTypes extends readonly string[]>(
  mediaTypes: MediaTypes,
  description: string,
  headers: Readonly<Record<string, string>> = {},
) {
  return { mediaTypes, description, headers } as const;
}

/** Paths without parameters. */
export const none = parameters({});
export const gridInPath = { gridId: pathId<GridId>('Id of a mini grid.') };
export const ofGrid = parameters(gridInPath);
export const ofProsumer = parameters({ prosumerId: pathId<ProsumerId>('Id of a prosumer.') });
/** A half-open range of timeframes, in a query. */
export const range = {
  from: Type.Optional(instant('Timeframes from this start on.')),
  to: Type.Optional(instant('Timeframes before this start.')),
};
export const timeframe = instant('Start of the timeframe.');
