import { only } from '../domain/access.ts';
import { instant } from './common.ts';
import { pageOf, pageParameters } from './page.ts';
import { gridInPath, ofGrid, parameters } from './routeParameters.ts';
import type { RouteSpec } from './routeSpec.ts';
import { TariffPut, TariffVersion } from './tariff.ts';

/** The versions of what a mini grid settles with. */
export const tariffRoutes = {
  gridTariffs: {
    path: 'grids/{gridId}/tariffs',
    params: ofGrid,
    methods: {
      GET: {
        summary: 'List the tariff versions of a mini grid',
        tag: 'Smart Grid Info',
        access: only('path', 'operator', 'reader', 'member'),
        query: parameters(pageParameters),
        answers: { 200: pageOf(TariffVersion) },
      },
    },
  },
  gridTariff: {
    path: 'grids/{gridId}/tariffs/{validFrom}',
    params: parameters({
      ...gridInPath,
      validFrom: instant('Start of the first timeframe that is settled with it.'),
    }),
    isConditional: true,
    methods: {
      GET: {
        summary: 'Show a tariff version',
        tag: 'Smart Grid Info',
        access: only('path', 'operator', 'reader', 'member'),
        answers: { 200: TariffVersion },
      },
      PUT: {
        summary: 'Set market and prices from a timeframe on',
        tag: 'Smart Grid Info',
        access: only('path', 'operator'),
        body: TariffPut,
        answers: { 200: TariffVersion, 201: TariffVersion },
      },
      DELETE: {
        summary: 'Take away a tariff version that has not begun',
        tag: 'Smart Grid Info',
        access: only('path', 'operator'),
        answers: { 200: TariffVersion },
      },
    },
  },
} as const satisfies Record<string, RouteSpec>;
