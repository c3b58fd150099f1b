import { Type } from 'typebox';
import type { OrderId } from '../domain/ids.ts';
import { pathId, prosumerId } from './common.ts';
import { Order, OrderCreate, OrderPut } from './order.ts';
import { pageOf, pageParameters } from './page.ts';
import { none, ofGrid, parameters, timeframe } from './routeParameters.ts';
import type { RouteSpec } from './routeSpec.ts';
import { Trade } from './trade.ts';
import { Quote, TradeAhead, TradeCreate } from './tradeAhead.ts';
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
        answers: { 200: Type.Union([pageOf(Trade), pageOf(TradeAhead)]) },
      },
      POST: {
        summary: 'Trade with the mini grid ahead, at the quoted price',
        tag: 'Trader Info',
        body: TradeCreate,
        answers: { 202: TradeAhead },
      },
    },
  },
  trade: {
    path: 'trades/{tradeId}',
    params: parameters({ tradeId: pathId('Id of a trade.') }),
    hasEtag: true,
    methods: {
      GET: {
        summary: 'Show a trade, recorded or ahead',
        tag: 'Trader Info',
        answers: { 200: Type.Union([Trade, TradeAhead]) },
      },
      DELETE: {
        summary: 'Cancel a trade ahead, until its timeframe starts',
        tag: 'Trader Info',
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
        query: parameters({ prosumerId, ...pageParameters }),
        answers: { 200: pageOf(Order) },
      },
      POST: {
        summary: 'Place a sealed order in an auction',
        tag: 'Trader Info',
        body: OrderCreate,
        answers: { 201: Order },
      },
    },
  },
  order: {
    path: 'orders/{orderId}',
    params: parameters({ orderId: pathId<OrderId>('Id of an order.') }),
    hasEtag: true,
    methods: {
      GET: { summary: 'Show an order', tag: 'Trader Info', answers: { 200: Order } },
      PUT: {
        summary: 'Replace what an order asks for, until its timeframe ends',
        tag: 'Trader Info',
        body: OrderPut,
        answers: { 200: Order },
      },
      DELETE: {
        summary: 'Cancel an order, until its timeframe ends',
        tag: 'Trader Info',
        answers: { 200: Order },
      },
    },
  },
} as const satisfies Record<string, RouteSpec>;
