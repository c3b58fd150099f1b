import { Type } from 'typebox';
import { only } from '../domain/access.ts';
import { AuditEntry } from './audit.ts';
import { instant } from './common.ts';
import { Completeness, completenessQuery } from './completeness.ts';
import { Grid, GridCreate, GridPatch, GridProsumer } from './grid.ts';
import { GridNetto } from './netto.ts';
import { nettoPageParameters, pageOf, pageParameters } from './page.ts';
import { ReadingsAnswer, ReadingsPost, ReadingsPostShown } from './reading.ts';
import { gridInPath, none, ofGrid, parameters, range, timeframe } from './routeParameters.ts';
import type { RouteSpec } from './routeSpec.ts';
import { OpenTimeframe, Timeframe } from './timeframe.ts';

const readingsBytesMax = 8 * 1024 * 1024;

/** The routes of Smart Grid Info. */
export const smartGridRoutes = {
  grids: {
    path: 'grids',
    params: none,
    methods: {
      GET: {
        summary: 'List the mini grids',
        tag: 'Smart Grid Info',
        access: { kind: 'roles' },
        query: parameters(pageParameters),
        answers: { 200: pageOf(Grid) },
      },
      POST: {
        summary: 'Create a mini grid',
        tag: 'Smart Grid Info',
        keptIn: 'Smart Grid Info',
        access: { kind: 'everywhere' },
        body: GridCreate,
        answers: { 201: Grid },
      },
    },
  },
  grid: {
    path: 'grids/{gridId}',
    params: ofGrid,
    isConditional: true,
    methods: {
      GET: {
        summary: 'Show a mini grid',
        tag: 'Smart Grid Info',
        access: only('path', 'operator', 'gateway', 'reader', 'member'),
        answers: { 200: Grid },
      },
      PATCH: {
        summary: 'Change a mini grid',
        tag: 'Smart Grid Info',
        access: only('path', 'operator'),
        body: GridPatch,
        answers: { 200: Grid },
      },
    },
  },
  gridProsumers: {
    path: 'grids/{gridId}/prosumers',
    params: ofGrid,
    methods: {
      GET: {
        summary: 'List the prosumers of a mini grid with their netto',
        tag: 'Smart Grid Info',
        access: only('path', 'operator', 'reader', 'member'),
        query: parameters(pageParameters),
        answers: { 200: pageOf(GridProsumer) },
      },
    },
  },
  gridNetto: {
    path: 'grids/{gridId}/netto',
    params: ofGrid,
    methods: {
      GET: {
        summary: 'Show the netto of a mini grid and of all its prosumers',
        tag: 'Smart Grid Info',
        access: only('path', 'operator', 'reader', 'member'),
        query: parameters({ timeframe: Type.Optional(timeframe), ...nettoPageParameters }),
        answers: { 200: GridNetto },
      },
    },
  },
  gridTimeframes: {
    path: 'grids/{gridId}/timeframes',
    params: ofGrid,
    methods: {
      GET: {
        summary: 'List the closed timeframes of a mini grid',
        tag: 'Smart Grid Info',
        access: only('path', 'operator', 'reader', 'member'),
        query: parameters({ ...range, ...pageParameters }),
        answers: { 200: pageOf(Timeframe) },
      },
    },
  },
  gridTimeframe: {
    path: 'grids/{gridId}/timeframes/{timeframe}',
    params: parameters({ ...gridInPath, timeframe }),
    methods: {
      GET: {
        summary: 'Show a timeframe, closed or still open',
        tag: 'Smart Grid Info',
        access: only('path', 'operator', 'reader', 'member'),
        answers: { 200: Type.Union([Timeframe, OpenTimeframe]) },
      },
    },
  },
  gridReadings: {
    path: 'grids/{gridId}/readings',
    params: ofGrid,
    methods: {
      POST: {
        summary: 'Post readings of meters',
        tag: 'Smart Grid Info',
        keptIn: 'Smart Grid Info',
        access: only('path', 'operator', 'gateway'),
        body: ReadingsPost,
        shownBody: ReadingsPostShown,
        maxBodyBytes: readingsBytesMax,
        answers: { 200: ReadingsAnswer },
      },
    },
  },
  gridCompleteness: {
    path: 'grids/{gridId}/completeness',
    params: ofGrid,
    methods: {
      GET: {
        summary: 'Show how complete the readings are, per day and prosumer, with the gaps',
        tag: 'Smart Grid Info',
        cost: 5,
        access: only('path', 'operator', 'gateway'),
        query: completenessQuery,
        answers: { 200: Completeness },
      },
    },
  },
  gridAudit: {
    path: 'grids/{gridId}/audit',
    params: ofGrid,
    methods: {
      GET: {
        summary: 'List who changed what of a mini grid, its prosumers and its money, newest first',
        tag: 'Smart Grid Info',
        access: only('path', 'operator'),
        query: parameters({
          from: Type.Optional(instant('Changes from this instant on.')),
          to: Type.Optional(instant('Changes before this instant.')),
          ...pageParameters,
        }),
        answers: { 200: pageOf(AuditEntry) },
      },
    },
  },
} as const satisfies Record<string, RouteSpec>;
