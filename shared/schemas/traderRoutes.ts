import { Type } from 'typebox';
import { type Access, only } from '../domain/access.ts';
import type { OrderId } from '../domain/ids.ts';
import { pathId, prosumerId } from './common.ts';
import { Order, OrderCreate, OrderPut } from './order.ts';
import { pageOf, pageParameters } from './page.ts';
import { none, ofGrid, parameters, timeframe } from './routeParameters.ts';
import type { RouteSpec } from './routeSpec.ts';
import { Trade } from './trade.ts';
import { Quote, TradeAhead, TradeCreate } from './tradeAhead.ts';
import { tradesQuery } from './tradesQuery.ts';

/** Recorded trades are for all of a mini grid to see. One that is ahead is its prosumer's business. */
const tradesListed = {
  kind: 'trades',
  recorded: { may: ['operator', 'reader', 'member'], of: 'query' },
  ahead: { may: ['operator', 'self'], of: 'query' },
} as const satisfies Access;
const tradeShown = {
  kind: 'trades',
  recorded: { may: ['operator', 'reader', 'member'], of: 'trade' },
  ahead: { may: ['operator', 'self'], of: 'trade ahead' },
} as const satisfies Access;
const tradeCancelled = {
  ...tradeShown,
  recorded: { may: ['operator'], of: 'trade' },
} as const satisfies Access;

/** The routes of Trader Info. */
export const traderRoutes = {
  trades: {
    path: 'trades',
    params: none,
    methods: {
      GET: {
        summary: 'List the trades of a mini grid, of one timeframe or of one prosumer',
        tag: 'Trader Info',
        access: tradesListed,
        query: tradesQuery,
        answers: { 200: Type.Union([pageOf(Trade), pageOf(TradeAhead)]) },
      },
      POST: {
        summary: 'Trade with the mini grid ahead, at the quoted price',
        tag: 'Trader Info',
        keptIn: 'Prosumer Info',
        access: only('body', 'operator', 'self'),
        body: TradeCreate,
        answers: { 202: TradeAhead },
      },
    },
  },
  trade: {
    path: 'trades/{tradeId}',
    params: parameters({ tradeId: pathId('Id of a trade.') }),
    isConditional: true,
    methods: {
      GET: {
        summary: 'Show a trade, recorded or ahead',
        tag: 'Trader Info',
        access: tradeShown,
        answers: { 200: Type.Union([Trade, TradeAhead]) },
      },
      DELETE: {
        summary: 'Cancel a trade ahead, until its timeframe starts',
        tag: 'Trader Info',
        access: tradeCancelled,
        answers: { 200: TradeAhead },
      },
    },
  },
  gridQuote: {
    path: 'grids/{gridId}/quote',
    params: ofGrid,
    methods: {
      GET: {
        summary: 'Quote the price at which the mini grid trades ahead',
        tag: 'Trader Info',
        access: only('path', 'operator', 'reader', 'member'),
        query: parameters({ timeframe: Type.Optional(timeframe) }),
        answers: { 200: Quote },
      },
    },
  },
  orders: {
    path: 'orders',
    params: none,
    methods: {
      GET: {
        summary: 'List the orders of one prosumer',
        tag: 'Trader Info',
        access: only('query', 'operator', 'self'),
        query: parameters({ prosumerId, ...pageParameters }),
        answers: { 200: pageOf(Order) },
      },
      POST: {
        summary: 'Place a sealed order in an auction',
        tag: 'Trader Info',
        keptIn: 'Prosumer Info',
        access: only('body', 'operator', 'self'),
        body: OrderCreate,
        answers: { 201: Order },
      },
    },
  },
  order: {
    path: 'orders/{orderId}',
    params: parameters({ orderId: pathId<OrderId>('Id of an order.') }),
    isConditional: true,
    methods: {
      GET: {
        summary: 'Show an order',
        tag: 'Trader Info',
        access: only('order', 'operator', 'self'),
        answers: { 200: Order },
      },
      PUT: {
        summary: 'Replace what an order asks for, until its timeframe ends',
        tag: 'Trader Info',
        access: only('order', 'operator', 'self'),
        body: OrderPut,
        answers: { 200: Order },
      },
      DELETE: {
        summary: 'Cancel an order, until its timeframe ends',
        tag: 'Trader Info',
        access: only('order', 'operator', 'self'),
        answers: { 200: Order },
      },
    },
  },
} as const satisfies Record<string, RouteSpec>;
