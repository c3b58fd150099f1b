import { pathId } from './common.ts';
import { pageOf } from './page.ts';
import { none, parameters } from './routeParameters.ts';
import type { RouteSpec } from './routeSpec.ts';
import { Trade } from './trade.ts';
import { tradesQuery } from './tradesQuery.ts';

/** The routes of Trader Info. */
export const traderRoutes = {
  trades: {
    path: 'trades',
    params: none,
    methods: {
      GET: {
        summary: 'List the trades of a mini grid, of one timeframe or of one prosumer',
        tag: 'Trader Info',
        query: tradesQuery,
        answers: { 200: pageOf(Trade) },
      },
    },
  },
  trade: {
    path: 'trades/{tradeId}',
    params: parameters({ tradeId: pathId('Id of a trade.') }),
    methods: {
      GET: { summary: 'Show a trade', tag: 'Trader Info', answers: { 200: Trade } },
    },
  },
} as const satisfies Record<string, RouteSpec>;
