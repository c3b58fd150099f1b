import { Type } from 'typebox';
import type { GridId, ProsumerId } from '../domain/ids.ts';
import { conditional, gridId, instant, prosumerId } from './common.ts';
import { pageParameters } from './page.ts';

type ListQuery = {
  readonly status?: (typeof listedStatuses)[number];
  readonly limit?: number;
  readonly cursor?: string;
};
const listedStatuses = ['recorded', 'pending'] as const;

/** Trades are listed by grid, by grid and timeframe, or by prosumer. */
export type TradesQuery =
  | (ListQuery & { readonly gridId: GridId; readonly timeframe?: string })
  | (ListQuery & { readonly prosumerId: ProsumerId });

export const tradesQuery = Type.Unsafe<TradesQuery>({
  ...Type.Object(
    {
      gridId: Type.Optional(gridId),
      timeframe: Type.Optional(instant('Start of the timeframe; only with `gridId`.')),
      prosumerId: Type.Optional(prosumerId),
      status: Type.Optional(
        Type.Enum([...listedStatuses], {
          type: 'string',
          default: 'recorded',
          description:
            'Recorded trades, or those ahead with what became of them: pending, cancelled, posted.',
        }),
      ),
      ...pageParameters,
    },
    { additionalProperties: false },
  ),
  ...conditional(
    { required: ['prosumerId'] },
    { properties: { gridId: false, timeframe: false } },
    { required: ['gridId'] },
  ),
});
