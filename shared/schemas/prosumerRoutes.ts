import { Type } from 'typebox';
import { only } from '../domain/access.ts';
import type { ProsumerId } from '../domain/ids.ts';
import { Account } from './account.ts';
import { gridId, pathId } from './common.ts';
import { Explanation } from './explain.ts';
import { ProsumerNetto } from './netto.ts';
import { nettoPageParameters, pageOf, pageParameters } from './page.ts';
import { Prosumer, ProsumerCreate, ProsumerPatch } from './prosumer.ts';
import { none, ofGrid, ofProsumer, parameters, range, timeframe } from './routeParameters.ts';
import type { RouteSpec } from './routeSpec.ts';
import { Transaction } from './transaction.ts';

/** The routes of Prosumer Info. */
export const prosumerRoutes = {
  gridAccounts: {
    path: 'grids/{gridId}/accounts',
    params: ofGrid,
    methods: {
      GET: {
        summary: 'List the accounts of a mini grid, the reserved ones included',
        tag: 'Prosumer Info',
        access: only('path', 'operator', 'reader'),
        query: parameters(pageParameters),
        answers: { 200: pageOf(Account) },
      },
    },
  },
  prosumers: {
    path: 'prosumers',
    params: none,
    methods: {
      GET: {
        summary: 'List prosumers, of one mini grid or of all',
        tag: 'Prosumer Info',
        access: only('query', 'operator'),
        query: parameters({ gridId: Type.Optional(gridId), ...pageParameters }),
        answers: { 200: pageOf(Prosumer) },
      },
      POST: {
        summary: 'Create a prosumer',
        tag: 'Prosumer Info',
        keptIn: 'Prosumer Info',
        access: only('body', 'operator'),
        body: ProsumerCreate,
        answers: { 201: Prosumer },
      },
    },
  },
  prosumer: {
    path: 'prosumers/{prosumerId}',
    params: ofProsumer,
    isConditional: true,
    methods: {
      GET: {
        summary: 'Show a prosumer',
        tag: 'Prosumer Info',
        access: only('path', 'operator', 'self'),
        answers: { 200: Prosumer },
      },
      PATCH: {
        summary: 'Change a prosumer',
        tag: 'Prosumer Info',
        access: only('path', 'operator'),
        body: ProsumerPatch,
        answers: { 200: Prosumer },
      },
      DELETE: {
        summary: 'Deactivate a prosumer; its ledger stays',
        tag: 'Prosumer Info',
        access: only('path', 'operator'),
        answers: { 200: Prosumer },
      },
    },
  },
  prosumerErasure: {
    path: 'prosumers/{prosumerId}/erasure',
    params: ofProsumer,
    isConditional: true,
    methods: {
      POST: {
        summary: 'Erase the personal data of a deactivated prosumer at once; its ledger stays',
        tag: 'Prosumer Info',
        access: only('path', 'operator'),
        keptIn: 'Prosumer Info',
        answers: { 200: Prosumer },
      },
    },
  },
  prosumerTransactions: {
    path: 'prosumers/{prosumerId}/transactions',
    params: ofProsumer,
    methods: {
      GET: {
        summary: 'List the transactions of a prosumer, newest first',
        tag: 'Prosumer Info',
        access: only('path', 'operator', 'reader', 'member'),
        query: parameters({ ...range, ...pageParameters }),
        answers: { 200: pageOf(Transaction) },
      },
    },
  },
  prosumerNetto: {
    path: 'prosumers/{prosumerId}/netto',
    params: ofProsumer,
    methods: {
      GET: {
        summary: 'List the netto of a prosumer per timeframe',
        tag: 'Prosumer Info',
        access: only('path', 'operator', 'reader', 'member'),
        query: parameters({ ...range, ...nettoPageParameters }),
        answers: { 200: pageOf(ProsumerNetto) },
      },
    },
  },
  prosumerExplain: {
    path: 'prosumers/{prosumerId}/timeframes/{timeframe}/explain',
    params: parameters({ prosumerId: pathId<ProsumerId>('Id of a prosumer.'), timeframe }),
    methods: {
      GET: {
        summary: 'Explain how a prosumer was settled in a timeframe, to be checked by hand',
        tag: 'Prosumer Info',
        cost: 5,
        access: only('path', 'operator', 'self'),
        answers: { 200: Explanation },
      },
    },
  },
} as const satisfies Record<string, RouteSpec>;
